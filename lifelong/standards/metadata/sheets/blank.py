"""The blank sheet that the platform gives out: title and help above the headings, lists to choose from."""

from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lifelong.standards.categories import Tree, packaged
from lifelong.standards.metadata.sheets.cells import BOLD, HEAD_FILL, SMALL, WRAPPED
from lifelong.standards.metadata.sheets.writing import COUNTS, WIDTHS
from lifelong.standards.metadata.standard import Standard, standard

HEADINGS_ROW = 3
PREPARED_ROWS = 500
MARKS = {"R": _lazy("必填"), "C": _lazy("视情况"), "O": _lazy("选填"), "S": _lazy("平台生成")}


def template(out: str | Path | IO[bytes], *, by: Standard | None = None, tree: Tree | None = None) -> None:
    """Write the blank sheet as .xlsx. Reading skips what stands above the headings."""
    chosen, categories = by or standard(), tree or packaged()
    book = Workbook()
    page = book.active
    page.title = _("资源元数据")
    page["A1"] = _("数字化学习资源元数据表") + f"（{chosen.version}）"
    page["A1"].font = BOLD
    fields = list(chosen)
    for column, field in enumerate(fields, 1):
        letter = get_column_letter(column)
        page.column_dimensions[letter].width = WIDTHS.get(field.name, 14)
        help_cell = page.cell(2, column, _(field.help))
        help_cell.font, help_cell.alignment = SMALL, WRAPPED
        head = page.cell(HEADINGS_ROW, column, f"{field.heading}（{MARKS[field.requirement]}）")
        head.font, head.fill = BOLD, HEAD_FILL
        head.alignment = Alignment(wrap_text=True, vertical="center")
        if field.name not in COUNTS:
            for row in range(HEADINGS_ROW + 1, HEADINGS_ROW + 1 + PREPARED_ROWS):
                page.cell(row, column).number_format = "@"
    page.row_dimensions[2].height = 96
    page.freeze_panes = f"C{HEADINGS_ROW + 1}"
    names = [field.name for field in fields]
    _choose(page, names.index("type") + 1, '"' + ",".join(kind.code for kind in chosen.types) + '"')
    _choose(page, names.index("area") + 1, '"' + ",".join(node.name for node in categories.areas()) + '"')
    last = _categories(book, categories)
    _choose(page, names.index("category") + 1, f"'{_('分类')}'!$B$2:$B${last}", only=False)
    _explain(book, chosen)
    book.save(out)


def _choose(page: Any, column: int, formula: str, *, only: bool = True) -> None:
    """A list to choose from; ``only`` refuses anything else."""
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=only)
    letter = get_column_letter(column)
    rule.add(f"{letter}{HEADINGS_ROW + 1}:{letter}{HEADINGS_ROW + PREPARED_ROWS}")
    page.add_data_validation(rule)


def _categories(book: Workbook, tree: Tree) -> int:
    page = book.create_sheet(_("分类"))
    page.append([_("所属领域"), _("所属分类")])
    for node in tree:
        if node.parent is not None and node.state == "settled":
            page.append([tree.chain(node.code)[0].name, tree.path_of(node.code)])
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 18, 40
    return max(2, page.max_row)


def _explain(book: Workbook, chosen: Standard) -> None:
    page = book.create_sheet(_("填写说明"))
    page.append([_("序号"), _("字段"), _("要求"), _("格式"), _("示例"), _("说明")])
    for field in chosen:
        page.append(
            [
                field.number or None,
                field.heading,
                str(MARKS[field.requirement]),
                _(field.format),
                field.example,
                _(field.help),
            ]
        )
    for letter, width in zip("ABCDEF", (6, 14, 10, 36, 36, 70), strict=True):
        page.column_dimensions[letter].width = width
