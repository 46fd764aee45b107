"""Lists as .xlsx, out and in. What leaves can be read back: headings are found by their words, not their place."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lifelong.web.refusals import Refusal
from lifelong.web.zips import open_zip, whole

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767  # characters in a cell
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class SheetUnreadable(Refusal):
    code = "sheet_unreadable"
    status = 422


@dataclass(frozen=True)
class Column:
    heading: str
    width: int = 16  # characters


@dataclass(frozen=True)
class Row:
    """A row that was read: ``number`` as in the spreadsheet (from 1), ``cells`` by heading, trimmed texts."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, heading: str) -> str:
        return self.cells.get(heading, "")


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def book(sheets: Sequence[Sheet], *, filters: Iterable[str] = ()) -> bytes:
    """Several tables of one page, each on a sheet like that of ``workbook``."""
    from lifelong.web import writing

    return writing.book(sheets, filters=filters)


def workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, filters: Iterable[str] = (),
    made_at: datetime | None = None,
) -> bytes:  # fmt: skip
    """A sheet with title, the filters that were on screen, headings and rows; prints on A4 landscape (``writing``)."""
    from lifelong.web import writing  # brings openpyxl along: only who writes a sheet pays for it

    return writing.workbook(title, columns, rows, filters=filters, made_at=made_at)


def answer(content: bytes, name: str) -> HttpResponse:
    """The workbook as a download; ``name`` in Chinese, without ending."""
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.xlsx')}"
    response["Cache-Control"] = "no-store"
    return response


def is_wanted(request: HttpRequest) -> bool:
    """Whether the list at this address is asked for as a sheet (``web/_sheet_link.html``): the same rows, every page of them."""
    return request.GET.get("as") == "xlsx"


def listed(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, filters: Iterable[str] = ()
) -> HttpResponse:
    return answer(workbook(title, columns, rows, filters=filters), title)


def read(content: bytes, wanted: Sequence[str], *, required: Sequence[str] = ()) -> Iterator[Row]:
    """The rows below the headings, of the sheet that has most of the ``wanted`` ones; empty rows are left out.

    Titles above the headings and foreign columns are passed over. Raises SheetUnreadable with what is missing.
    """
    rows, start, places = _headings(_grids(content), wanted)
    missing = [heading for heading in required if heading not in places]
    if missing:
        raise SheetUnreadable(_("表中缺少这些列：%s。请使用平台导出的表，列名不要改动。") % "、".join(missing))
    return _rows(rows, start, places)


def _rows(rows: list[list[Any]], start: int, places: Mapping[str, int]) -> Iterator[Row]:
    for number, cells in enumerate(rows[start + 1 :], start + 2):
        values = {heading: text_of(cells[place]) if place < len(cells) else "" for heading, place in places.items()}
        if any(values.values()):
            yield Row(number, values)


def _grids(content: bytes) -> list[list[list[Any]]]:
    import python_calamine

    if content[:2] == b"PK":
        whole(open_zip(content))
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (python_calamine.CalamineError, ValueError, OSError, EOFError) as error:
        raise SheetUnreadable(_("这不是可以读取的表格文件，请另存为 .xlsx 后再上传。")) from error


def _headings(grids: list[list[list[Any]]], wanted: Sequence[str]) -> tuple[list[list[Any]], int, dict[str, int]]:
    best: tuple[list[list[Any]], int, dict[str, int]] = ([], 0, {})
    for rows in grids:
        for position, cells in enumerate(rows[:30]):
            texts = [re.sub(r"[\s*＊]+", "", text_of(cell)) for cell in cells]
            places = {heading: texts.index(heading) for heading in wanted if heading in texts}
            if len(places) > len(best[2]):
                best = rows, position, places
    if not best[2]:
        raise SheetUnreadable(_("没有找到表头。表头应含：%s。") % "、".join(wanted))
    return best


def shown_as_is(text: str) -> str:
    """A text that a spreadsheet program shows as it is: no control characters, no escape sequences, not too long."""
    return _LOOKS_ESCAPED.sub("_x005F_", _NOT_IN_XML.sub("\ufffd", text))[:LONGEST]


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as 2026-05-20, spaces around gone."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.hour == value.minute == value.second == 0 else f"{value:%Y-%m-%d %H:%M}"
    return str(value).strip()
