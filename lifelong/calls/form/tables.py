"""The tables of a .docx as grids of texts: by namespace-free names, so that Word, WPS and LibreOffice read alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

CELLS_DEEP = 12  # tables within tables; a form needs one


@dataclass
class Cell:
    """``first``–``last``: the grid columns it covers. ``continued``: the lower part of a vertically merged cell."""

    text: str
    first: int
    last: int
    continued: bool = False

    def overlap(self, other: "Cell") -> int:
        return min(self.last, other.last) - max(self.first, other.first) + 1


@dataclass
class Table:
    rows: list[list[Cell]] = field(default_factory=list)


def name_of(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of this name, looking through content controls and tracked insertions."""
    for child in element:
        found = name_of(child)
        if found == name:
            yield child
        elif found in {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}:
            yield from children(child, name)


def child(element: etree._Element, *path: str) -> etree._Element | None:
    for name in path:
        found = next((one for one in element if name_of(one) == name), None)
        if found is None:
            return None
        element = found
    return element


def value(element: etree._Element | None, default: str = "") -> str:
    """The ``w:val`` of a property."""
    if element is None:
        return default
    return next((text for key, text in element.attrib.items() if etree.QName(key).localname == "val"), default)


def number(element: etree._Element | None, default: int) -> int:
    text = value(element)
    return int(text) if text.isdigit() and int(text) < 200 else default


def without_shadows(root: etree._Element) -> None:
    """Drop what is not to be seen or not filled in: fallback copies of text boxes, deleted, moved-away and hidden text,
    what a content control says while it waits to be filled."""
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is not None and (name_of(element) in {"Fallback", "del", "moveFrom"} or _is_hidden(element)):
            parent.remove(element)


def _is_hidden(element: etree._Element) -> bool:
    if name_of(element) == "r":
        return _is_on(child(element, "rPr", "vanish"))
    if name_of(element) == "sdtContent" and (control := element.getparent()) is not None:
        return _is_on(child(control, "sdtPr", "showingPlcHdr")) and not any(
            name_of(one) == "tc" for one in element.iter()
        )
    return False


def _is_on(switch: etree._Element | None) -> bool:
    return switch is not None and value(switch, "true") not in {"0", "false", "off"}


def tables_of(root: etree._Element) -> list[Table]:
    """Every table, nested ones too, each as a grid of its own."""
    without_shadows(root)
    return [
        Table([_row(row) for row in children(element, "tr")]) for element in root.iter() if name_of(element) == "tbl"
    ]


def _row(row: etree._Element) -> list[Cell]:
    cells: list[Cell] = []
    place = number(child(row, "trPr", "gridBefore"), 0)
    for element in children(row, "tc"):
        width = max(1, number(child(element, "tcPr", "gridSpan"), 1))
        merge = child(element, "tcPr", "vMerge")
        continued = merge is not None and value(merge, "continue") != "restart"
        # the old way of merging sideways: a continuing cell widens the one before it
        across = child(element, "tcPr", "hMerge")
        if across is not None and value(across, "continue") != "restart" and cells:
            cells[-1].last += width
        else:
            cells.append(Cell(_text(element), place, place + width - 1, continued))
        place += width
    return cells


def _text(cell: etree._Element) -> str:
    """The text of a cell's own paragraphs, one line each; tables inside it speak for themselves."""
    lines = []
    for paragraph in _own(cell, "p"):
        parts = []
        for element in _spoken(paragraph):
            found = name_of(element)
            if found == "t":
                parts.append(element.text or "")
            elif found in {"br", "cr"}:
                parts.append("\n")
            elif found in {"tab", "noBreakHyphen"}:
                parts.append(" " if found == "tab" else "-")
        lines.append("".join(parts))
    return "\n".join(lines).strip()


def _spoken(paragraph: etree._Element) -> Iterator[etree._Element]:
    """What stands in the line itself; a text box that only hangs on it (「盖章处」) says nothing of the cell."""
    for one in paragraph:
        if name_of(one) != "txbxContent":
            yield one
            yield from _spoken(one)


def _own(element: etree._Element, name: str) -> Iterator[etree._Element]:
    for one in element:
        if name_of(one) == name:
            yield one
        elif name_of(one) != "tbl":
            yield from _own(one, name)
