"""The texts of a round as the word lists read them, and where in a film each line is said."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lifelong.media import captions
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import Rendition
from lifelong.resources.models import Round, ScreeningHit
from lifelong.screening import screen
from lifelong.standards.outline import OutlineError, parse

VALUES = ("title", "summary", "keywords", "speakers", "rights_holder", "series", "category")
OUTLINE, FILES, CAPTIONS = "outline", "files", "captions"  # the other fields of a hit


@dataclass(frozen=True)
class Line:
    """``second`` of the film ``media_file`` (its number) at which it is said; None where that is not known."""

    text: str
    media_file: int | None = None
    second: float | None = None


@dataclass(frozen=True)
class Lines:
    """Lines as one text: a word that runs over a line's end is found."""

    field: str
    lines: list[Line]
    begins: list[int]

    @classmethod
    def of(cls, field: str, lines: Iterable[Line]) -> "Lines":
        kept, begins, place = [], [], 0
        for line in lines:
            kept.append(line)
            begins.append(place)
            place += len(line.text) + 1
        return cls(field, kept, begins)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def at(self, place: int) -> Line:
        return self.lines[bisect_right(self.begins, place) - 1]


def hits_in(round: Round) -> list[ScreeningHit]:
    """What the lists as they stand now find in everything that the public would read; not saved."""
    texts = {str(number): lines for number, lines in enumerate(_texts(round))}
    found = []
    for hit in screen({key: lines.text for key, lines in texts.items()}):
        lines = texts[hit.field]
        line = lines.at(hit.start)
        found.append(
            ScreeningHit(
                round=round, field=lines.field, start=hit.start, end=hit.end, word=hit.word, category=hit.category,
                severity=hit.severity, context=hit.context, media_file_id=line.media_file, second=line.second,
            )
        )  # fmt: skip
    return found


def _texts(round: Round) -> Iterator[Lines]:
    for name in VALUES:
        if value := round.values.get(name):
            yield Lines.of(name, [Line(str(value))])
    media = [file for file in round.files if file.get("kind", "media") == "media"]
    if outline := round.values.get(OUTLINE):
        yield Lines.of(OUTLINE, _outline(str(outline), media))
    if titles := [Line(file["title"], file["id"]) for file in media if file.get("title")]:
        yield Lines.of(FILES, titles)
    said = {caption["id"]: file["id"] for file in media for caption in file.get("captions", [])}
    for text in Rendition.objects.filter(kind=RenditionKind.CAPTION, media_file__in=said).order_by("media_file"):
        cues = captions.read(text.location.read_bytes())
        yield Lines.of(CAPTIONS, (Line(cue.words, said[text.media_file_id], cue.start_s) for cue in cues))


def _outline(xml: str, media: list[dict[str, object]]) -> Iterator[Line]:
    """The contents as people read them, each with the second it points to; as it stands where it is no outline."""
    try:
        items = [item for _level, item in parse(xml).walk()]
    except OutlineError:
        items = []
    if not items:
        yield Line(xml)
    names = {str(file["name"]): file["id"] for file in media}
    only = media[0]["id"] if len(media) == 1 else None
    for item in items:
        file = names.get(item.file, only)
        yield Line(item.title, file if isinstance(file, int) else None, item.start_s)
