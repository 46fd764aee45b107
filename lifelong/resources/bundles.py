"""Files that come with a sheet, in a folder or a ZIP, found by the names that the sheet gives them. Nothing is unpacked by
its name: an entry is read as a stream, and only when a row asks for it, so neither ``../`` nor a bomb nobody named does harm."""

import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from lifelong.standards.metadata import fold_file_name
from lifelong.web.refusals import Refusal

MOST_ENTRIES = 50_000
LONGEST_INDEX = 32 << 20  # read whole into memory by whatever opens the ZIP
LARGEST_SHEET = 20 << 20
SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv")
BOMB_BYTES, BOMB_RATIO = 64 << 20, 200  # media hardly shrink: what swells so much is no film
UTF8_NAME, LOCKED = 0x800, 0x1
NOISE = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError)


class BundleRefused(Refusal):
    """Neither a folder nor a ZIP that can be read."""

    code = "files_refused"
    status = 422


class EntryUnreadable(Refusal):
    """One file of the ZIP is damaged."""

    code = "file_unreadable"
    status = 422


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. ``trouble`` says why it is not read, where it is not."""

    name: str
    size: int
    source: Any
    trouble: str = ""


class Bundle:
    """``find`` takes a name as the sheet writes it: case, width and the folders above do not matter where it is clear."""

    def __init__(self, entries: Iterable[Entry] = (), archive: zipfile.ZipFile | None = None) -> None:
        self._archive = archive
        self._known: dict[str, list[Entry]] = {}
        self.entries = list(entries)
        for entry in self.entries:
            steps = fold(entry.name).split("/")
            for start in range(len(steps)):
                self._known.setdefault("/".join(steps[start:]), []).append(entry)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (found := self.find(name)) is not None and not found.trouble

    def find(self, name: str) -> Entry | None:
        found = self.several(name)
        return found[0] if len(found) == 1 else None

    def several(self, name: str) -> list[Entry]:
        """All that the name may mean; the one with exactly this path alone, where there is one."""
        key = fold(name)
        found = self._known.get(key, [])
        exact = [entry for entry in found if fold(entry.name) == key]
        return exact if len(exact) == 1 else found

    @contextmanager
    def open(self, entry: Entry) -> Iterator[IO[bytes]]:
        """The content as a stream. Raises ``EntryUnreadable`` for what turns out damaged while it is read."""
        try:
            with self._opened(entry) as stream:
                yield stream
        except BROKEN as error:
            text = _("文件“%(name)s”读不出来：压缩包中的这一份已损坏，或用了不支持的压缩方式。")
            raise EntryUnreadable(text % {"name": entry.name}) from error

    def _opened(self, entry: Entry) -> IO[bytes]:
        if self._archive is not None:
            return self._archive.open(entry.source)
        handle = os.open(entry.source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        return os.fdopen(handle, "rb")


def fold(name: str) -> str:
    """``fold_file_name``, and full-width letters and digits as their plain ones."""
    return fold_file_name(unicodedata.normalize("NFKC", name))


NOTHING = Bundle()


@contextmanager
def open_bundle(path: str | Path | None) -> Iterator[Bundle]:
    """A folder with all below it, or a ZIP; nothing for ``None``. Raises ``BundleRefused``."""
    if path is None:
        yield NOTHING
    elif Path(path).is_dir():
        yield Bundle(_of_folder(Path(path)))
    else:
        with open_zip(path) as archive:
            yield Bundle(_of_zip(archive), archive)


def open_zip(file: str | Path | IO[bytes]) -> zipfile.ZipFile:
    """Raises ``BundleRefused`` for what is no ZIP or has far too many entries."""
    try:
        check_index(file)
        archive = zipfile.ZipFile(file)
    except BROKEN as error:
        text = _("不是可以读取的 ZIP 压缩包。请把文件重新压缩为 ZIP（不分卷、不设密码）后再试。")
        raise BundleRefused(text) from error
    if len(archive.infolist()) > MOST_ENTRIES:
        archive.close()
        raise BundleRefused(_("压缩包里超过 %(most)s 个文件，请分成几个。") % {"most": MOST_ENTRIES})
    return archive


def check_index(file: str | Path | IO[bytes]) -> None:
    """How long the list of entries says it is, by the ZIP's last bytes alone. Raises ``BundleRefused``."""
    if isinstance(file, str | Path):
        with Path(file).open("rb") as stream:
            check_index(stream)
        return
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - (1 << 16) - 98, 0))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    count, length = struct.unpack_from("<HI", tail, at + 10) if 0 <= at <= len(tail) - 22 else (0, 0)
    long = tail.rfind(b"PK\x06\x06", 0, max(at, 0))
    if 0 <= long <= len(tail) - 56:
        count, length = struct.unpack_from("<QQ", tail, long + 32)
    if count > MOST_ENTRIES or length > LONGEST_INDEX:
        raise BundleRefused(_("压缩包里超过 %(most)s 个文件，请分成几个。") % {"most": MOST_ENTRIES})


def sheet_in(bundle: Bundle) -> Entry:
    """The one sheet of a ZIP, the one nearest its top. Raises ``BundleRefused`` where there is none, or are several."""
    sheets = [entry for entry in bundle.entries if entry.name.lower().endswith(SHEETS) and "~$" not in entry.name]
    top = min((entry.name.count("/") for entry in sheets), default=0)
    nearest = [entry for entry in sheets if entry.name.count("/") == top]
    if not nearest:
        raise BundleRefused(_("压缩包里没有元数据表（.xlsx、.xls 或 .csv）。请把表格和音视频放进同一个压缩包。"))
    if len(nearest) > 1:
        names = "、".join(entry.name for entry in nearest[:3])
        raise BundleRefused(_("压缩包里有几张表格（%(names)s），请只留一张。") % {"names": names})
    sheet = nearest[0]
    if sheet.trouble or sheet.size > LARGEST_SHEET:
        text = _("压缩包里的表格“%(name)s”不能读：%(why)s。")
        raise BundleRefused(text % {"name": sheet.name, "why": sheet.trouble or _("超过 20 MB")})
    return sheet


def _of_folder(folder: Path) -> Iterator[Entry]:
    """Links are passed over: they may lead out of the folder."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_noise(name))
        for name in sorted(names):
            path = Path(place) / name
            if _is_noise(name) or path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
            yield Entry(path.relative_to(folder).as_posix(), size, path, _size_trouble(size))


def _of_zip(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for part in archive.infolist():
        name = _name_of(part)
        steps = PurePosixPath(name).parts
        is_link = stat.S_ISLNK(part.external_attr >> 16)
        if part.is_dir() or name.endswith("/") or is_link or not steps or any(map(_is_noise, steps)):
            continue
        # what climbs out of the archive keeps only its last name
        kept = steps[-1] if ".." in steps or name.startswith("/") or ":" in steps[0] else name
        yield Entry(kept, part.file_size, part, _zip_trouble(part))


def _name_of(part: zipfile.ZipInfo) -> str:
    """Chinese programs write names in GBK and do not say so; others write UTF-8 and do not say so either."""
    name = part.orig_filename if "\0" not in part.orig_filename else part.filename
    if not part.flag_bits & UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _is_noise(step: str) -> bool:
    return step.casefold() in NOISE or step.startswith("._")


def _zip_trouble(part: zipfile.ZipInfo) -> str:
    if part.flag_bits & LOCKED:
        return _("压缩包设了密码，读不出来；请取消密码后重新压缩")
    if part.file_size > BOMB_BYTES and part.file_size > BOMB_RATIO * max(part.compress_size, 1):
        return _("展开后大得不正常，未予读取；请直接放入原文件")
    return _size_trouble(part.file_size)


def _size_trouble(size: int) -> str:
    if size <= 0:
        return _("文件是空的（0 字节）")
    if size > settings.LARGEST_UPLOAD_BYTES:
        limit = filesizeformat(settings.LARGEST_UPLOAD_BYTES)
        return _("文件 %(size)s，单个文件最大 %(limit)s") % {"size": filesizeformat(size), "limit": limit}
    return ""
