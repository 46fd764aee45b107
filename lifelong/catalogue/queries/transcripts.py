"""What is said in published resources: the captions of their frozen versions, as the index and the pages read them."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from django.conf import settings

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.search.schema import Facts
from lifelong.catalogue.search.speech import Line, Speech, Track
from lifelong.media import captions
from lifelong.media.lifecycle import RenditionKind
from lifelong.resources.models import Caption, VersionFile

log = logging.getLogger(__name__)
AT_ONCE = 500  # resources


@dataclass(frozen=True)
class Source:
    """One caption file; ``file`` is the place of the film in its resource, from 1; ``path`` under settings.FILES."""

    file: int
    language: str
    path: str
    sha256: str


def with_speech(found: Iterable[Facts]) -> Iterator[Facts]:
    """The same facts, with what is said; three queries for 500 at most. Files are read only where the index wants them."""
    rows = iter(found)
    while some := list(islice(rows, AT_ONCE)):
        sources = sources_of([facts.id for facts in some])
        for facts in some:
            facts.speech = speech_of(sources[facts.id]) if facts.id in sources else None
            yield facts


def speech_of(sources: list[Source]) -> Speech:
    """Named by a hash of what it comes from."""
    named = "|".join(f"{one.file}:{one.language}:{one.sha256}" for one in sources)
    number = int.from_bytes(blake2b(named.encode(), digest_size=7).digest())
    return Speech(number or 1, partial(tracks, sources))


def tracks(sources: list[Source]) -> Iterator[Track]:
    for one in sources:
        yield Track(one.file, one.language, [Line(line.start_s, line.text) for line in lines_of(one)])


def sources_of(resource_keys: list[int]) -> dict[int, list[Source]]:
    """Resource key → caption files of its online entry, in the order of files and of their taking in."""
    rows = list(
        Caption.objects.filter(
            file__version__entry__resource_id__in=resource_keys,
            file__version__entry__visibility=Visibility.ONLINE,
            media_file__renditions__kind=RenditionKind.CAPTION,
        )
        .order_by("pk")
        .values_list(
            "file__version__resource_id", "file__version_id", "file_id", "language",
            "media_file__renditions__path", "media_file__renditions__sha256",
        )
    )  # fmt: skip
    if not rows:
        return {}
    places = _places({version for _, version, *_ in rows})
    found: dict[int, list[Source]] = defaultdict(list)
    for resource, _version, file, language, path, sha256 in rows:
        found[resource].append(Source(places[file], language, path, sha256))
    for sources in found.values():
        sources.sort(key=lambda one: one.file)
    return dict(found)


def _places(versions: set[int]) -> dict[int, int]:
    """Key of a version's file → its place, counted as ``actions.media.give_names`` counts."""
    places: dict[int, int] = {}
    reached: dict[int, int] = defaultdict(int)
    files = VersionFile.objects.filter(version_id__in=versions).order_by("version_id", "position", "pk")
    for version, file in files.values_list("version_id", "pk"):
        reached[version] += 1
        places[file] = reached[version]
    return places


def lines_of(source: Source) -> tuple[Line, ...]:
    """What is said, line by line, without marks; empty lines left out, and everything where the file is not there."""
    try:
        return _read(Path(settings.FILES) / source.path)
    except FileNotFoundError:
        log.warning("the caption file %s is not there; what it says cannot be found", source.path)
    except captions.CaptionRefused:
        log.warning("the caption file %s cannot be read; what it says cannot be found", source.path)
    return ()


@lru_cache(maxsize=16)
def _read(path: Path) -> tuple[Line, ...]:
    """A rendition never changes under its name."""
    return tuple(Line(cue.start_s, cue.words) for cue in captions.read(path.read_bytes()) if cue.words)


def said_around(resource_key: int, file: int, second: int) -> list[Line]:
    """What is said at a second of a file, with the line before and the one after; in its first language."""
    source = next((one for one in sources_of([resource_key]).get(resource_key, []) if one.file == file), None)
    lines = lines_of(source) if source else ()
    at = sum(line.start_s < second + 1 for line in lines) - 1
    return list(lines[max(0, at - 1) : at + 2])
