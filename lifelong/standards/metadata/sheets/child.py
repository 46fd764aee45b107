"""Reads one spreadsheet for the parent process, run alone: ``python -I child.py PATH MEGABYTES SECONDS``.

A workbook of a few kilobytes can claim a grid of seventeen billion cells, and the reader would ask for the memory: here
it may fail without harm. First a line of JSON per sheet with its head, then, for the number the parent writes, its rows
in batches. It imports nothing of the platform, so that it starts in a few hundredths of a second.
"""

import json
import math
import re
import sys
from datetime import date, datetime, time, timedelta
from html import unescape
from itertools import islice
from posixpath import join, normpath
from zipfile import BadZipFile, ZipFile

HEAD = 30
BATCH = 200
MOST_SHEETS = 40
MOST_COLUMNS = 1000
MOST_MERGED = 20_000
MOST_OF_A_ROW = 64 << 20


def limit(megabytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not a Unix: the parent's clock alone limits it
        return
    for what, most in (
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def plain(cell):
    """A cell as JSON: text, number, truth, null for empty, or [kind, text] for a day or a time."""
    if cell == "":
        return None
    if isinstance(cell, bool | str):
        return cell
    if isinstance(cell, int | float):
        return float(cell) if math.isfinite(cell) else None
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["span", cell.total_seconds()]
    return str(cell)


def cells(row, indent):
    found = [plain(cell) for cell in row[:MOST_COLUMNS]]
    while found and found[-1] is None:
        found.pop()
    return [None] * indent + found if found else found


def columns_merged(sheet, below=0):
    """First row, last row and column, from 0, of what is merged over several rows of one column."""
    found = sheet.merged_cell_ranges or []
    return sorted(
        (first[0], last[0], first[1])
        for first, last in found[:MOST_MERGED]
        if first[1] == last[1] < MOST_COLUMNS and last[0] > first[0] >= below
    )


def filled(rows, merged):
    """What is merged over several rows counts for each of them that holds anything else."""
    waiting = list(reversed(merged))
    open_now: list[tuple] = []
    for number, row in enumerate(rows):
        open_now = [each for each in open_now if each[0] >= number]
        if row:
            for _, column, value in open_now:
                row.extend([None] * (column + 1 - len(row)))
                if row[column] is None:
                    row[column] = value
        while waiting and waiting[-1][0] <= number:
            _, last, column = waiting.pop()
            if column < len(row) and row[column] is not None:
                open_now.append((last, column, row[column]))
        yield row


TAG = rb"<(?:\w+:)?"  # programs may put a prefix before every name
ROW_END = re.compile(rb"</(?:\w+:)?row>")
ROW = re.compile(TAG + rb"row\b([^>]*)>")
CELL = re.compile(TAG + rb"c\b([^>]*[^>/])>(.*?)</(?:\w+:)?c>", re.DOTALL)
FORMULA = re.compile(TAG + rb"f\b[^>]*?(?:/>|>([^<]*))")
VALUE = re.compile(TAG + rb"v\b[^>]*>([^<]+)")
SHEET = re.compile(TAG + rb"sheet\s([^>]*)>")
TARGET = re.compile(TAG + rb"Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)")
TELLING = re.compile(TAG + rb"f\b|t=.e.")


def unseen_by_reader(path, index):
    """Of an .xlsx: row → column → the formula whose result was never stored or the error that stands for one, all of
    which the reader takes for empty; and the rows that are hidden. Numbers from 0; nothing where it is no .xlsx."""
    found, hidden = {}, set()
    try:
        with ZipFile(path) as archive, archive.open(part_of(archive, index)) as part:
            for row, attributes, content in rows_written(part):
                if attributes.get(b"hidden") in {b"1", b"true"}:
                    hidden.add(row)
                if TELLING.search(content) and (there := dict(unresolved(content))):
                    found[row] = there
    except (BadZipFile, KeyError, IndexError, ValueError):
        pass  # what cannot be told beside is not told: the reader has said all that counts
    return found, hidden


def part_of(archive, index):
    """Where in the archive the sheet lies."""
    sheet = dict(ATTRIBUTE.findall(SHEET.findall(archive.read("xl/workbook.xml"))[index]))[b"id"]
    for each in TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
        known = dict(ATTRIBUTE.findall(each))
        if known[b"Id"] == sheet:
            return normpath(join("/xl", known[b"Target"].decode()))[1:]
    raise KeyError(sheet)


def rows_written(part):
    """Number from 0, attributes and content of each row, one at a time."""
    rest, number = b"", -1
    while (chunk := part.read(1 << 20)) and len(rest) < MOST_OF_A_ROW:
        *whole, rest = ROW_END.split(rest + chunk)
        for piece in whole:
            starts = list(ROW.finditer(piece))  # rows without cells come before the one that ends here
            for start in starts:
                attributes = dict(ATTRIBUTE.findall(start[1]))
                number = int(attributes.get(b"r", number + 2)) - 1
                yield number, attributes, piece[start.end() :] if start is starts[-1] else b""


def unresolved(content):
    column = -1
    for attributes, inside in CELL.findall(content):
        about = dict(ATTRIBUTE.findall(attributes))
        column = column_of(about[b"r"].decode()) if b"r" in about else column + 1
        formula, value = FORMULA.search(inside), VALUE.search(inside)
        if about.get(b"t") == b"e":
            yield column, value[1].decode() if value else ""
        elif formula and not value and about.get(b"t") != b"str":
            yield column, "=" + unescape((formula[1] or b"").decode())


def column_of(place):
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def completed(rows, unresolved):
    """The rows with what the reader took for empty in its place, also where it saw no row any more."""
    number = -1
    for number, row in enumerate(rows):
        yield put(row, unresolved.get(number, {}))
    for further in range(number + 1, max(unresolved, default=-1) + 1):
        yield put([], unresolved.get(further, {}))


def put(row, written):
    for column in sorted(written):
        if column < MOST_COLUMNS:
            row.extend([None] * (column + 1 - len(row)))
            row[column] = ["formula", written[column]]
    return row


def say(thing) -> None:
    sys.stdout.write(json.dumps(thing) + "\n")
    sys.stdout.flush()


def main() -> None:
    path, megabytes, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    limit(megabytes, seconds)
    try:
        workbook = CalamineWorkbook.from_path(path)
    except PasswordError:
        return say({"refused": "password"})
    except Exception as error:
        return say({"refused": "password" if "assword" in str(error) or "ncrypt" in str(error) else "damaged"})
    sheets = {}
    for index, about in enumerate(workbook.sheets_metadata[:MOST_SHEETS]):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = workbook.get_sheet_by_index(index)
        except Exception:
            return say({"refused": "damaged"})
        sheets[index] = sheet
        indent = sheet.start[1] if sheet.start else 0
        head = [cells(row, indent) for row in islice(sheet.iter_rows(), HEAD)]
        merged = max((first for first, _, _ in columns_merged(sheet)), default=-1) + 1
        seen = about.visible == SheetVisibleEnum.Visible
        known = {"index": index, "name": about.name, "seen": seen, "height": sheet.total_height}
        say({**known, "head": head, "merged": merged})
    say({"sheets": len(sheets)})
    chosen = sys.stdin.readline().split()
    if not chosen:
        return None
    sheet, headings = sheets.pop(int(chosen[0])), int(chosen[1])
    sheets.clear()
    indent = sheet.start[1] if sheet.start else 0
    written, hidden = unseen_by_reader(path, int(chosen[0]))
    rows = completed((cells(row, indent) for row in sheet.iter_rows()), written)
    rows = filled(rows, columns_merged(sheet, below=headings))
    say({"hidden": sum(row >= headings for row in hidden)})
    while batch := list(islice(rows, BATCH)):
        say(batch)
    return say(None)


main()
