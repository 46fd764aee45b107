"""The words that were found, marked in the row's own text (the index keeps no text)."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lifelong.catalogue.search import text


def spans(original: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the words stand in ``original``, whatever their width, case or script; joined where they touch."""
    folded = text.fold(original)
    if len(folded) != len(original):  # folding changed lengths (ligatures): case alone keeps places
        folded = original.lower()
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted or len(folded) != len(original):
        return []
    pattern = re.compile("|".join(map(re.escape, wanted)))
    joined: list[tuple[int, int]] = []
    for match in pattern.finditer(folded):
        if joined and joined[-1][1] == match.start():
            joined[-1] = (joined[-1][0], match.end())
        else:
            joined.append(match.span())
    return joined


def marked(original: str, words: tuple[str, ...]) -> SafeString:
    """``original`` escaped, with <mark> around what was found."""
    out, at = [], 0
    for start, end in spans(original, words):
        out += [escape(original[at:start]), mark_safe("<mark>"), escape(original[start:end]), mark_safe("</mark>")]
        at = end
    out.append(escape(original[at:]))
    return mark_safe("".join(out))


def excerpt(original: str, words: tuple[str, ...], length: int = 110) -> SafeString:
    """The stretch of ``original`` that holds the most of the words, marked; its beginning where none stands there."""
    original = " ".join(original.split())
    if len(original) <= length:
        return marked(original, words)
    found = spans(original, words)
    start = 0
    if found and found[0][0] > length // 2:
        best = max(
            found,
            key=lambda span: (len({original[a:b] for a, b in found if span[0] <= a < span[0] + length}), -span[0]),
        )
        start = max(0, best[0] - 12)
    piece = original[start : start + length].strip()
    lead, tail = "…" if start else "", "…" if start + length < len(original) else ""
    return mark_safe(f"{lead}{marked(piece, words)}{tail}")
