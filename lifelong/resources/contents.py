"""资源目录 as people type it: a line per entry, turned into the standard's XML and back.

    1 第一章 认识手机
    1.1 开机与关机 00:00:00 00:12:30
    1.2 充电 00:12:30

The number says the level; without numbers two spaces (or one ``　``, a tab, a ``-``) at the beginning do. At the end may
stand the start, start and length, and a file's name in ``[ ]``.
"""

import re
from dataclasses import replace

from lifelong.standards.outline import Item, Outline, OutlineError, clock, parse, to_xml

_unholdable = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0, 2.2
_number = re.compile(r"(\d+(?:\.\d+)*)[.、．]?(?:\s+|$)")
_times = re.compile(r"\s+(\d{1,3}:\d{2}(?::\d{2})?)(?:\s+(\d{1,3}:\d{2}(?::\d{2})?))?\s*$")
_file = re.compile(r"\s*\[([^\[\]]+)\]\s*$")
_indent = re.compile(r"(?:  |　|\t|-)*")


def is_xml(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def as_xml(text: str) -> str:
    """What was typed as XML: XML stays as it is (the validator judges it), lines are turned into it.

    Lines pasted from elsewhere carry invisible characters that XML cannot hold; they are left out.
    """
    if not text.strip() or is_xml(text):
        return text.strip()
    return to_xml(from_lines(_unholdable.sub("", text)))


def as_typed(xml: str) -> str:
    """The lines that give this XML again; the XML itself where no lines do (numbers such as 「第一章」)."""
    try:
        outline = parse(xml) if xml else Outline()
    except OutlineError:
        return xml
    lines = to_lines(outline)
    return lines if from_lines(lines) == outline else xml


def from_lines(text: str) -> Outline:
    roots: list[Item] = []
    way: list[Item] = []  # the open item of each level; items are frozen, so each is put into its parent when it closes
    counts: list[int] = []

    def close(level: int) -> None:
        while len(way) >= level:
            done = way.pop()
            if way:
                way[-1] = replace(way[-1], items=(*way[-1].items, done))
            else:
                roots.append(done)

    for line in text.splitlines():
        if not line.strip():
            continue
        number, level, item = _read(line)
        level = min(level, len(way) + 1)
        close(level)
        del counts[level:]
        counts += [0] * (level - len(counts))
        counts[-1] += 1
        if number:
            counts[-1] = int(number.rsplit(".", 1)[-1])
        way.append(replace(item, number=number or ".".join(map(str, counts))))
    close(1)
    return Outline(tuple(roots))


def to_lines(outline: Outline) -> str:
    lines = []
    for _level, item in outline.walk():
        parts = [item.number, item.title]
        if item.start_s is not None:
            parts.append(clock(item.start_s))
            if item.duration_s is not None:
                parts.append(clock(item.duration_s))
        if item.file:
            parts.append(f"[{item.file}]")
        lines.append(" ".join(parts))
    return "\n".join(lines)


def _read(line: str) -> tuple[str, int, Item]:
    """``(number or nothing, level, item without number)``."""
    indent = _indent.match(line)
    marks = indent.group() if indent else ""
    rest, file, start, length = line[len(marks) :].strip(), "", None, None
    if found := _file.search(rest):
        file, rest = found.group(1).strip(), rest[: found.start()]
    if found := _times.search(rest):
        start, length, rest = _seconds(found.group(1)), _seconds(found.group(2)), rest[: found.start()]
    number = ""
    if (found := _number.match(rest)) and rest[found.end() :].strip():
        number, rest = found.group(1), rest[found.end() :]
    level = (
        number.count(".") + 1
        if number
        else marks.replace("  ", "-").count("-") + marks.count("　") + marks.count("\t") + 1
    )
    return number, level, Item("", " ".join(rest.split()), start, length, file)


def _seconds(text: str | None) -> int | None:
    if not text:
        return None
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total
