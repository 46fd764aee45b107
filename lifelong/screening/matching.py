"""Words found in texts, wherever they are hidden: spaced out, full width, traditional, in pinyin; and personal data."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import ahocorasick

from lifelong.screening.disguises import stands
from lifelong.screening.folding import Folded, fold
from lifelong.screening.personal import CATEGORY, hide, personal_in

CONTEXT = 20  # characters shown on either side of a hit
LONGEST_CONTEXT = 200
LONGEST_WORD = 100
LONGEST_MIXED = 4  # characters of a word that is looked for partly in pinyin
MOST_HITS = 500  # of one text; whoever needs more than these to decide needs none


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of a list in a text. ``start``–``end`` (exclusive) are places in the text as given; ``found`` what stands
    there; ``context`` that with some characters around it."""

    field: str
    start: int
    end: int
    word: str
    category: str
    severity: Literal["block", "look"]
    context: str
    found: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Listed:
    """A word as the operator listed it; ``pinyin`` its syllables (``du bo``), empty where it has none."""

    word: str
    category: str
    severity: Literal["block", "look"]
    pinyin: str = ""


class _Pattern(NamedTuple):
    length: int
    borders: frozenset[int]  # places before which the word itself has a space or a sign: 「free gift」
    spelled: bool
    listed: tuple[Listed, ...]


class Matcher:
    """All lists in one automaton. Immutable; built in some tens of milliseconds for ten thousand words."""

    def __init__(self, words: Iterable[Listed], allowed: Iterable[str] = ()) -> None:
        grouped: dict[str, list[Listed]] = {}
        borders: dict[str, set[int]] = {}
        spelled: set[str] = set()
        for listed in words:
            folded = fold(listed.word)
            if folded.text:
                grouped.setdefault(folded.text, []).append(listed)
                borders.setdefault(folded.text, set()).update(_borders(folded))
            for text, cuts in spellings(folded.text, listed.pinyin):
                whole = text.isascii()
                grouped.setdefault(text, []).append(replace(listed, severity="look") if whole else listed)
                borders.setdefault(text, set()).update(cuts)
                spelled |= {text} if whole else set()
        self._words = _automaton(
            (text, _Pattern(len(text), frozenset(borders[text]), text in spelled, tuple(found)))
            for text, found in grouped.items()
        )
        self._allowed = _automaton((text, len(text)) for text in {fold(phrase).text for phrase in allowed} if text)

    def screen(self, texts: Mapping[str, str]) -> list[Hit]:
        """Hits by field, in the order of the texts and of their places; personal data after the words."""
        return [hit for field, text in texts.items() if text for hit in self._hits(field, text)]

    def _hits(self, field: str, text: str) -> list[Hit]:
        folded = fold(text)
        spans, personal = self._spans(text, folded), personal_in(text)
        if not spans and not personal:
            return []
        permitted, shown = self._permitted(folded), hide(text, personal)
        found = []
        for start, end, listed in _longest(spans):
            if not permitted.covers(start, end):
                found.append(_hit(field, shown, folded.places[start], folded.places[end - 1] + 1, listed))
            if len(found) == MOST_HITS:
                break
        for one in personal[:MOST_HITS]:
            start, end = bisect_left(folded.places, one.start), bisect_left(folded.places, one.end)
            if not permitted.covers(start, end):
                word = Listed(f"{one.kind} {one.masked}"[:LONGEST_WORD], CATEGORY, "look")
                found.append(_hit(field, shown, one.start, one.end, word))
        return sorted(found, key=lambda hit: hit.start)

    def _spans(self, text: str, folded: Folded) -> list[tuple[int, int, Listed]]:
        """(start, end) in the folded text of every word that truly stands there."""
        spans: list[tuple[int, int, Listed]] = []
        for last, pattern in self._words.iter(folded.text) if self._words else ():
            start, end = last + 1 - pattern.length, last + 1
            if stands(text, folded, start, end, pattern.borders, spelled=pattern.spelled):
                spans.extend((start, end, listed) for listed in pattern.listed)
        return spans

    def _permitted(self, folded: Folded) -> "_Spans":
        if self._allowed is None:
            return _Spans([])
        return _Spans([(last + 1 - length, last + 1) for last, length in self._allowed.iter(folded.text)])


def spellings(folded: str, pinyin: str) -> Iterator[tuple[str, set[int]]]:
    """A word in pinyin, and with one character in pinyin (dubo, du博, 赌bo), each with the places of its syllables' ends.

    Spelled out it stands for many words: it weighs no more than a look.
    """
    syllables = pinyin.split()
    if len(syllables) != len(folded) or len(syllables) < 2:
        return
    ways = [syllables]
    if len(syllables) <= LONGEST_MIXED:
        ways += [[*folded[:at], syllable, *folded[at + 1 :]] for at, syllable in enumerate(syllables)]
    for way in ways:
        yield "".join(way), set(accumulate(map(len, way[:-1])))


class _Spans:
    """Stretches of a text, asked whether one of them covers a place: by bisection, for there may be thousands."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        spans.sort()
        self.starts = [start for start, _end in spans]
        self.reach = list(accumulate((end for _start, end in spans), max))

    def covers(self, start: int, end: int) -> bool:
        index = bisect_right(self.starts, start)
        return index > 0 and self.reach[index - 1] >= end


def _automaton(entries: Iterable[tuple[str, Any]]) -> Any:
    made = ahocorasick.Automaton()
    for text, value in entries:
        made.add_word(text, value)
    if not len(made):
        return None
    made.make_automaton()
    return made


def _borders(folded: Folded) -> set[int]:
    places = folded.places
    return {index for index in range(1, len(places)) if places[index] - places[index - 1] > 1}


def _longest(spans: list[tuple[int, int, Listed]]) -> Iterator[tuple[int, int, Listed]]:
    """In the order of the text; a word inside a longer one of at least its severity is not told beside it, and the
    same place in the same category is told once."""
    groups: dict[tuple[int, int], dict[tuple[str, str], Listed]] = {}
    for start, end, listed in spans:
        groups.setdefault((start, end), {}).setdefault((listed.category, listed.severity), listed)
    reach = {"look": 0, "block": 0}  # how far words of at least this severity cover the text so far
    for start, end in sorted(groups, key=lambda place: (place[0], -place[1])):
        told = [listed for listed in groups[start, end].values() if reach[listed.severity] < end]
        for listed in told:
            yield start, end, listed
            reach["look"] = max(reach["look"], end)
            if listed.severity == "block":
                reach["block"] = max(reach["block"], end)


def _hit(field: str, text: str, start: int, end: int, listed: Listed) -> Hit:
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    found = text[start:end]
    context = f"{'…' if start > CONTEXT else ''}{before}{found}{after}{'…' if end + CONTEXT < len(text) else ''}"
    shown = " ".join(context.split())[:LONGEST_CONTEXT]
    return Hit(field, start, end, listed.word, listed.category, listed.severity, shown, found)
