"""Lists as .xlsx, out and in. What leaves can be read back: headings are found by their words, not their place."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from lifelong.web.refusals import Refusal
from lifelong.web.zips import open_zip, whole

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
LONGEST = 32_767  # characters in a cell
HEAD = PatternFill("solid", fgColor="E6EFEF")


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


def workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, filters: Iterable[str] = (),
    made_at: datetime | None = None,
) -> bytes:  # fmt: skip
    """A sheet with title, the filters that were on screen, headings and rows; prints on A4 landscape.

    Texts stay texts whatever they begin with: nothing from a stranger becomes a formula.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    head = [title, *filters, _("导出时间：%s") % f"{timezone.localtime(made_at or timezone.now()):%Y-%m-%d %H:%M}"]
    for position, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.freeze_panes = f"A{len(head) + 2}"
    sheet.print_title_rows = f"{len(head) + 1}:{len(head) + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for position, line in enumerate(head):
        sheet.append([_cell(sheet, line, font=Font(bold=position == 0, size=14 if position == 0 else 10))])
    sheet.append([_cell(sheet, column.heading, font=Font(bold=True), fill=HEAD) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, *, font: Font | None = None, fill: PatternFill | None = None) -> WriteOnlyCell:
    if isinstance(value, datetime):
        value = f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if timezone.is_aware(value) else f"{value:%Y-%m-%d %H:%M}"
    elif isinstance(value, date):
        value = value.isoformat()
    elif value is not None and not isinstance(value, bool | int | float):
        value = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST]
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_SIGNS)
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > 12)
    if font:
        cell.font = font
    if fill:
        cell.fill = fill
    return cell


def answer(content: bytes, name: str) -> HttpResponse:
    """The workbook as a download; ``name`` in Chinese, without ending."""
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.xlsx')}"
    response["Cache-Control"] = "no-store"
    return response


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


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as 2026-05-20, spaces around gone."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.hour == value.minute == value.second == 0 else f"{value:%Y-%m-%d %H:%M}"
    return str(value).strip()
