"""Personal data in texts: telephone and identity numbers, bank cards, e-mail addresses. Pure.

What only looks like one is none: a mobile number keeps its grouping, an identity number its date and check digit (GB 11643), a
card its check digit (ISO/IEC 7812); digits inside longer numbers, ISBNs, sums and file names are passed over.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

CATEGORY = "个人信息"
MOBILE, LANDLINE, IDENTITY, CARD, MAIL = "手机号码", "固定电话", "身份证号", "银行卡号", "电子邮箱"

# Before and after a number: no longer number, no word (but wx, vx: 微信), no sum, no address of a page.
_OPEN = r"(?:(?<![0-9A-Za-z_=])|(?<=(?<![0-9A-Za-z_=])[WVwv][Xx]))(?<![0-9][.\-])(?<![A-Za-z/]/)"
_END = r"(?![0-9A-Za-z_]|[.\-][0-9]|\s?[元次人万亿%])"
_MOBILE = re.compile(
    rf"{_OPEN}(?:(?:\+|00)?86[\s-]?)?(?=1[ \-·]?[3-9])"
    rf"(\d{{3}}([ \-·]?)\d{{4}}\2\d{{4}}|\d{{4}}([ \-·])\d{{3}}\3\d{{4}}|\d([ \-·])\d(?:\4\d){{9}}){_END}"
)
_PREFIX = re.compile(r"1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])")
_AREA = r"0(?:10|2\d|[3-9]\d{2})"
_LANDLINE = re.compile(
    rf"{_OPEN}(?:(?:\+|00)?86[\s-]?)?(?:[(]{_AREA}[)]\s?|{_AREA}\s?[\-—–]\s?|{_AREA}\s)[1-9]\d{{2,3}}[ \-]?\d{{4}}(?:\s?(?:-|转|ext\.?)\s?\d{{1,6}})?{_END}"
)
_TOLD = re.compile(
    rf"(?:电话|座机|固话|传真|热线|[Tt]el\.?|TEL)(?:号码?)?(?:是|为)?[\s:]{{0,3}}({_AREA}[2-9]\d{{6,7}}|[2-9]\d{{6,7}}){_END}"
)
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])([1-8]\d{5}([\s\-]?)(?:19|20)\d{6}\2\d{3}[\dXx])(?![0-9A-Za-z])")
_CARD = re.compile(
    r"(?<![0-9A-Za-z.\-])((?:62|4\d|5[1-5])\d{2}([ \-]?)\d{4}\2\d{4}\2\d{4}(?:\2\d{1,3})?)(?![0-9A-Za-z]|[.\-][0-9])"
)
_CARD_TOLD = re.compile(r"卡|账号|帐号|账户|帐户")
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,4}[A-Za-z]{2,24}(?![A-Za-z0-9\-])"
)
_PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Personal(NamedTuple):
    """``start``–``end`` (exclusive) in the text as given; ``masked`` tells enough to find it, never the whole."""

    start: int
    end: int
    kind: str
    masked: str


def personal_in(text: str) -> list[Personal]:
    """In the order of the text; where two kinds overlap, the first of identity, card, mobile, landline, e-mail."""
    if not (text := plain(text)):
        return []
    found: list[Personal] = []
    taken = bytearray(len(text))
    for kind, spans in _KINDS:
        for start, end in spans(text):
            if not any(taken[start:end]):
                found.append(Personal(start, end, kind, masked(text[start:end])))
                taken[start:end] = bytes([1]) * (end - start)
    return sorted(found)


def hide(text: str, found: Iterable[Personal]) -> str:
    """The text with what was found masked, every other character in its place."""
    shown = list(text)
    for one in found:
        shown[one.start : one.end] = one.masked
    return "".join(shown)


def without_personal(text: str) -> str:
    """For papers and sheets that leave the platform."""
    return hide(text, personal_in(text))


def plain(text: str) -> str:
    """Every digit and sign in its narrow form, each in its old place; empty where no number and no address can be."""
    text = "".join([_NARROW[c] for c in text])
    text = _SPOKEN.sub(lambda found: found[0].translate(_DIGITS), text)
    return text if _SEEMS.search(text) else ""


_SPOKEN = re.compile("[零〇幺一二三四五六七八九]{11,18}")
_DIGITS = str.maketrans("零〇幺一二三四五六七八九", "001123456789")
_SEEMS = re.compile(r"\d[\s\-·]?\d[\s\-·]?\d|@")


class _Narrow(dict[str, str]):
    def __missing__(self, character: str) -> str:
        narrow = unicodedata.normalize("NFKC", character)
        if unicodedata.category(narrow[0]) == "Nd":
            narrow = str(unicodedata.digit(narrow[0]))
        elif narrow in "‐‑‒−﹣":
            narrow = "-"
        kept = self[character] = narrow if len(narrow) == 1 else character
        return kept


_NARROW = _Narrow()


def masked(found: str) -> str:
    """138****5678, 0371-****1234, 11**************2X, z***@example.org: of the same length, so that places are kept."""
    if "@" in found:
        name, host = found.split("@", 1)
        return f"{name[0]}{'*' * (len(name) - 1)}@{host}"
    whole = [place for place, c in enumerate(found) if c.isalnum()]
    first, last = (2, 2) if len(whole) > 14 else (4 if re.match(r"[(]?0[3-9]", found) else 3, 4)
    hidden = set(whole[first:-last] if len(whole) > first + last else whole[1:-1])
    return "".join("*" if place in hidden else c for place, c in enumerate(found))


def _mobiles(text: str) -> Iterator[tuple[int, int]]:
    for found in _MOBILE.finditer(text):
        if _PREFIX.match(_digits(found[1])):
            yield found.span(1)


def _landlines(text: str) -> Iterator[tuple[int, int]]:
    for found in _LANDLINE.finditer(text):
        yield found.span()
    for found in _TOLD.finditer(text):
        yield found.span(1)


def _identities(text: str) -> Iterator[tuple[int, int]]:
    for found in _IDENTITY.finditer(text):
        number = re.sub(r"[\s\-]", "", found[1]).upper()
        if int(number[:2]) in _PROVINCES and _is_day(number[6:14]):
            check = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11
            if "10X98765432"[check] == number[17]:
                yield found.span(1)


def _is_day(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for found in _CARD.finditer(text):
        digits = _digits(found[1])
        told = _CARD_TOLD.search(text, max(found.start() - 12, 0), found.start())
        if _is_luhn(digits) and (digits.startswith("62") or (len(digits) == 16 and told)):
            yield found.span(1)


def _is_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _mails(text: str) -> Iterator[tuple[int, int]]:
    for found in _MAIL.finditer(text):
        yield found.span()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


_KINDS: tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    (IDENTITY, _identities), (CARD, _cards), (MOBILE, _mobiles), (LANDLINE, _landlines), (MAIL, _mails),
)  # fmt: skip
