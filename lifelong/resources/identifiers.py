"""资源ID: eight random characters of Crockford's base 32 and a check character, such as ``7K3M9Q2XA``.

Upper case, without I, L, O, U. The check is linear over GF(32) with a different weight for each place, so that one wrong
character, or any two exchanged, is always found (field 1 of the metadata standard: short, immutable, never reused).
"""

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def _times_two(value: int) -> int:
    """The next power in GF(32), by the primitive polynomial x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = _times_two(a), b >> 1
    return product


def _weighted(place: int) -> list[int]:
    """What each value counts at this place: multiplied by the place's own power of two."""
    weight = 1
    for _ in range(place + 1):
        weight = _times_two(weight)
    return [_times(weight, value) for value in range(len(ALPHABET))]


_COUNTS = [_weighted(place) for place in range(LENGTH)]  # a load draws identifiers by the hundred thousand


def check_character(body: str) -> str:
    """The ninth character for eight; raises ``KeyError`` for a character outside the alphabet."""
    total = 0
    for place, character in enumerate(body):
        total ^= _COUNTS[place][_VALUE[character]]
    return ALPHABET[total]


def new_id() -> str:
    """A fresh identifier; that nobody has it is settled by the unique column, whoever comes second draws again."""
    number = secrets.randbits(5 * LENGTH)
    body = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
    return body + check_character(body)


def is_valid(text: str) -> bool:
    """Whether the text is an identifier exactly as we write it."""
    return len(text) == LENGTH + 1 and all(c in _VALUE for c in text) and check_character(text[:LENGTH]) == text[LENGTH]


def as_written(text: str) -> str:
    """What a person meant: lower and full-width letters, hyphens, O for 0 and I or L for 1 are read; empty where it is no identifier."""
    candidate = unicodedata.normalize("NFKC", text).strip().upper().translate(_LOOK_ALIKES)
    return candidate if is_valid(candidate) else ""
