"""Chinese text as search sees it: folded, cut into words, and as it sounds.

The index and the question must be cut by the same rules (no HMM, the same added words), or a word is not found again.
"""

import re
from functools import lru_cache
from itertools import product
from pathlib import Path
from threading import Lock
from typing import Any
from unicodedata import normalize

import rjieba

_CJK = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:\+\+|#)?")
_IS_CJK = re.compile(rf"[{_CJK}]")
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|[0-9]+")
_MARKED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")  # Latin letters with marks: pinyin with tones, café
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x00AD, 0x2060, 0xFEFF])

# Spoken around a wish rather than part of it: 我想学太极拳, 有没有教做面点的视频 (dictation). Those of the first line say
# that it is a wish: such a question hardly means the one title that says 我 and 学 as well.
_asking, _others = (Path(__file__).parent / "fillers.txt").read_text("utf-8").splitlines()
ASKING = frozenset(_asking.split())
FILLERS = ASKING.union(_others.split())

for _word in (Path(__file__).parent / "words.txt").read_text("utf-8").split():
    rjieba.add_word(_word, None, None)


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


_lock = Lock()


def fold(text: str) -> str:
    """One form for what means the same: full width, case, traditional characters, tones and invisible marks folded."""
    plain = _MARKED.sub(_unmarked, normalize("NFKC", text).lower().translate(_INVISIBLE))
    if plain.isascii():
        return plain
    with _lock:
        return str(_simplifier().convert(plain))


_NUMBERED = re.compile(r"第\s*([1-9]|[1-5][0-9])(?=\s*[讲课集节期章回])")  # beyond, the dictionary knows no words
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})\s*年")
_DIGITS = "零一二三四五六七八九"


def asked(question: str) -> str:
    """A question folded, with its numbers in the one form that is understood: 第3讲 → 第三讲, 2024年 → 2024."""
    return _YEAR.sub(r"\1 ", _NUMBERED.sub(lambda found: f"第{in_characters(int(found[1]))}", fold(question)))


def in_characters(number: int) -> str:
    """``number`` from 1 to 99 as it is read: 3 → 三, 12 → 十二, 20 → 二十."""
    tens, ones = divmod(number, 10)
    ten = f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones] if ones else "")


ORDINALS = {f"第{in_characters(number)}": number for number in range(1, 60)}


def _unmarked(letter: re.Match[str]) -> str:
    """``à`` → ``a``; ``ü`` is ``v``, as pinyin is typed."""
    parts = normalize("NFD", letter[0])
    return "v" if parts.startswith("u\u0308") else parts[0]


def is_chinese(text: str) -> bool:
    return bool(_IS_CJK.search(text))


def index_words(folded: str) -> list[str]:
    """Words of a folded text for the index: each long word also in its parts (智能手机 → 智能 手机 智能手机).

    Words of four characters and more also where the cut runs across them (市场 营销学 → 市场营销); with shorter ones
    that would find 国画 in 中国画报.
    """
    words: list[str] = []
    for run in _RUN.findall(folded):
        if is_chinese(run):
            cut = rjieba.cut_for_search(run, False)
            words += cut
            if len(run) > 4:
                words += {word for word in rjieba.cut_all(run) if len(word) > 3}.difference(cut)
        else:
            words.append(run)
            pieces = _LETTERS_OR_DIGITS.findall(run)
            if len(pieces) > 1 or (pieces and pieces[0] != run):
                words += pieces
    return words


@lru_cache(maxsize=100_000)
def short_words(text: str) -> tuple[str, tuple[str, ...]]:
    """``(folded, words for the index)`` of a short text that comes again and again: keywords, names, categories."""
    folded = fold(text)
    return folded, tuple(index_words(folded))


def cut(folded: str) -> list[str]:
    """Words of a folded question, each once, in order."""
    words: list[str] = []
    for run in _RUN.findall(folded):
        words += rjieba.cut(run, False) if is_chinese(run) else [run]
    return list(dict.fromkeys(words))


def parts(word: str) -> list[str]:
    """The shorter words inside a word (养生保健操 → 养生 保健 保健操), without the word itself; characters where none."""
    if not is_chinese(word):
        return []
    inner = [piece for piece in rjieba.cut_for_search(word, False) if piece != word]
    return inner or (list(word) if len(word) > 1 else [])


def characters(folded: str) -> list[str]:
    return [character for run in _RUN.findall(folded) if is_chinese(run) for character in run]


@lru_cache(maxsize=65_536)
def syllables(word: str) -> tuple[str, ...]:
    """The pinyin of a Chinese word without tones (太极拳 → tai, ji, quan); empty where a part has none."""
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(word, errors="ignore")
    return tuple(found) if len(found) == len(word) else ()


def sound(word: str) -> str:
    """The pinyin of a word in one piece (太极拳 → taijiquan)."""
    return "".join(syllables(word))


def initials(word: str) -> str:
    """The first letters of a word's syllables (太极拳 → tjq)."""
    return "".join(syllable[:1] for syllable in syllables(word))


@lru_cache(maxsize=1)
def filler_sounds() -> dict[str, str]:
    """``FILLERS`` by their pinyin: wo xiang xue taijiquan."""
    return {sound(word): word for word in FILLERS if not word.isascii()}


# Sounds that dictation and dialects mix up, the two of a pair folded together.
_ALIKE = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("n", "l"), ("h", "f")]


def sounds_of(folded: str, limit: int = 8) -> list[str]:
    """Every way a few characters may sound (重 is zhong and chong), at most ``limit``."""
    from pypinyin import Style, pinyin

    readings = pinyin(folded, style=Style.NORMAL, heteronym=True, errors="ignore")
    found: dict[str, None] = {}
    for choice in product(*(reading[:3] for reading in readings)):
        found["".join(choice)] = None
        if len(found) >= limit:
            break
    return list(found)


def near_sounds(letters: str) -> list[str]:
    """The same pinyin with one pair of easily mixed sounds exchanged (sanxia → shanxia)."""
    found: dict[str, None] = {}
    for one, other in _ALIKE:
        for wrong, right in ((one, other), (other, one)):
            for match in re.finditer(wrong, letters):
                if right.startswith(wrong) and letters.startswith(right, match.start()):
                    continue
                found[letters[: match.start()] + right + letters[match.end() :]] = None
    found.pop(letters, None)
    return list(found)
