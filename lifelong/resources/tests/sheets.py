"""Sheets and archives for tests: rows by field name out as .xlsx, files into a ZIP."""

import io
import zipfile
from pathlib import Path
from typing import Any

from lifelong.standards.metadata.sheets import write_sheet

ROW = {
    "type": "A03", "summary": "教老年朋友用微信聊天、视频和看朋友圈。", "rights_holder": "洛河开放大学", "speakers": "朱新",
    "link": "https://course.example.org/wechat", "host_platform": "示例学堂", "category": "社区教育-职业技能",
}  # fmt: skip


def rows(*titles: str, **changes: Any) -> list[dict[str, Any]]:
    return [ROW | {"title": title} | changes for title in titles]


def sheet(folder: Path, found: list[dict[str, Any]], name: str = "表.xlsx") -> Path:
    path = folder / name
    write_sheet(found, path)
    return path


class _Gbk(zipfile.ZipInfo):
    """As Chinese programs write it: the name in GBK, and no mark that says so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def zipped(files: dict[str, bytes], *, gbk: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = (_Gbk if gbk else zipfile.ZipInfo)(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
