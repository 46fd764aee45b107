"""Reads of the lists, and the automaton made of them; which films are alike."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Count, Q, QuerySet

from lifelong.media.lifecycle import FileKind, ProbeState
from lifelong.media.models import MediaFile
from lifelong.screening.likeness.comparing import Alike, Packed, compare, worth_a_look
from lifelong.screening.matching import Listed, Matcher
from lifelong.screening.models import (
    AllowedPhrase,
    Fingerprint,
    Likeness,
    ScreeningVersion,
    Severity,
    Word,
    WordList,
)

PIECE = 10_000  # fingerprints held at once
MOST_COMPARED = 2000
MOST_ALIKE = 20
_held: dict[str, Matcher] = {}


def matcher() -> Matcher:
    """All active lists as they stand now: one query; built anew in each process after a change."""
    stamp = ScreeningVersion.objects.values_list("stamp", flat=True).first() or ""
    found = _held.get(stamp)
    if found is None:
        found = Matcher(_listed(), AllowedPhrase.objects.values_list("text", flat=True))
        _held.clear()
        _held[stamp] = found
    return found


def version() -> int:
    """The number that a round keeps beside its hits."""
    return ScreeningVersion.objects.values_list("number", flat=True).first() or 0


def _listed() -> list[Listed]:
    rows = Word.objects.filter(word_list__is_active=True).order_by("id")
    return [
        Listed(text, category, "block" if severity == Severity.BLOCK else "look", pinyin)
        for text, pinyin, category, severity in rows.values_list(
            "text", "pinyin", "word_list__category", "word_list__severity"
        )
    ]


def lists() -> QuerySet[WordList]:
    return WordList.objects.select_related("changed_by").annotate(number=Count("words")).order_by("severity", "name")


def words(word_list: WordList, *, search: str = "") -> QuerySet[Word]:
    from lifelong.screening.folding import key

    found = word_list.words.order_by("-id")
    return found.filter(folded__contains=key(search)) if key(search) else found


def allowed(*, search: str = "") -> QuerySet[AllowedPhrase]:
    from lifelong.screening.folding import key

    found = AllowedPhrase.objects.select_related("added_by").order_by("-id")
    return found.filter(folded__contains=key(search)) if key(search) else found


def without_fingerprint() -> QuerySet[MediaFile]:
    """Films and recordings that can be read and have none yet, the latest first."""
    readable = MediaFile.objects.filter(kind=FileKind.MEDIA, probe_state__in=[ProbeState.FACTS, ProbeState.WHOLE])
    return readable.filter(fingerprint__isnull=True).order_by("-pk")


def alike(fingerprint: Fingerprint) -> list[Alike]:
    """What of all the library looks or sounds like it, the most alike first; the very same content is not among them."""
    mine = packed(fingerprint)
    others = Fingerprint.objects.exclude(media_file__sha256=fingerprint.media_file.sha256).order_by()
    rows = others.values_list("media_file_id", "pictures", "marks").iterator(chunk_size=PIECE)
    near = [number for piece in batched(rows, PIECE) for number in worth_a_look(mine, [Packed(*row) for row in piece])]
    found = [compare(mine, packed(other)) for other in Fingerprint.objects.filter(media_file__in=near[:MOST_COMPARED])]
    return sorted((each for each in found if each), key=lambda each: -each.most)[:MOST_ALIKE]


def packed(of: Fingerprint) -> Packed:
    return Packed(of.media_file_id, bytes(of.pictures), bytes(of.marks), bytes(of.places))


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while piece := list(islice(left, size)):
        yield piece


def likenesses(media_files: Iterable[int]) -> list[tuple[int, int, float, float]]:
    """(file asked about, the other, picture, sound) of every pair that one of them is in. One query."""
    asked = set(media_files)
    pairs = Likeness.objects.filter(Q(one__in=asked) | Q(other__in=asked))
    found = []
    for one, other, picture, sound in pairs.values_list("one_id", "other_id", "picture", "sound"):
        found += [(a, b, picture, sound) for a, b in ((one, other), (other, one)) if a in asked]
    return found
