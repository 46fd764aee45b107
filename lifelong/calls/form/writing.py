"""The form as Word, blank or filled, in the notice's layout."""

import io
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm
from docx.table import _Cell

from lifelong.calls.form.values import LABELS, TITLE, FormValues
from lifelong.web.documents import say, set_properties

WIDTHS = {"institution": 5.5, "name": 2.8, "position": 5.0, "landline": 4.0, "mobile": 3.4, "email": 5.0}  # cm


def write(values: FormValues | None = None, *, made_at: datetime | None = None) -> bytes:
    """A .docx with title, 「（公章）」, the six headings in a row and the values, if any, in the row below."""
    document = Document()
    _page(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    say(title, TITLE, size=18, bold=True)
    seal = document.add_paragraph()
    seal.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    say(seal, "（公章）", size=12)
    table = document.add_table(rows=2, cols=len(LABELS), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    filled = values.as_dict() if values else {}
    for place, (name, label) in enumerate(LABELS.items()):
        for row, text in enumerate((label, filled.get(name, ""))):
            cell = table.cell(row, place)
            cell.width = Cm(WIDTHS[name])
            _fill(cell, text, bold=row == 0)
    table.rows[1].height = Cm(2.2)
    set_properties(document, title=TITLE, made_at=made_at)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: DocumentType) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = Cm(3)


def _fill(cell: _Cell, text: str, *, bold: bool) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    say(paragraph, text, size=12, bold=bold)
