"""Files by their names, and the number that only the platform gives."""

from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.text import as_text, once, split, unseen

FILES_LENGTH = 1000
LONGEST_ID = 64


def resource_id(check: Check, value: Any) -> str | None:
    """资源ID (1): the platform's own; only a load keeps the number of the old library, to make no doubles."""
    if check.context.stage == "load":
        text = check.text("resource_id", value)
        if text and (len(text) > LONGEST_ID or unseen(text) is not None):
            check.error("resource_id", "format", _("太长，或含有看不见的字符"), found=text)
            return None
        return text or None
    check.notice("resource_id", "ignored", _("由平台生成，所填内容不采用"), found=as_text(value) or value)
    return None


def cover(check: Check, value: Any) -> str | None:
    """资源封面 (15): here only its name; the picture is judged by its content (``media.covers``)."""
    name = _names(check, "cover", value)
    return name[0] if name else None


def rights_file(check: Check, value: Any) -> str | None:
    """授权文件: its name."""
    name = _names(check, "rights_file", value)
    return name[0] if name else None


def files(check: Check, value: Any) -> str | None:
    """资源文件: names, several separated by ``;``."""
    names = _names(check, "files", value, several=True)
    return ";".join(names) if names else None


def _names(check: Check, field: str, value: Any, *, several: bool = False) -> list[str] | None:
    text = check.text(field, value)
    if not text:
        return None
    names, _again = once([part.replace("\\", "/") for part in split(text)])
    if len(names) > 1 and not several:
        check.error(field, "count", _("只能写一个文件名"), found=text)
        return None
    for name in names:
        steps = name.split("/")
        if unseen(name) is not None or ":" in name or any(step.strip() in {"", ".", ".."} for step in steps):
            check.error(field, "name", _("不是文件名，请只写文件名，不写盘符和完整路径"), found=name)
            return None
        if check.too_long(field, name):
            return None
    if len(names) > check.fields[field].max_items > 0 or len(";".join(names)) > FILES_LENGTH:
        check.error(field, "count", _("文件太多，请用压缩包或在网页上传"), found=text)
        return None
    return names
