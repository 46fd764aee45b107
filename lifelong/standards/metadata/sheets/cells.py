"""Cells as they are written: never a formula, never a character that a spreadsheet cannot hold."""

from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from lifelong.standards.metadata.text import Unresolved
from lifelong.web.workbooks import FORMULA_SIGNS, shown_as_is

HEAD_FILL = PatternFill("solid", start_color="FFE3EEEF")
ERROR_FILL = PatternFill("solid", start_color="FFF8D3CE")
NOTICE_FILL = PatternFill("solid", start_color="FFFFF0C9")
BOLD = Font(bold=True)
SMALL = Font(color="FF5B6675", size=9)
WRAPPED = Alignment(wrap_text=True, vertical="top")
TOP = Alignment(vertical="top")


def cell(sheet: Any, value: Any, *, as_text: bool = False) -> WriteOnlyCell:
    """A cell of a write-only sheet. A text stays a text, also one that looks like a formula; ``as_text`` marks the
    cell so that what a person types into it later stays one too."""
    if isinstance(value, str):
        made = WriteOnlyCell(sheet, shown_as_is(value))
        made.data_type = "s"
        if value.startswith(FORMULA_SIGNS):
            made.quotePrefix = True
    elif isinstance(value, Unresolved):
        made = WriteOnlyCell(sheet)  # its remark says what stood there; as a text it would be taken for the content
    elif value is None or isinstance(value, bool | int | float | datetime | date | time | timedelta):
        made = WriteOnlyCell(sheet, value)
    else:
        raise TypeError(type(value))
    if as_text:
        made.number_format = "@"
    return made
