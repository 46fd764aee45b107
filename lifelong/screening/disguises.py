"""Whether a match is the word, written to be overlooked, and not an accident of what was dropped or of a longer word."""

from array import array
from itertools import pairwise

from lifelong.screening.folding import Folded, is_hidden, key

LONGEST_GAP = 3  # signs between two characters of a word; more is another sentence
_LONGEST_HIDDEN = 64  # with what nobody sees
_SURE = 4  # characters: a longer word does not come about where two phrases meet at a space

# Between the characters of a word these end the thought: 「方法，轮流」 is no hit for 法轮.
_SENTENCE = set("，。、；：！？,;:!?“”‘’\"'《》〈〉（）()【】[]「」『』\n\r…")


def stands(text: str, folded: Folded, start: int, end: int, borders: frozenset[int], *, spelled: bool) -> bool:
    """``start``–``end`` in the folded text; ``borders`` are places in the word before which it may have a space or sign.

    A ``spelled`` word is written in Latin letters throughout: then nothing but a space or ``' - _ .`` stands at a border.
    """
    places = folded.places
    first, last = places[start], places[end - 1]
    if (start and places[start - 1] == first) or (end < len(places) and places[end] == last):
        return False  # half of a character such as ㎏
    if _is_latin(folded.text[start]) and _joins(text, folded, start - 1, start):
        return False
    if _is_latin(folded.text[end - 1]) and _joins(text, folded, end, end - 1):
        return False
    if spelled and len(borders) == 1 and (_among_latin(text, first, -1) or _among_latin(text, last, 1)):
        return False  # 「change the world」 is no 嫦娥
    if last - first + 1 == end - start:
        return True  # nothing between
    gaps = _gaps(text, places, start, end)
    if gaps is None:
        return False
    if spelled and any(set(gap.strip()) - set("'’-_.·") for at, gap in gaps.items() if at in borders):
        return False
    odd = {at: gap for at, gap in gaps.items() if at not in borders}
    return not odd or _is_disguise(text, first, last, end - start, odd)


def _joins(text: str, folded: Folded, other: int, own: int) -> bool:
    """Whether the character beside the word is a Latin one that belongs to it: 「mass」 is no hit for 「ass」."""
    if not 0 <= other < len(folded.places) or not _is_latin(folded.text[other]):
        return False
    low, high = sorted((folded.places[other], folded.places[own]))
    return high - low <= _LONGEST_HIDDEN and all(map(is_hidden, text[low + 1 : high]))


def _among_latin(text: str, place: int, step: int) -> bool:
    """Whether the next word on this side is a Latin one too."""
    place += step
    while 0 <= place < len(text) and text[place] == " ":
        place += step
    return 0 <= place < len(text) and text[place].isascii() and text[place].isalpha()


def _gaps(text: str, places: "array[int]", start: int, end: int) -> dict[int, str] | None:
    """What is seen between the characters, by the place in the word that it stands before; None where it is too much."""
    gaps = {}
    for index in range(start + 1, end):
        low, high = places[index - 1] + 1, places[index]
        if high <= low:
            continue
        if high - low > _LONGEST_HIDDEN:
            return None
        if seen := "".join(c for c in text[low:high] if not is_hidden(c)):
            gaps[index - start] = seen
    return gaps


def _is_disguise(text: str, first: int, last: int, length: int, gaps: dict[int, str]) -> bool:
    """Signs between the characters of a word are a disguise, unless they are the end of one thought and the beginning
    of another: a space or a comma counts where every character stands apart, where the word is long (a space), or where
    it cuts a single character off."""
    if any(len(gap) > LONGEST_GAP for gap in gaps.values()):
        return False
    plain = [gap for gap in gaps.values() if gap.isspace() or any(c in _SENTENCE for c in gap)]
    if not plain:
        return True  # 赌*博, 赌_博, 赌·博, 赌🎲博
    apart = len(gaps) == length - 1
    if apart and length > 2 and len({gap.strip() for gap in gaps.values()}) == 1:
        return True
    spaces = all(gap.isspace() for gap in plain)
    alone_before, alone_after = not key(text[first - 1 : first]), not key(text[last + 1 : last + 2])
    if length >= _SURE:
        return spaces or _cuts_one_off(length, gaps, alone_before, alone_after)
    if length == 2:
        return apart and alone_before and alone_after
    one_first = 1 in gaps  # 法|轮功
    wide = not any(" " in gap or "\n" in gap for gap in plain)
    return spaces and (wide or (alone_before if one_first else alone_after))


def _cuts_one_off(length: int, gaps: dict[int, str], alone_before: bool, alone_after: bool) -> bool:
    """包，治百病: but in 「很大，学生活泼」 the first character belongs to another word."""
    cuts = [0, *sorted(gaps), length]
    ones = [low for low, high in pairwise(cuts) if high - low == 1]
    return any((low or alone_before) and (low < length - 1 or alone_after) for low in ones)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
