"""Texts as they are compared: width, case, traditional characters and what stands between characters do not matter."""

import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache

_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))


class _Table(dict[str, str]):
    """Character → how it is compared, empty for what is dropped; filled as characters come."""

    def __missing__(self, character: str) -> str:
        folded = "".join(c for c in unicodedata.normalize("NFKC", character).casefold() if c.isalnum())
        folded = self[character] = "".join(_simplified().get(c, c) for c in folded)
        return folded


@cache
def _simplified() -> dict[str, str]:
    """Traditional → simplified, character by character, so that places in the text are kept."""
    from opencc import OpenCC

    characters = [chr(code) for start, end in _BLOCKS for code in range(start, end)]
    simple = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {a: b for a, b in zip(characters, simple, strict=True) if a != b and len(b) == 1}


_table = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` as compared; ``places[i]`` is where its character ``i`` stands in the original."""

    text: str
    places: "array[int]"


def fold(text: str) -> Folded:
    table = _table
    kept: list[str] = []
    places = array("l")
    for place, character in enumerate(text):
        folded = table[character]
        if not folded:
            continue
        kept.append(folded)
        if len(folded) == 1:
            places.append(place)
        else:
            places.extend([place] * len(folded))
    return Folded("".join(kept), places)


def key(text: str) -> str:
    """Only the compared form."""
    table = _table
    return "".join([table[character] for character in text])
