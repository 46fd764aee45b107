"""What a file is that was given for a sheet and is none: told by its bytes, said in words."""

import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from lifelong.media.probe.sniff import HEAD_BYTES, kind_of
from lifelong.standards.metadata.sheets.refusals import SheetUnreadable


def refuse_stranger(path: Path) -> None:
    """Raises ``SheetUnreadable`` where the file is something else that is known; asked only where no sheet was found."""
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES))
    what = ""
    if kind.name in {"office", "zip"}:
        what = _of_office(path)
    elif kind.name == "pdf":
        what = _("一份 PDF")
    elif kind.name == "rtf":
        what = _("一份 Word 文档")
    elif kind.reason == "picture":
        what = _("一张图片")
    elif kind.demuxer:
        what = _("一个音视频文件")
    if kind.reason == "archive" and not what:
        raise SheetUnreadable(_("这是一个压缩包，不是表格。请解压后上传其中的 .xlsx、.xls 或 .csv 表格。"))
    if what:
        text = _(
            "这是%(what)s，不是表格。请上传原来的 .xlsx、.xls 或 .csv 表格；内容只在这个文件里的，请复制到平台的空白表中。"
        )
        raise SheetUnreadable(text % {"what": what})


def _of_office(path: Path) -> str:
    """Word or a presentation, of today (a ZIP of parts) or of old (a compound file, which names its streams)."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            tops = {name.partition("/")[0] for name in archive.namelist()}
        found = {"word": "WordDocument", "ppt": "PowerPoint Document"}
        streams = {stream for top, stream in found.items() if top in tops}
    else:
        content = path.read_bytes()
        streams = {name for name in ("WordDocument", "PowerPoint Document") if name.encode("utf-16-le") in content}
    if "WordDocument" in streams:
        return _("一份 Word 文档")
    return _("一份演示文稿") if streams else ""
