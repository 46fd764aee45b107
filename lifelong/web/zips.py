"""Archives from strangers: refused before anything of them is unpacked in earnest."""

import io
import zipfile
import zlib

from django.utils.translation import gettext as _

from lifelong.web.refusals import Refusal

LIMIT_BYTES = 200 * 1024 * 1024
LIMIT_ENTRIES = 5000


class ArchiveRefused(Refusal):
    code = "archive_refused"
    status = 422


def open_zip(content: bytes, *, limit_bytes: int = LIMIT_BYTES, limit_entries: int = LIMIT_ENTRIES) -> zipfile.ZipFile:
    """The archive, found to be one, unlocked, and not to swell beyond the limits by what its directory says.

    ``zipfile`` never unpacks more than the directory says, so reading an entry afterwards is bounded; what goes on to a
    reader of another kind is first passed through ``whole``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ArchiveRefused(_("文件已损坏，打不开。请重新保存后再上传。")) from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise ArchiveRefused(_("文件设了密码，请取消密码后再上传。"))
    if len(entries) > limit_entries or sum(entry.file_size for entry in entries) > limit_bytes:
        raise ArchiveRefused(_("文件展开后过大，不像正常的文档，未予打开。"))
    return archive


def whole(archive: zipfile.ZipFile) -> None:
    """Every entry is what the directory says, by size and checksum; otherwise refused."""
    try:
        broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, RuntimeError) as error:
        raise ArchiveRefused(_("文件已损坏，打不开。请重新保存后再上传。")) from error
    if broken:
        raise ArchiveRefused(_("文件已损坏，打不开。请重新保存后再上传。"))
