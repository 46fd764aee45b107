"""Sheets of metadata: read, checked, given back annotated, written, and the blank one."""

from lifelong.standards.metadata.sheets.annotating import annotate
from lifelong.standards.metadata.sheets.checking import (
    CheckedRow,
    SheetProblem,
    SheetReport,
    check_sheet,
    checked_rows,
    remarks,
)  # fmt: skip
from lifelong.standards.metadata.sheets.reading import Row, Sheet, open_sheet, read_sheet
from lifelong.standards.metadata.sheets.refusals import (
    HeadingsNotFound,
    HeadingTwice,
    SheetRefused,
    SheetTooLarge,
    SheetUnreadable,
)  # fmt: skip
from lifelong.standards.metadata.sheets.template import template
from lifelong.standards.metadata.sheets.writing import write_sheet

__all__ = [
    "CheckedRow",
    "HeadingTwice",
    "HeadingsNotFound",
    "Row",
    "Sheet",
    "SheetProblem",
    "SheetRefused",
    "SheetReport",
    "SheetTooLarge",
    "SheetUnreadable",
    "annotate",
    "check_sheet",
    "checked_rows",
    "open_sheet",
    "read_sheet",
    "remarks",
    "template",
    "write_sheet",
]
