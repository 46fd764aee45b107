"""Names of institutions: kept as they were typed, compared without regard to width, spaces and case. Pure."""

import re
import unicodedata

_unseen = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_half = str.maketrans("（）【】〔〕", "()[][]")
_full = str.maketrans("()", "（）")
_wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def as_typed(text: str) -> str:
    """On one line, without what cannot be seen; brackets, digits and letters keep the width they were typed in."""
    return " ".join(_unseen.sub("", unicodedata.normalize("NFC", text)).split())


def folded(name: str) -> str:
    """For comparing alone: 「洛河学院（东区）」 and 「洛河学院 (东区)」 are one name."""
    return "".join(unicodedata.normalize("NFKC", as_typed(name)).translate(_half).casefold().split())


def spellings(name: str) -> set[str]:
    """How the same name may stand in the register: for ``name__in``, which an index answers."""
    typed = as_typed(name)
    close = "".join(typed.split())
    plain = unicodedata.normalize("NFKC", close)
    return {
        typed, close, plain, plain.translate(_wide), plain.translate(_full), close.translate(_full), typed.translate(_full),
    } - {""}  # fmt: skip
