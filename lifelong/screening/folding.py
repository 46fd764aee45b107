"""Texts as they are compared: width, case, tones, traditional and look-alike characters and what stands between them do not matter."""

import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache

_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
LONGEST_SPELLED = 10  # characters of a word that is looked for in pinyin
_FILLERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters that nobody sees
# Characters that look like others: Cyrillic, Greek, small capitals, parts of characters. ü is v, as pinyin is typed.
_TWINS = str.maketrans(
    "авсԁеһіјкӏмнорԛѕтԝхуαβεικνορτυχıɑɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢüǖǘǚǜ⺝⺟⺠⻄⻅⻉⻋⻓⻔⻘⻛⻜⻢⻤⻥⻦⻩⻬⻰",
    "abcdehijklmhopqstwxyabeiknoptuxiagabcdefghijklmnoprstuvwyzvvvvv月母民西见贝车长门青风飞马鬼鱼鸟黄齐龙",
)
_TWINS |= {base + n: 97 + n for base in (0x1F150, 0x1F170) for n in range(26)}  # white on black: 🅐 🅰


class _Table(dict[str, str]):
    """Character → how it is compared, empty for what is dropped; filled as characters come."""

    def __missing__(self, character: str) -> str:
        plain = unicodedata.normalize("NFKC", character.translate(_TWINS)).casefold().translate(_TWINS)
        folded = "".join(_bare(c) for c in plain if c.isalnum() and c not in _FILLERS)
        folded = self[character] = "".join(_simplified().get(c, c) for c in folded)
        return folded


def _bare(character: str) -> str:
    """A Latin letter without its tone."""
    first = unicodedata.normalize("NFKD", character)[0]
    return first if first.isascii() else character


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


def pinyin_of(folded: str) -> str:
    """The syllables of a short Chinese word, without tones; empty for others. ü is v."""
    from pypinyin import lazy_pinyin

    if not 2 <= len(folded) <= LONGEST_SPELLED or any(c.isascii() for c in folded):
        return ""
    syllables = lazy_pinyin(folded, errors="ignore")
    return " ".join(syllables) if len(syllables) == len(folded) else ""


def is_hidden(character: str) -> bool:
    """Whether nobody sees it: zero-width signs, marks put over the character before, fillers."""
    if character in _FILLERS or character == "\u2800":
        return True
    return unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc"} and character not in "\t\n\r"
