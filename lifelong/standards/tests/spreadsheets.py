"""The smallest .xls and .ods that spreadsheet programs open, made by hand: no library here writes them."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def _label(row, column, text):
    body = text.encode("utf-16-le")
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(body) // 2, 1) + body)


def _number(row, column, value):
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def xls(rows):
    """A BIFF8 workbook of one sheet inside a compound file."""
    beginning = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    end = _record(0x000A)
    name = "Sheet1".encode("utf-16-le")
    sheet_at = len(beginning) + 4 + 8 + len(name) + len(end)
    bound = _record(0x0085, struct.pack("<IBBBB", sheet_at, 0, 0, len(name) // 2, 1) + name)
    cells = b"".join(
        _number(r, c, float(cell)) if isinstance(cell, int | float) else _label(r, c, cell)
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
    )
    width = max(map(len, rows))
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)) + cells + end
    stream = beginning + bound + end + sheet
    return _compound(stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\x00"))


def _entry(name, kind, child, start, size):
    text = (name + "\x00").encode("utf-16-le")
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
        + b"\x00" * 36
        + struct.pack("<IQ", start, size)
    )


def _compound(stream):
    sectors = len(stream) // SECTOR
    fat = [FAT, END, *range(3, sectors + 2), END]
    fat += [FREE] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    directory += (b"\x00" * 64 + struct.pack("<HBBIII", 0, 0, 0, FREE, FREE, FREE) + b"\x00" * 48) * 2
    return header + struct.pack("<128I", *fat) + directory + stream


def ods(rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(c))}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}office:1.0" '
        f'xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>',
        )
    return made.getvalue()
