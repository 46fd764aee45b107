"""The sheet back with its problems in its cells, ready to be mended and brought in again."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter

from lifelong.standards.metadata.problem import Problem
from lifelong.standards.metadata.sheets.cells import (
    BOLD,
    ERROR_FILL,
    HEAD_FILL,
    NOTICE_FILL,
    TOP,
    WRAPPED,
    cell,
)  # fmt: skip
from lifelong.standards.metadata.sheets.checking import SheetProblem
from lifelong.standards.metadata.sheets.headings import RESULT_HEADING
from lifelong.standards.metadata.sheets.opening import Cells
from lifelong.standards.metadata.sheets.reading import Sheet, open_sheet
from lifelong.standards.metadata.sheets.writing import WIDTHS

LONGEST_COMMENT = 1000
_not_in_a_name = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def annotate(path: str | Path, problems: Iterable[SheetProblem], out: str | Path | IO[bytes]) -> None:
    """Write ``path`` as .xlsx with each problem on its cell (colour and comment), all of a row in a last column, and a
    list of all on a second sheet. Rows and columns stay where they are; formulas come back as their values. What is
    only still to do (files to upload) is listed but marks no cell: nothing in the sheet mends it."""
    by_row: dict[int, list[Problem]] = {}
    listed = sorted(problems, key=lambda found: found.row)
    for row, found in groupby(listed, key=lambda found: found.row):
        by_row[row] = [each.problem for each in found if not each.problem.code.startswith("todo.")]
    book = Workbook(write_only=True)
    with open_sheet(path) as sheet:
        _rows(book, sheet, by_row)
    _list(book, listed)
    book.save(out)


def _rows(book: Workbook, sheet: Sheet, by_row: dict[int, list[Problem]]) -> None:
    page = book.create_sheet(sheet.name.translate(_not_in_a_name)[:31].strip() or _("资源元数据"))
    columns = sheet.headings.columns
    last = max([*columns.values(), *sheet.headings.unknown]) + 1
    for name, index in columns.items():
        page.column_dimensions[get_column_letter(index + 1)].width = WIDTHS.get(name, 14)
    page.column_dimensions[get_column_letter(last + 1)].width = 60
    page.freeze_panes = f"A{sheet.headings.row + 1}"
    for number, cells in sheet.grid():
        page.append(_row(page, number, cells[:last], last, by_row.get(number, []), sheet))


def _row(page: Any, number: int, cells: Cells, last: int, problems: list[Problem], sheet: Sheet) -> list[Any]:
    columns, is_head = sheet.headings.columns, number == sheet.headings.row
    made = [cell(page, value) for value in cells]
    if not problems and not is_head:
        return made
    made += [cell(page, None) for _missing in range(last - len(made))]
    for name, found in _by_field(problems):
        if name in columns:
            _mark(made[columns[name]], found)
    result = cell(page, RESULT_HEADING if is_head else "\n".join(problem.message for problem in problems))
    result.alignment = WRAPPED
    made.append(result)
    if is_head:
        for each in made:
            each.font, each.fill = BOLD, HEAD_FILL
    return made


def _by_field(problems: list[Problem]) -> Iterable[tuple[str, list[Problem]]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem)
    return found.items()


def _mark(made: Any, problems: list[Problem]) -> None:
    made.fill = ERROR_FILL if any(problem.severity == "error" for problem in problems) else NOTICE_FILL
    made.alignment = TOP
    text = "\n".join(problem.message for problem in problems)[:LONGEST_COMMENT]
    made.comment = Comment(text, _("平台"), height=120, width=320)


def _list(book: Workbook, listed: list[SheetProblem]) -> None:
    page = book.create_sheet(_("问题清单"))
    for letter, width in zip("ABCDEF", (8, 14, 10, 24, 32, 80), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
    head = [cell(page, text) for text in (_("行"), _("列"), _("级别"), _("所填内容"), _("应为"), _("说明"))]
    for each in head:
        each.font, each.fill = BOLD, HEAD_FILL
    page.append(head)
    for found in listed:
        problem = found.problem
        level = _("错误") if problem.severity == "error" else _("提示")
        row = [
            cell(page, v) for v in (found.row, problem.column, level, problem.found, problem.wanted, problem.message)
        ]
        row[2].fill = ERROR_FILL if problem.severity == "error" else NOTICE_FILL
        page.append(row)
