"""Records out as a sheet, in the standard's column order, such that it comes in again without a difference."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter

from lifelong.standards.categories import Tree, packaged
from lifelong.standards.metadata.rules.times import clock
from lifelong.standards.metadata.sheets.cells import BOLD, HEAD_FILL, TOP, WRAPPED, cell
from lifelong.standards.metadata.standard import Standard, standard
from lifelong.web.workbooks import LONGEST, shown_as_is

WIDTHS = {"title": 32, "summary": 48, "link": 36, "outline": 36, "speakers": 20, "keywords": 24, "category": 30}
COUNTS = {"declared_views", "declared_learners"}


def write_sheet(
    rows: Iterable[Mapping[str, Any]],
    out: str | Path | IO[bytes],
    *,
    by: Standard | None = None,
    tree: Tree | None = None,
) -> None:
    """Write records (normalised values by field name) as .xlsx. What no cell can hold is left out and says so."""
    chosen, areas = by or standard(), {node.code: node.name for node in (tree or packaged()).areas()}
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("资源元数据"))
    fields = list(chosen)
    for index, field in enumerate(fields, 1):
        sheet.column_dimensions[get_column_letter(index)].width = WIDTHS.get(field.name, 14)
    sheet.freeze_panes = "C2"
    sheet.append([_head(sheet, field.heading) for field in fields])
    for row in rows:
        sheet.append([_cell(sheet, field.name, row.get(field.name), areas) for field in fields])
    book.save(out)


def _head(sheet: Any, heading: str) -> Any:
    made = cell(sheet, heading)
    made.font, made.fill, made.alignment = BOLD, HEAD_FILL, WRAPPED
    return made


def _cell(sheet: Any, name: str, value: Any, areas: Mapping[str, str]) -> Any:
    written = written_form(name, value, areas)
    if isinstance(written, str) and len(shown_as_is(written)) >= LONGEST:
        made = cell(sheet, None)
        made.comment = Comment(_("内容超过单元格能放下的 32767 个字，没有写出，请在网页查看。"), _("平台"))
        return made
    made = cell(sheet, written, as_text=name not in COUNTS)
    made.alignment = TOP
    return made


def written_form(name: str, value: Any, areas: Mapping[str, str]) -> Any:
    """A kept value as the standard writes it in a sheet."""
    if value is None or value == "":
        return None
    if name == "duration" and isinstance(value, int):
        return clock(value)
    if isinstance(value, date):
        return value.isoformat()
    if name == "area":
        return areas.get(value, value)
    return value
