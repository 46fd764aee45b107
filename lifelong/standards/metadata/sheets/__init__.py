"""Sheets of metadata: read, checked, given back annotated, written, and the blank one.

What writes loads its library (and thirty megabytes of memory with it) only when it is called.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from lifelong.standards.categories import Tree
from lifelong.standards.metadata.sheets.checking import (
    CheckedRow,
    SheetProblem,
    SheetReport,
    check_sheet,
    checked_rows,
    remarks,
)
from lifelong.standards.metadata.sheets.reading import Row, Sheet, open_sheet, read_sheet
from lifelong.standards.metadata.sheets.refusals import (
    HeadingsNotFound,
    HeadingTwice,
    SheetRefused,
    SheetTooLarge,
    SheetUnreadable,
)
from lifelong.standards.metadata.standard import Standard

Out = str | Path | IO[bytes]

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


def annotate(path: str | Path, problems: Iterable[SheetProblem], out: Out) -> None:
    """The sheet back as .xlsx with its problems in its cells (``annotating``)."""
    from lifelong.standards.metadata.sheets import annotating

    annotating.annotate(path, problems, out)


def write_sheet(
    rows: Iterable[Mapping[str, Any]], out: Out, *, by: Standard | None = None, tree: Tree | None = None
) -> None:
    """Records (normalised values by field name) as .xlsx in the standard's column order (``writing``)."""
    from lifelong.standards.metadata.sheets import writing

    writing.write_sheet(rows, out, by=by, tree=tree)


def template(out: Out, *, by: Standard | None = None, tree: Tree | None = None) -> None:
    """The blank sheet as .xlsx (the module ``blank``)."""
    from lifelong.standards.metadata.sheets import blank

    blank.template(out, by=by, tree=tree)
