"""What one field asks of another, and what is not there."""

import unicodedata
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.identity import identity
from lifelong.standards.metadata.text import fold_file_name, split


def judge(check: Check) -> None:
    """Rules over several fields, after each was judged alone."""
    _platform(check)
    _series(check)
    _duration(check)
    for name in ("title", "type", "summary", "rights_holder", "speakers", "area"):
        if name not in check.values and name not in check.failed:
            check.absent(name)
    if check.context.stage != "load":
        _cover(check)
        _files(check)
        _rights_file(check)


def _platform(check: Check) -> None:
    """部署平台 is filled from the register by the link's host; missing beside a link it is a notice (spec 3, field 4)."""
    link = check.values.get("link")
    if link is None or "host_platform" in check.values or "host_platform" in check.failed:
        return
    name = check.context.platform_name(urlsplit(link).hostname or "")
    if name:
        check.values["host_platform"] = name
    elif not check.silent:
        check.notice("host_platform", "missing", _("没有填写，链接所在的网站也未登记"), wanted=_("平台名称"))


def _series(check: Check) -> None:
    order = check.values.get("series_order")
    if order is None:
        return
    series = check.values.get("series")
    if series is None:
        if "series" not in check.failed:
            check.error("series_order", "series", _("写了顺序，却没有写所属系列"), found=order)
        return
    holder = check.context.taken_orders.get((series, int(order)))
    if holder is not None and holder != (check.context.key or identity(check.values)):
        reason = _("在系列「%(series)s」中已有别的资源用了") % {"series": series}
        check.error("series_order", "taken", reason, found=order, wanted=_("本系列中没有用过的数字"))


def _duration(check: Check) -> None:
    """资源时长 is filled from the file; a course that is only linked can only declare it."""
    if "duration" in check.values or "duration" in check.failed:
        return
    media = check.context.media
    if media is not None and media.duration_s is not None and media.duration_s > 0:
        check.values["duration"] = max(1, int(media.duration_s + 0.5))
    elif check.context.stage == "submit" and "link" in check.values and "files" not in check.context.attached:
        check.notice("duration", "missing", _("没有填写，学习者看不到要学多久"), wanted="hh:mm:ss")


def _here(check: Check, name: str) -> bool:
    return name in check.context.attached


def _lacking(check: Check, name: str) -> list[str]:
    """The named files that did not come with the sheet."""
    came = check.context.file_names
    return [file for file in split(check.values.get(name, "")) if fold_file_name(file) not in came]


def _cover(check: Check) -> None:
    if _here(check, "cover") or "cover" in check.failed:
        return
    named = check.values.get("cover")
    if named is None:
        check.absent("cover")
    elif _lacking(check, "cover"):
        check.absent("cover", _("文件 %(name)s 还没有上传") % {"name": named}, found=named)


def _files(check: Check) -> None:
    """A01 and A02 always need the file; A03 needs files or a link (spec 3, field 5)."""
    if _here(check, "files") or "files" in check.failed:
        return
    lacking = _lacking(check, "files")
    if "files" in check.values and not lacking:
        return
    linked = "link" in check.values or "link" in check.failed
    if check.values.get("type") == "A03" and linked and not lacking:
        return
    if check.context.stage == "submit":
        reason = _("没有文件")
        if check.values.get("type") == "A03":
            reason = _("没有文件，也没有资源链接，网络课程至少要有一样")
        check.error("files", "missing", reason)
    elif lacking:
        check.absent("files", _("文件 %(name)s 还没有上传") % {"name": lacking[0]}, found=";".join(lacking))
    elif check.values.get("type") == "A03":
        check.absent("files", _("没有文件，也没有资源链接，网络课程至少要有一样"))
    else:
        check.absent("files", _("还没有上传"))


def _rights_file(check: Check) -> None:
    """授权文件 is wanted where an owner is not the institution itself."""
    if _here(check, "rights_file") or "rights_file" in check.failed:
        return
    named = check.values.get("rights_file")
    if named is not None:
        if _lacking(check, "rights_file"):
            check.absent("rights_file", _("文件 %(name)s 还没有上传") % {"name": named}, found=named)
        return
    if "rights_until" in check.values:
        check.absent("rights_file", _("写了授权截止日期，请附授权文件；没有的请清空日期"))
        return
    own = {_plain(name) for name in check.context.owner_names}
    others = [holder for holder in split(check.values.get("rights_holder", "")) if _plain(holder) not in own]
    if own and others:
        check.absent("rights_file", _("版权方「%(holder)s」不是本单位，请附授权文件") % {"holder": others[0]})


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
