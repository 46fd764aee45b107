"""Plain words with a few marks, as HTML: ``# `` and ``## `` headings, ``- `` and ``1. `` lists, **bold**, [words](address).

Everything is escaped first; what is not one of these marks stays the words that were typed.
"""

import difflib
import re
from collections.abc import Iterator
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_MARK = re.compile(r"(?P<h2># )|(?P<h3>#{2,4} )|(?P<ul>[-*•] )|(?P<ol>\d{1,3}[.、] ?(?=\D))")
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(((?:https?://|mailto:|tel:|/(?!/))[^\s()<>\\]{0,500})\)")
_ITEMS = {"ul", "ol"}
MOST_COMPARED = 1_000  # lines of both together


def as_html(text: str) -> SafeString:
    lines = [line.strip() for line in text.splitlines()]
    runs = groupby(lines, key=_kind)
    return mark_safe("\n".join(part for kind, run in runs for part in _block(kind, list(run))))


def changed_lines(old: str, new: str) -> list[tuple[bool, str]] | None:
    """``(added, line)`` in their order; None where the texts are too long to be compared while a page waits."""
    before, after = (list(filter(str.strip, text.splitlines())) for text in (old, new))
    if len(before) + len(after) > MOST_COMPARED:
        return None
    lines = difflib.unified_diff(before, after, lineterm="", n=0)
    return [(line[0] == "+", line[1:]) for line in list(lines)[2:] if not line.startswith("@@")]


def _kind(line: str) -> str:
    found = _MARK.match(line)
    return (found.lastgroup or "") if found else "p" if line else ""


def _block(kind: str, lines: list[str]) -> Iterator[str]:
    if kind == "p":
        yield f"<p>{'<br>'.join(map(_inline, lines))}</p>"
    elif kind in _ITEMS:
        first = re.match(r"\d+", lines[0])
        start = f' start="{first[0]}"' if first and first[0] != "1" else ""
        items = "".join(f"<li>{_inline(_MARK.sub('', line, count=1))}</li>" for line in lines)
        yield f"<{kind}{start}>{items}</{kind}>"
    elif kind:
        yield from (f"<{kind}>{_inline(_MARK.sub('', line, count=1))}</{kind}>" for line in lines)


def _inline(text: str) -> str:
    linked = _LINK.sub(r'<a href="\2" rel="noopener">\1</a>', escape(text))
    return _BOLD.sub(r"<strong>\1</strong>", linked)
