"""Reading a filled form back, as the clerk typed it: the notice's layout (headings in a row, values in the row below)
or labels to the left; merged cells, stray spaces and line breaks; other tables and texts are passed over."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from django.utils.translation import gettext as _
from lxml import etree

from lifelong.calls.form.tables import Cell, Table, name_of, tables_of
from lifelong.calls.form.values import LABELS, FormValues, label_of, one_line
from lifelong.web.refusals import Refusal
from lifelong.web.zips import open_zip

LIMIT_UNPACKED = 60 * 1024 * 1024
LIMIT_DOCUMENT = 15 * 1024 * 1024
LIMIT_ENTRIES = 2000
PERSON = ("institution", "name", "mobile", "email")
NOTE = re.compile(
    r"[（(]?(注[:：0-9一]|备注|说明|填表|填报|日期|审核|签[字章名]|公章|盖章|示例|样例|例[:：如]|\d*年\s*月\s*日)"
)
MACROS = re.compile(r"(^|/)(vbaProject|vbaData)", re.IGNORECASE)


class FormUnreadable(Refusal):
    code = "form_unreadable"
    status = 422


class FormIncomplete(Refusal):
    """Headings are missing, or nothing was filled in."""

    code = "form_incomplete"
    status = 422


class SecondPerson(Refusal):
    code = "second_person"
    status = 422


Found = dict[str, list[str]]


def read(content: bytes) -> FormValues:
    """The six values of a filled .docx, as texts on one line each.

    Raises FormUnreadable (not a .docx, locked, too large, with macros), FormIncomplete (no such table, headings missing,
    all empty) or SecondPerson (two value rows), each in words.
    """
    tables = [_values_of(table) for table in tables_of(_document(content))]
    best = max(tables, key=lambda found: (len(found), sum(map(bool, found.values()))), default={})
    if len(best) < 3:
        raise FormIncomplete(_("文件里没有找到登记表。请使用本页提供的 Word 模板，保留表头的六个栏目。"))
    missing = [label for name, label in LABELS.items() if name not in best]
    if missing:
        raise FormIncomplete(_("登记表缺少栏目：%s。请使用本页提供的 Word 模板。") % "、".join(missing))
    rivals = [found for found in tables if found is not best and len(found) == len(LABELS)]
    merged = [best, *(found for found in rivals if any(found[name] for name in PERSON))]
    return _one_person(merged if any(best[name] for name in PERSON) else merged[1:] or [best])


def _one_person(forms: list[Found]) -> FormValues:
    people: dict[str, list[str]] = {name: [] for name in LABELS}
    for found in forms:
        for name, texts in found.items():
            people[name].extend(text for text in texts if text not in people[name])
    if any(len(people[name]) > 1 for name in PERSON) or _two_names(people["name"]):
        raise SecondPerson(_("登记表里填了不止一人。每个单位只登记一位负责人，请只保留一行后再上传。"))
    if not any(people[name] for name in PERSON):
        raise FormIncomplete(_("登记表还没有填写。请填好后再上传，或直接在网页上填写。"))
    values = {name: texts[0] if texts else "" for name, texts in people.items()}
    return FormValues(
        institution=one_line(values["institution"]),
        name=_joined_name(one_line(values["name"])),
        position=" ".join(values["position"].split()),  # 「继续教育学院 副院长」: here a space parts two things
        landline=one_line(values["landline"]),
        mobile=one_line(values["mobile"]),
        email=re.sub(r"\s", "", values["email"]),
    )


def _two_names(texts: list[str]) -> bool:
    """「张三、李四」 or one name above the other."""
    if not texts:
        return False
    parts = [part for part in re.split(r"[、,，;；/\n]+", texts[0]) if part.strip()]
    return len(parts) > 1 and all(len(re.sub(r"\s", "", part)) > 1 for part in parts)


def _joined_name(name: str) -> str:
    """A Chinese name written with spaces between its characters, 「张　三」, is 「张三」."""
    return re.sub(r"\s+", "", name) if re.search(r"[\u3400-\u9fff]", name) else name


# the document


def _document(content: bytes) -> etree._Element:
    if content[:5] == b"%PDF-":
        raise FormUnreadable(_("这是 PDF。这里请上传填好的 Word 登记表（.docx），盖章的 PDF 在下一步上传。"))
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise FormUnreadable(_("这是旧版 Word 文件（.doc）或设了密码的文件，请用 Word 或 WPS 另存为 .docx 后再上传。"))
    if content[:2] != b"PK":
        raise FormUnreadable(_("这不是 Word 文件（.docx）。请上传填好的登记表。"))
    archive = open_zip(content, limit_bytes=LIMIT_UNPACKED, limit_entries=LIMIT_ENTRIES)
    names = archive.namelist()
    main = next((name for name in ("word/document.xml", *names) if re.fullmatch(r"word/document\d*\.xml", name)), "")
    if main not in names:
        raise FormUnreadable(_("这不是 Word 文件（.docx）。请上传填好的登记表。"))
    if any(MACROS.search(name) for name in names) or b"macroEnabled" in _entry(archive, "[Content_Types].xml"):
        raise FormUnreadable(_("文件里带有宏，未予打开。请另存为不含宏的 .docx 后再上传。"))
    return _parsed(_entry(archive, main))


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > LIMIT_DOCUMENT:
            raise FormUnreadable(_("文件展开后过大，不像正常的登记表，未予打开。"))
        return archive.read(name)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise FormUnreadable(_("文件已损坏，打不开。请重新保存后再上传。")) from error


def _parsed(document: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        tree = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FormUnreadable(_("文件已损坏，打不开。请重新保存后再上传。")) from error
    if tree.getroottree().docinfo.doctype:
        raise FormUnreadable(_("文件里有不该出现的外部定义，未予打开。请用 Word 或 WPS 重新保存。"))
    if name_of(tree) != "document":
        raise FormUnreadable(_("这不是 Word 文件（.docx）。请上传填好的登记表。"))
    return tree


# one table


def _values_of(table: Table) -> Found:
    """Value name → the texts found for it, an empty list for a heading without a value."""
    found: Found = {}
    for position, row in enumerate(table.rows):
        for name, label, beside in _labels(row):
            texts = found.setdefault(name, [])
            values = _below(table, position, label) if beside is None else [beside]
            texts.extend(text for text in values if text.strip() and text not in texts)
    return found


def _labels(row: list[Cell]) -> Iterator[tuple[str, Cell, str | None]]:
    """The headings of a row, each with the text beside it; None in a row of headings: the value stands below."""
    names = [label_of(cell.text) for cell in row]
    headed = _is_heading_row(row)
    for place, (cell, name) in enumerate(zip(row, names, strict=True)):
        if name:
            beside = None if headed or place + 1 == len(row) else row[place + 1].text
            yield name, cell, beside
        elif inline := _inline(cell.text):
            yield inline[0], cell, inline[1]


def _is_heading_row(row: list[Cell]) -> bool:
    """Headings side by side; or three and more with nothing but empty cells between them."""
    names = [label_of(cell.text) for cell in row]
    if any(a and b for a, b in pairwise(names)):
        return True
    return sum(map(bool, names)) >= 3 and not any(cell.text for cell, name in zip(row, names, strict=True) if not name)


def _inline(text: str) -> tuple[str, str] | None:
    """「单位名称：洛河大学」 in one cell."""
    head, colon, tail = text.replace("：", ":").partition(":")
    name = label_of(head) if colon and len(head) < 20 else ""
    return (name, tail.strip()) if name and tail.strip() else None


def _below(table: Table, position: int, label: Cell) -> Iterator[str]:
    """What stands under a heading, down to the next heading in its place; notes are passed over."""
    for row in table.rows[position + 1 :]:
        cell = max(row, key=label.overlap, default=None)
        if cell is None or label.overlap(cell) <= 0 or cell.continued:
            continue
        if label_of(cell.text):
            return
        if not _is_heading_row(row) and not _is_note(row):
            yield cell.text


def _is_note(row: list[Cell]) -> bool:
    """A line across the table, or one that begins like 「注：…」, 「填表人」, 「示例」, is no value."""
    filled = [cell for cell in row if cell.text.strip()]
    if any(NOTE.match(cell.text.strip()) for cell in filled):
        return True
    across = max(cell.last for cell in row) - min(cell.first for cell in row) + 1
    return len(filled) == 1 and across >= 4 and (filled[0].last - filled[0].first + 1) * 2 > across
