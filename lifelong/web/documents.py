"""Word files: what the makers of papers share. Loads python-docx: import it where a paper is made."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph


def say(paragraph: Paragraph, text: str, *, size: float, bold: bool = False, color: str = "") -> None:
    """Text in the faces of official papers; ``color`` as hexadecimal."""
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")


def red_line(paragraph: Paragraph) -> None:
    """The line below the head of an official letter."""
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "C00000")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    paragraph._p.get_or_add_pPr().append(border)


def fill(table: Table, rows: Iterable[Sequence[str]], *, widths: Sequence[float]) -> None:
    """Rows into a table that has none; the first is its head. Widths in centimetres."""
    for place, row in enumerate(rows):
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = Cm(width)
            say(cell.paragraphs[0], text, size=10.5, bold=place == 0)


def set_properties(document: Document, *, title: str, made_at: datetime | None) -> None:
    """Title and time; nobody's name."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = ""
    properties.title, properties.comments = title, ""
    if made_at:
        properties.created = properties.modified = made_at.replace(tzinfo=None)
