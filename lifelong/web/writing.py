"""Lists as .xlsx, out. Apart from ``workbooks``, because what writes them takes half a second to load."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from lifelong.web.workbooks import FORMULA_SIGNS, Column, Sheet, shown_as_is

HEAD = PatternFill("solid", fgColor="E6EFEF")


def workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, filters: Iterable[str] = (),
    made_at: datetime | None = None,
) -> bytes:  # fmt: skip
    """A sheet with title, the filters that were on screen, headings and rows; prints on A4 landscape.

    Texts stay texts whatever they begin with: nothing from a stranger becomes a formula.
    """
    return book([Sheet(title, columns, rows)], filters=filters, made_at=made_at)


def book(sheets: Sequence[Sheet], *, filters: Iterable[str] = (), made_at: datetime | None = None) -> bytes:
    made = Workbook(write_only=True)
    lines = [*filters, _("导出时间：%s") % f"{timezone.localtime(made_at or timezone.now()):%Y-%m-%d %H:%M}"]
    for one in sheets:
        _write(made.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", one.title)[:31]), [one.title, *lines], one)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _write(sheet: Any, head: Sequence[str], one: Sheet) -> None:
    columns = one.columns
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
    for row in one.rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any, *, font: Font | None = None, fill: PatternFill | None = None) -> WriteOnlyCell:
    if isinstance(value, datetime):
        value = f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if timezone.is_aware(value) else f"{value:%Y-%m-%d %H:%M}"
    elif isinstance(value, date):
        value = value.isoformat()
    elif value is not None and not isinstance(value, bool | int | float):
        value = shown_as_is(str(value))
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
