"""A ZIP that is written from front to back with a list of what went in; memory does not grow with what it holds.

Nothing is packed again: films, PDFs and workbooks are packed already.
"""

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from lifelong.web import workbooks
from lifelong.web.names import safe_name
from lifelong.web.workbooks import Column

BLOCK = 1 << 18
INDEX = "00 目录.xlsx"
COLUMNS = [
    Column("序号", 8), Column("文件", 70), Column("内容", 30), Column("字节数", 14), Column("SHA-256", 68), Column("备注", 30),
]  # fmt: skip


class Packer:
    """``root`` is the one folder inside. What is added is named by its folders and its own name, made safe and unique."""

    def __init__(self, path: Path, root: str, at: datetime, tell: Callable[[], None]) -> None:
        """``tell`` is called with every block, and may raise to stop."""
        self.root, self.at, self.tell = safe_name(root), at, tell
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.lines: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the ZIP
        self.taken: set[str] = set()
        self.count = 0

    def __enter__(self) -> "Packer":
        return self

    def __exit__(self, *_error: object) -> None:
        self.lines.close()
        self.zip.close()

    def add(self, folders: tuple[str, ...], name: str, content: bytes, what: str = "") -> None:
        self.take(folders, name, io.BytesIO(content), what)

    def take(self, folders: tuple[str, ...], name: str, source: IO[bytes], what: str) -> None:
        """From an open file, block by block."""
        place = self._place(folders, name)
        info = zipfile.ZipInfo(f"{self.root}/{place}", timezone.localtime(self.at).timetuple()[:6])
        info.external_attr = 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as target:
            while block := source.read(BLOCK):
                target.write(block)
                digest.update(block)
                size += len(block)
                self.tell()
        self._note(place, what, size, digest.hexdigest(), "")

    def miss(self, folders: tuple[str, ...], name: str, what: str, why: str) -> None:
        """What ought to be here and cannot: the index says so."""
        self._note(self._place(folders, name), what, 0, "", why)

    def finish(self, title: str, said: list[str]) -> None:
        self.lines.seek(0)
        content = workbooks.workbook(title, COLUMNS, self._rows(), filters=said, made_at=self.at)
        self.zip.writestr(f"{self.root}/{INDEX}", content)

    def _place(self, folders: tuple[str, ...], name: str) -> str:
        parts = [*(safe_name(folder, most=40) for folder in folders), safe_name(name)]
        stem, dot, ending = parts[-1].rpartition(".")
        number = 1
        while (place := "/".join(parts)).lower() in self.taken:
            number += 1
            parts[-1] = f"{stem or ending} ({number}){dot + ending if stem else ''}"
        self.taken.add(place.lower())
        return place

    def _note(self, place: str, what: str, size: int, sha256: str, remark: str) -> None:
        self.count += 1
        self.lines.write(json.dumps([self.count, place, what, size, sha256, remark]) + "\n")

    def _rows(self) -> Iterator[list[Any]]:
        for line in self.lines:
            yield json.loads(line)
