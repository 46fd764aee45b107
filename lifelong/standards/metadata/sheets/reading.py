"""Rows of a sheet as records: field name → cell."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lifelong.standards.metadata.sheets.headings import Headings
from lifelong.standards.metadata.sheets.opening import Cells, Grid, grid
from lifelong.standards.metadata.standard import Standard, standard
from lifelong.standards.metadata.text import is_blank


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` counts as in the spreadsheet (first row 1); ``values`` holds the filled cells by field name."""

    number: int
    values: Mapping[str, Any]
    cells: Cells


class Sheet:
    """An opened sheet: iterate once over its rows of content, blank ones passed over."""

    def __init__(self, found: Grid) -> None:
        self.name = found.name
        self.headings: Headings = found.headings
        self.others = found.others
        self.merged = found.merged
        self.hidden = found.hidden
        self._grid = found

    def __iter__(self) -> Iterator[Row]:
        columns = self.headings.columns
        for number, cells in self._grid:
            if number <= self.headings.row:
                continue
            values = {
                name: cells[index]
                for name, index in columns.items()
                if index < len(cells) and not is_blank(cells[index])
            }
            # A running number printed in the first column makes no record of an empty line.
            if values.keys() - {"resource_id"}:
                yield Row(number, values, cells)

    def grid(self) -> Iterator[tuple[int, Cells]]:
        """Every row as it stands, titles, headings and blank ones too; instead of, not beside, the rows."""
        return iter(self._grid)


@contextmanager
def open_sheet(path: str | Path, *, by: Standard | None = None) -> Iterator[Sheet]:
    """Open .xlsx .xls .xlsm .ods or a text table, told apart by content; raises ``SheetRefused``."""
    with grid(Path(path), by or standard()) as found:
        yield Sheet(found)


def read_sheet(path: str | Path, *, by: Standard | None = None) -> Iterator[Row]:
    """The rows of a sheet, streamed."""
    with open_sheet(path, by=by) as sheet:
        yield from sheet
