"""Two contents of a resource against each other: field by field, the outline as a tree, file by file. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Any

import rjieba
from django.utils.translation import gettext as _

from lifelong.resources.queries.reading import BESIDE, contents_of, text_of
from lifelong.standards.metadata import standard
from lifelong.standards.outline import Item
from lifelong.standards.technical.case import codec_name, fps

SAME, GONE, NEW = "same", "gone", "new"
WORDS = {"title", "summary", "series"}
LISTS = {"keywords", "speakers", "rights_holder"}
OF_FILES = {"resource_id", "cover"}  # made by the platform; shown as a picture beside the files
AROUND = 2  # unchanged lines of an outline kept beside a changed one
MOST_STEPS = 4_000_000  # of a comparison word by word; beyond, sentence by sentence


@dataclass(frozen=True)
class Piece:
    """``op``: same | gone | new."""

    op: str
    text: str

    @property
    def mark(self) -> str:
        """The element that says it in HTML."""
        return {GONE: "del", NEW: "ins"}.get(self.op, "span")


@dataclass(frozen=True)
class OutlineLine:
    """``op``: same | gone | new | changed, or skip for ``skipped`` unchanged lines."""

    op: str
    level: int = 1
    number: str = ""
    pieces: tuple[Piece, ...] = ()
    start_before: int | None = None
    start_after: int | None = None
    skipped: int = 0


@dataclass(frozen=True)
class FieldChange:
    """``kind``: words (pieces of one text) | path (steps of the category) | list (members) | outline | values."""

    name: str
    heading: str
    kind: str
    pieces: tuple[Piece, ...] = ()
    lines: tuple[OutlineLine, ...] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Row:
    """One fact of a file on both sides."""

    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass
class Side:
    """A file as one content holds it. ``src`` and ``poster`` are the view's to give: they are good for one session."""

    entry: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    src: str = ""
    poster: str = ""

    @property
    def sound(self) -> bool:
        return self.facts.get("type") == "A02"


@dataclass
class FileChange:
    """``op``: same | new | gone | replaced (other bytes in its place) | changed (same bytes, else told)."""

    op: str
    before: Side | None
    after: Side | None
    rows: list[Row] = field(default_factory=list)

    @property
    def name(self) -> str:
        side = self.after or self.before
        return (side.entry.get("title") or side.entry["name"]) if side else ""

    @property
    def both(self) -> tuple[Side | None, Side | None]:
        return self.before, self.after


@dataclass
class Comparison:
    fields: list[FieldChange]
    media: list[FileChange]
    unchanged_media: int
    cover: FileChange | None = None
    rights_file: FileChange | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.media or self.cover or self.rights_file)

    @property
    def headings(self) -> list[str]:
        """What differs, in a word each."""
        found = [change.heading for change in self.fields]
        files = ((self.media, _("媒体文件")), (self.cover, _("资源封面")), (self.rights_file, _("授权文件")))
        return found + [word for there, word in files if there]

    @property
    def sides(self) -> list[Side]:
        changes = [*self.media, *(one for one in (self.cover, self.rights_file) if one)]
        return [side for change in changes for side in (change.before, change.after) if side]


Facts = Callable[[int], Mapping[str, Any]]  # the measured facts of a media file by its key


def compare(
    before: Mapping[str, Any], after: Mapping[str, Any], files_before: Sequence[Mapping[str, Any]],
    files_after: Sequence[Mapping[str, Any]], facts: Facts,
) -> Comparison:  # fmt: skip
    """``before`` and ``after``: values as ``freezing.values_of`` gives them; files as ``freezing.files_of``."""
    media = _media(of_kind(files_before, "media"), of_kind(files_after, "media"), facts)
    return Comparison(
        fields=[change for name in _names() if (change := _field(name, before.get(name), after.get(name)))],
        media=[change for change in media if change.op != SAME],
        unchanged_media=sum(change.op == SAME for change in media),
        cover=_single(files_before, files_after, "cover", facts),
        rights_file=_single(files_before, files_after, "rights_file", facts),
    )


def _names() -> list[str]:
    return [one.name for one in standard().fields if one.name not in OF_FILES] + list(BESIDE)


def _field(name: str, before: Any, after: Any) -> FieldChange | None:
    old, new = _plain(text_of(name, before)), _plain(text_of(name, after))
    if old == new:
        return None
    heading = _(standard().field(name).heading)
    if name == "outline" and (lines := outline_lines(old, new)):
        return FieldChange(name, heading, "outline", lines=lines)
    if name == "category":
        return FieldChange(name, heading, "path", pieces=_pieces(old.split("-"), new.split("-")), before=old, after=new)
    if name in LISTS:
        return FieldChange(name, heading, "list", pieces=_members(old, new))
    if name in WORDS and old and new:
        return FieldChange(name, heading, "words", pieces=words_apart(old, new))
    return FieldChange(name, heading, "values", before=old, after=new)


def _plain(text: str) -> str:
    return text.strip().replace("\r\n", "\n")


def _members(before: str, after: str) -> tuple[Piece, ...]:
    old, new = _split(before), _split(after)
    kept = [Piece(SAME if one in old else NEW, one) for one in new]
    return (*kept, *(Piece(GONE, one) for one in old if one not in new))


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.replace("；", ";").split(";") if part.strip()))


def words_apart(before: str, after: str) -> tuple[Piece, ...]:
    """What was taken out and what was put in, word by word."""
    old, new = list(rjieba.cut(before, False)), list(rjieba.cut(after, False))
    if len(old) * len(new) > MOST_STEPS:
        old, new = _sentences(before), _sentences(after)
    return _calm(_joined(old, new))


def _sentences(text: str) -> list[str]:
    found, begun = [], 0
    for place, letter in enumerate(text, 1):
        if letter in "。！？；\n":
            found.append(text[begun:place])
            begun = place
    return [*found, text[begun:]] if begun < len(text) else found


def _joined(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(SAME, "".join(old[a:b])))
            continue
        found += [Piece(op, text) for op, text in ((GONE, "".join(old[a:b])), (NEW, "".join(new[c:d]))) if text]
    return found


def _calm(pieces: list[Piece]) -> tuple[Piece, ...]:
    """One letter that happens to stay between two changes is no anchor: it is told as changed with them."""
    found: list[Piece] = []
    gone = new = ""
    for place, piece in enumerate(pieces):
        lone = piece.op == SAME and len(piece.text.strip()) <= 1 and "\n" not in piece.text
        if lone and (gone or new) and place + 1 < len(pieces):
            gone, new = gone + piece.text, new + piece.text
        elif piece.op == SAME:
            found += [Piece(op, text) for op, text in ((GONE, gone), (NEW, new)) if text]
            gone = new = ""
            found.append(piece)
        else:
            gone, new = gone + piece.text * (piece.op == GONE), new + piece.text * (piece.op == NEW)
    return (*found, *(Piece(op, text) for op, text in ((GONE, gone), (NEW, new)) if text))


def _pieces(old: Sequence[str], new: Sequence[str]) -> tuple[Piece, ...]:
    """Each member a piece of its own."""
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Piece(SAME, one) for one in new[c:d]]
        else:
            found += [Piece(GONE, one) for one in old[a:b]] + [Piece(NEW, one) for one in new[c:d]]
    return tuple(piece for piece in found if piece.text)


# the outline


def outline_lines(before: str, after: str) -> tuple[OutlineLine, ...]:
    """The tree as lines; empty where one of the two cannot be read as an outline."""
    old, new = contents_of(before), contents_of(after)
    if bool(before) != bool(old) or bool(after) != bool(new):
        return ()
    found: list[OutlineLine] = []
    matcher = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False)
    for _tag, a, b, c, d in matcher.get_opcodes():
        if b - a == d - c:
            found += [_line_pair(was, now) for was, now in zip(old[a:b], new[c:d], strict=True)]
        else:
            found += [_line(GONE, *one) for one in old[a:b]] + [_line(NEW, *one) for one in new[c:d]]
    return _folded(found)


def _keys(lines: Iterable[tuple[int, Item]]) -> list[Hashable]:
    return [(level, item.title) for level, item in lines]


def _line(op: str, level: int, item: Item) -> OutlineLine:
    return OutlineLine(op, level, item.number, (Piece(op, item.title),), item.start_s, item.start_s)


def _line_pair(was: tuple[int, Item], now: tuple[int, Item]) -> OutlineLine:
    (_level, old), (level, new) = was, now
    unmoved = (old.start_s, old.duration_s, old.file) == (new.start_s, new.duration_s, new.file)
    if was[0] == level and old.title == new.title and unmoved:
        return _line(SAME, level, new)
    pieces = (Piece(SAME, new.title),) if old.title == new.title else words_apart(old.title, new.title)
    return OutlineLine("changed", level, new.number, pieces, old.start_s, new.start_s)


def _folded(lines: list[OutlineLine]) -> tuple[OutlineLine, ...]:
    """Long stretches without a change shrink to their number."""
    changed = [place for place, line in enumerate(lines) if line.op != SAME]
    near = {place + by for place in changed for by in range(-AROUND, AROUND + 1)}
    found: list[OutlineLine] = []
    skipped = 0
    for place, line in enumerate(lines):
        if place not in near:
            skipped += 1
            continue
        if skipped:
            found.append(OutlineLine("skip", skipped=skipped))
            skipped = 0
        found.append(line)
    return (*found, OutlineLine("skip", skipped=skipped)) if skipped else tuple(found)


# files


def of_kind(files: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [file for file in files if file.get("kind", "media") == kind]


def _media(old: list[Mapping[str, Any]], new: list[Mapping[str, Any]], facts: Facts) -> list[FileChange]:
    """Matched by content first; what is left over, by its place."""
    by_hash = {file["sha256"]: file for file in old}
    taken = {file["sha256"] for file in new if file["sha256"] in by_hash}
    left = [file for file in old if file["sha256"] not in taken]
    found = []
    for file in new:
        if file["sha256"] in taken:
            found.append(_file_change(by_hash[file["sha256"]], file, facts))
        elif left:
            found.append(_file_change(left.pop(0), file, facts))
        else:
            found.append(_file_change(None, file, facts))
    return found + [_file_change(file, None, facts) for file in left]


def _single(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], kind: str, facts: Facts
) -> FileChange | None:
    was, now = next(iter(of_kind(old, kind)), None), next(iter(of_kind(new, kind)), None)
    if (was and was["sha256"]) == (now and now["sha256"]):
        return None
    return _file_change(was, now, facts)


def _file_change(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, facts: Facts) -> FileChange:
    before = Side(was, facts(was["id"])) if was else None
    after = Side(now, facts(now["id"])) if now else None
    rows = _rows(before, after)
    if not was or not now:
        return FileChange(NEW if now else GONE, before, after, rows)
    if was["sha256"] != now["sha256"]:
        return FileChange("replaced", before, after, rows)
    return FileChange("changed" if any(row.changed for row in rows) else SAME, before, after, rows)


def _rows(before: Side | None, after: Side | None) -> list[Row]:
    old, new = told(before), told(after)
    return [Row(label, old.get(label, ""), new.get(label, "")) for label in dict.fromkeys([*old, *new])]


def told(side: Side | None) -> dict[str, str]:
    """What is compared of a file, label → text; what was not measured is left out."""
    if side is None:
        return {}
    entry, facts = side.entry, side.facts
    picture, sound = facts.get("video") or {}, (facts.get("audio") or [{}])[0]
    size = (picture.get("width"), picture.get("height"))
    known = {
        _("次序"): entry.get("position"), _("标题"): entry.get("title"), _("文件名"): entry["name"],
        _("大小"): f"{entry['size']:,} B", _("时长"): _seconds(facts.get("duration_s")),
        _("分辨率"): f"{size[0]}×{size[1]}" if all(size) else "", _("帧率"): _rate(picture.get("frame_rate")),
        _("码率"): f"{facts['bit_rate'] / 1000:,.0f} kbps" if facts.get("bit_rate") else "",
        _("视频编码"): _codec(picture), _("音频编码"): _codec(sound),
        _("字幕"): "、".join(f"{one['language']} {one['name']} {one['sha256'][:8]}" for one in entry.get("captions", [])),
        "SHA-256": entry["sha256"][:16],
    }  # fmt: skip
    return {label: str(text) for label, text in known.items() if text}


def _codec(track: Mapping[str, Any]) -> str:
    return codec_name(track["codec"]) if track.get("codec") else ""


def _rate(fraction: str | None) -> str:
    return f"{fps(Fraction(fraction))} fps" if fraction else ""


def _seconds(length: float | None) -> str:
    if not length:
        return ""
    whole = int(length)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{int(length * 10) % 10}"
