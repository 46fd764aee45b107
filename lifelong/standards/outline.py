"""资源目录: the outline's XML, read safely and written in one form.

No DTD, no entities, no network; at most 256 KB, four levels, two thousand items.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

MAX_BYTES = 256 * 1024
MAX_DEPTH = 4
MAX_ITEMS = 2000
MAX_TITLE = 200
MAX_NUMBER = 20

_declaration = re.compile(r"\s*<\?xml\b[^>]*\?>")
_time = re.compile(r"(\d{2,4}):([0-5]\d):([0-5]\d)")
_known = {"no", "title", "start", "duration", "file"}


class OutlineError(ValueError):
    """What is wrong with an outline: ``code`` is stable, the text says it in Chinese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the contents. Seconds where a time was given."""

    number: str
    title: str
    start_s: int | None = None
    duration_s: int | None = None
    file: str = ""
    items: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    items: tuple[Item, ...] = ()

    def walk(self) -> Iterator[tuple[int, Item]]:
        """(level from 1, item) in reading order."""
        waiting = [(1, item) for item in reversed(self.items)]
        while waiting:
            level, item = waiting.pop()
            yield level, item
            waiting.extend((level + 1, below) for below in reversed(item.items))


def parse(text: str) -> Outline:
    """Read an outline; raises ``OutlineError``. A BOM and an XML declaration are tolerated."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise OutlineError("size", _("超过 %(size)s KB") % {"size": MAX_BYTES // 1024})
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise OutlineError("doctype", _("含有 DTD 或实体定义，出于安全不接受，请删去 <!DOCTYPE …>"))
    root = _root(_declaration.sub("", text, count=1))
    if etree.QName(root).localname != "catalog" or root.tag != "catalog":
        raise OutlineError("root", _("最外层应是 <catalog>，现在是 <%(tag)s>") % {"tag": root.tag})
    reading = _Reading()
    return Outline(reading.items(root, 1))


def _root(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True,
        huge_tree=False, recover=False, remove_comments=True, remove_pis=True, strip_cdata=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.strip().encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line, column = getattr(error, "position", (0, 0))
        raise OutlineError(
            "not_xml",
            _("不是完整的 XML，第 %(line)s 行第 %(column)s 个字符附近有误") % {"line": line, "column": column},
        ) from error
    if root is None:
        raise OutlineError("not_xml", _("不是 XML"))
    return root


class _Reading:
    """Counts items and remembers their numbers over the whole tree."""

    def __init__(self) -> None:
        self.count = 0
        self.numbers: set[str] = set()

    def items(self, parent: etree._Element, depth: int) -> tuple[Item, ...]:
        found = []
        for element in parent:
            if element.tag != "item":
                raise OutlineError("element", _("只能有 <item>，第 %(line)s 行却是别的") % {"line": element.sourceline})
            if depth > MAX_DEPTH:
                raise OutlineError("depth", _("超过 %(depth)s 层") % {"depth": MAX_DEPTH})
            self.count += 1
            if self.count > MAX_ITEMS:
                raise OutlineError("count", _("超过 %(count)s 项") % {"count": MAX_ITEMS})
            found.append(self._item(element, depth))
        return tuple(found)

    def _item(self, element: etree._Element, depth: int) -> Item:
        number = _line(element.get("no"))
        title = _line(element.get("title"))
        where = {"line": element.sourceline, "number": number}
        if not number or len(number) > MAX_NUMBER:
            raise OutlineError("number", _("第 %(line)s 行的 <item> 缺少序号 no，或序号过长") % where)
        if not title or len(title) > MAX_TITLE:
            raise OutlineError("title", _("序号 %(number)s 的 <item> 缺少标题 title，或标题超过 200 个字") % where)
        if number in self.numbers:
            raise OutlineError("duplicate", _("序号 %(number)s 出现了两次") % where)
        self.numbers.add(number)
        return Item(
            number=number,
            title=title,
            start_s=_seconds(element.get("start"), number),
            duration_s=_seconds(element.get("duration"), number),
            file=_line(element.get("file")),
            items=self.items(element, depth + 1),
        )


def _line(text: str | None) -> str:
    if not text:
        return ""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _seconds(text: str | None, number: str) -> int | None:
    if not text:
        return None
    found = _time.fullmatch(text)
    if found is None or not text.isascii():
        text = _line(text).replace("：", ":")
        if not text:
            return None
        found = _time.fullmatch(text)
    if found is None or not text.isascii():
        raise OutlineError(
            "time", _("序号 %(number)s 的时间「%(time)s」应写成 hh:mm:ss") % {"number": number, "time": text[:20]}
        )
    hours, minutes, seconds = map(int, found.groups())
    return hours * 3600 + minutes * 60 + seconds


def to_xml(outline: Outline) -> str:
    """The one form in which an outline is kept: no declaration, no spaces between elements."""
    root = etree.Element("catalog", {"version": "1"})
    _write(root, outline.items)
    return etree.tostring(root, encoding="unicode")


def _write(parent: etree._Element, items: tuple[Item, ...]) -> None:
    for item in items:
        element = etree.SubElement(parent, "item", {"no": item.number, "title": item.title})
        if item.start_s is not None:
            element.set("start", clock(item.start_s))
        if item.duration_s is not None:
            element.set("duration", clock(item.duration_s))
        if item.file:
            element.set("file", item.file)
        _write(element, item.items)


def clock(seconds: int) -> str:
    """Seconds as ``hh:mm:ss``; hours may pass 23."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}"


def remarks(outline: Outline, *, duration_s: int | None) -> list[tuple[str, str]]:
    """What is odd but stops nothing, as (code, sentence): starts that go back or lie beyond the end."""
    found = []
    before: Item | None = None
    for _level, item in outline.walk():
        if item.start_s is None:
            continue
        said = {"number": item.number, "start": clock(item.start_s)}
        if duration_s is not None and item.start_s >= duration_s:
            found.append(("beyond", _("序号 %(number)s 从 %(start)s 开始，已超出资源时长") % said))
        same_file = before is not None and before.file == item.file
        if before is not None and same_file and item.start_s < (before.start_s or 0):
            found.append(("order", _("序号 %(number)s 的开始时间 %(start)s 早于前一项") % said))
        before = item
    return found
