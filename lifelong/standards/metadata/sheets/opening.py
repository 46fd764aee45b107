"""A sheet as a stream of rows, whatever program wrote it: workbooks through a child process, texts here."""

import codecs
import csv
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import cache
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from lifelong.standards.metadata.sheets import headings
from lifelong.standards.metadata.sheets.refusals import HeadingsNotFound, SheetTooLarge, SheetUnreadable
from lifelong.standards.metadata.sheets.strangers import refuse_stranger
from lifelong.standards.metadata.standard import Standard
from lifelong.standards.metadata.text import Unresolved

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024
MOST_PARTS = 5000
MOST_ROWS = 50_000
CHILD_MEGABYTES = 1024
CHILD_SECONDS = 60
CHUNK = 1 << 20

Cells = list[Any]
_child = Path(__file__).with_name("child.py")


class Grid:
    """One sheet: its name, all rows as (number from 1, cells), the first rows already looked at included."""

    def __init__(
        self,
        name: str,
        rows: Iterator[Cells],
        found: headings.Headings,
        others: list[str],
        *,
        merged: bool = False,
        hidden: int = 0,
    ) -> None:
        self.name = name
        self.merged = merged  # cells merged over several rows: their content counts for each
        self.hidden = hidden  # rows below the headings that are not to be seen and are read like the others
        self.headings = found
        self.others = others  # sheets that hold such headings too and are not read
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        for number, cells in enumerate(self._rows, 1):
            if number > MOST_ROWS + self.headings.row:
                raise SheetTooLarge(_("表格超过 %(rows)s 行，请分成几个表格导入。") % {"rows": MOST_ROWS})
            yield number, cells


@contextmanager
def grid(path: Path, standard: Standard) -> Iterator[Grid]:
    """Open a sheet and find its headings; raises ``SheetRefused`` with what is wrong and what to do."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SheetTooLarge(
            _("表格文件 %(size)s MB，超过 %(most)s MB。请去掉图片和用不着的工作表，或分成几个表格。")
            % {"size": size >> 20, "most": MOST_BYTES >> 20}
        )
    with path.open("rb") as file:
        start = file.read(8192)
    if not start.strip():
        raise SheetUnreadable(_("文件是空的。"))
    if start.startswith(b"PK\x03\x04"):
        _weigh(path)
        opened = _workbook(path, standard)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        opened = _workbook(path, standard)
    else:
        opened = _text(path, start, standard)
    with opened as found:
        yield found


def _weigh(path: Path) -> None:
    """Refuse an archive that would unpack to far more than a sheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise SheetUnreadable(_("文件已损坏，打不开。请重新保存后再上传。")) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SheetTooLarge(_("表格展开后太大。请去掉图片和用不着的工作表，另存后再上传。"))


@contextmanager
def _workbook(path: Path, standard: Standard) -> Iterator[Grid]:
    command = [sys.executable, "-I", str(_child), str(path), str(CHILD_MEGABYTES), str(CHILD_SECONDS)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    clock = threading.Timer(CHILD_SECONDS * 2, child.kill)
    clock.daemon = True
    clock.start()
    try:
        yield _chosen(child, path, standard)
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with _quiet_pipe():
                    pipe.close()


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the child is gone, and so is what it was told
        return


def _heard(child: subprocess.Popen[bytes]) -> Any:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line.endswith(b"\n"):
        raise SheetTooLarge(_("表格读不出来：太大，或已损坏。请把数据复制到新的表格里另存后再上传。"))
    return json.loads(line)


def _chosen(child: subprocess.Popen[bytes], path: Path, standard: Standard) -> Grid:
    """Of several sheets the one whose row names most fields, of equals the first; a hidden one only where no other does."""
    best: dict[str, Any] | None = None
    fitting = []
    while "sheets" not in (about := _heard(child)):
        if reason := about.get("refused"):
            _refuse(reason, path)
        head = [_cells(row) for row in about["head"]]
        scores = [headings.score(row, standard) for row in head]
        most = max(scores, default=0)
        if most:
            if about["seen"]:
                fitting.append(about["name"])
            if best is None or (about["seen"], most) > (best["seen"], best["score"]):
                best = {**about, "head": head, "score": most, "at": scores.index(most)}
    if best is None:
        _no_headings(standard)
    found = headings.read(best["head"][best["at"]], best["at"] + 1, standard)
    if best["height"] > MOST_ROWS * 20:  # blank rows are passed over; so many are a mistake
        raise SheetTooLarge(_("表格超过 %(rows)s 行，请分成几个表格导入。") % {"rows": MOST_ROWS})
    assert child.stdin is not None
    child.stdin.write(f"{best['index']} {found.row}\n".encode())
    child.stdin.flush()
    others = [name for name in fitting if name != best["name"]]
    hidden = _heard(child)["hidden"]
    return Grid(best["name"], _batches(child), found, others, merged=best["merged"] > found.row, hidden=hidden)


def _batches(child: subprocess.Popen[bytes]) -> Iterator[Cells]:
    while (batch := _heard(child)) is not None:
        for row in batch:
            yield _cells(row)


_kinds: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "span": lambda seconds: timedelta(seconds=seconds),
    "formula": Unresolved,
}


def _cells(row: list[Any]) -> Cells:
    for index, cell in enumerate(row):
        if type(cell) is list:
            row[index] = _kinds[cell[0]](cell[1])
    return row


def _refuse(reason: str, path: Path) -> NoReturn:
    if reason == "password":
        raise SheetUnreadable(_("表格设了密码，打不开。请去掉密码后再上传。"))
    refuse_stranger(path)
    raise SheetUnreadable(_("表格已损坏或不是表格，打不开。请用表格软件打开后另存为 .xlsx 再上传。"))


def _no_headings(standard: Standard) -> NoReturn:
    wanted = "、".join(_(standard.field(name).heading) for name in ("title", "type", "summary", "speakers"))
    raise HeadingsNotFound(
        _(
            "找不到表头：前 %(rows)s 行中没有一行写着 %(headings)s 等字段名称。请使用平台的模板，或把字段名称写在一行里。"
        )
        % {"rows": headings.LOOKED_AT, "headings": wanted}
    )


@contextmanager
def _text(path: Path, start: bytes, standard: Standard) -> Iterator[Grid]:
    encoding = _encoding(path, start)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(CHUNK // 4)
    if head.lstrip("\ufeff \r\n\t").startswith("<"):
        raise SheetUnreadable(_("这是网页或 XML 文件，只是名字像表格。请用表格软件打开后另存为 .xlsx 再上传。"))
    best: tuple[int, str, int] = (0, ",", 0)
    for delimiter in (",", ";", "\t"):
        for index, row in enumerate(islice(_csv(StringIO(head, newline=""), delimiter), headings.LOOKED_AT)):
            found = headings.score(row, standard)
            if found > best[0]:
                best = found, delimiter, index
    if not best[0]:
        refuse_stranger(path)
        _no_headings(standard)
    with path.open(encoding=encoding, newline="") as file:
        row = next(islice(_csv(file, best[1]), best[2], None))
        columns = headings.read(row, best[2] + 1, standard)
    with path.open(encoding=encoding, newline="") as file:
        yield Grid(path.stem, _csv(file, best[1]), columns, [])


def _csv(lines: Any, delimiter: str) -> Iterator[Cells]:
    """Rows of a text table. A guard against formulas that a program put before a text is taken off again."""
    _allow_long_cells()
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise SheetUnreadable(
                _("第 %(line)s 行读不出来：引号没有成对，或一格太长。") % {"line": rows.line_num}
            ) from error
        yield [_unguarded(cell) if cell else None for cell in row]


@cache
def _allow_long_cells() -> None:
    csv.field_size_limit(4 * 1024 * 1024)


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[0] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\x00" in start:
        _refuse("damaged", path)
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    refuse_stranger(path)
    raise SheetUnreadable(_("看不出文字编码。请用表格软件另存为「CSV UTF-8」或 .xlsx 再上传。"))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
