"""Words found in texts, wherever they are hidden: spaced out, full width, traditional, with signs between."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import ahocorasick

from lifelong.screening.folding import Folded, fold, key

CONTEXT = 20  # characters shown on either side of a hit
LONGEST_GAP = 3  # signs between two characters of a word; more is another sentence
LONGEST_CONTEXT = 200
MOST_HITS = 500  # of one text; whoever needs more than these to decide needs none

# Between the characters of a word these end the thought: 「方法，轮流」 is no hit for 法轮.
_SENTENCE = set("，。、；：！？,;:!?“”‘’\"'《》〈〉（）()【】[]「」『』\n\r…")


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
    """A word as the operator listed it."""

    word: str
    category: str
    severity: Literal["block", "look"]


class _Pattern(NamedTuple):
    length: int
    breaks: frozenset[int]  # places before which the word itself has a space or a sign: 「free gift」
    latin_start: bool
    latin_end: bool
    listed: tuple[Listed, ...]


class Matcher:
    """All lists in one automaton. Immutable; built in some tens of milliseconds for ten thousand words."""

    def __init__(self, words: Iterable[Listed], allowed: Iterable[str] = ()) -> None:
        grouped: dict[str, list[Listed]] = {}
        breaks: dict[str, set[int]] = {}
        for listed in words:
            folded = fold(listed.word)
            if folded.text:
                grouped.setdefault(folded.text, []).append(listed)
                breaks.setdefault(folded.text, set()).update(_breaks(folded))
        self._words = _automaton(
            (text, _Pattern(len(text), frozenset(breaks[text]), _is_latin(text[0]), _is_latin(text[-1]), tuple(found)))
            for text, found in grouped.items()
        )
        self._allowed = _automaton((text, len(text)) for text in {fold(phrase).text for phrase in allowed} if text)
        self.size = len(grouped)

    def screen(self, texts: Mapping[str, str]) -> list[Hit]:
        """Hits by field, in the order of the texts and of their places."""
        return [hit for field, text in texts.items() if text for hit in self._hits(field, text)]

    def _hits(self, field: str, text: str) -> list[Hit]:
        if self._words is None:
            return []
        folded = fold(text)
        spans = self._spans(text, folded)
        if not spans:
            return []
        permitted = self._permitted(folded)
        found = []
        for start, end, listed in _longest(spans):
            if not permitted.covers(start, end):
                found.append(_hit(field, text, folded.places[start], folded.places[end - 1] + 1, listed))
            if len(found) == MOST_HITS:
                break
        return found

    def _spans(self, text: str, folded: Folded) -> list[tuple[int, int, Listed]]:
        """(start, end) in the folded text of every word that truly stands there."""
        spans: list[tuple[int, int, Listed]] = []
        for last, pattern in self._words.iter(folded.text):
            start, end = last + 1 - pattern.length, last + 1
            if _stands(text, folded, start, end, pattern):
                spans.extend((start, end, listed) for listed in pattern.listed)
        return spans

    def _permitted(self, folded: Folded) -> "_Spans":
        if self._allowed is None:
            return _Spans([])
        return _Spans([(last + 1 - length, last + 1) for last, length in self._allowed.iter(folded.text)])


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


def _breaks(folded: Folded) -> set[int]:
    places = folded.places
    return {index for index in range(1, len(places)) if places[index] - places[index - 1] > 1}


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _stands(text: str, folded: Folded, start: int, end: int, pattern: _Pattern) -> bool:
    """Whether a match is the word and not an accident of what was dropped or of a longer Latin word."""
    places = folded.places
    first, last = places[start], places[end - 1]
    if (start and places[start - 1] == first) or (end < len(places) and places[end] == last):
        return False  # half of a character such as ㎏
    if pattern.latin_start and first and _is_latin_sign(text[first - 1]):
        return False
    if pattern.latin_end and last + 1 < len(text) and _is_latin_sign(text[last + 1]):
        return False
    if last - first + 1 == pattern.length:
        return True  # nothing between
    gaps = {
        index - start: text[places[index - 1] + 1 : places[index]]
        for index in range(start + 1, end)
        if places[index] - places[index - 1] > 1
    }
    odd = {index: gap for index, gap in gaps.items() if index not in pattern.breaks}
    return not odd or _is_disguise(text, first, last, pattern.length, odd)


def _is_latin_sign(character: str) -> bool:
    folded = key(character)
    return bool(folded) and folded.isascii()


def _is_disguise(text: str, first: int, last: int, length: int, gaps: dict[int, str]) -> bool:
    """Signs between the characters of a word are a disguise, unless they are the end of one thought and the beginning
    of another: a space or a comma between two of them counts only where every character stands apart."""
    if any(len(gap) > LONGEST_GAP for gap in gaps.values()):
        return False
    plain = [gap for gap in gaps.values() if gap.isspace() or any(c in _SENTENCE for c in gap)]
    if not plain:
        return True  # 赌*博, 赌_博, 赌·博, or something that cannot be seen
    if len(gaps) < length - 1:
        return False
    if length >= 3:
        return len({gap.strip() for gap in gaps.values()}) == 1
    before, after = text[first - 1] if first else " ", text[last + 1] if last + 1 < len(text) else " "
    return not key(before) and not key(after)


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
