"""Names: of the resource, its series, its platform, whose it is."""

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.rules.counts import whole
from lifelong.standards.metadata.text import once, one_space, split, unseen, without_unseen

RIGHTS_HOLDERS_LENGTH = 200
_order = re.compile(r"\d{1,6}")
_line_breaks = re.compile(r"\s*[\r\n]+\s*")
_numeral = re.compile(r"\d+")


def title(check: Check, value: Any) -> str | None:
    """资源名称 (2): what cannot be seen is refused, not silently dropped: the name is what people search for."""
    text = check.text("title", value)
    if not text:
        return None
    if (hidden := unseen(text)) is not None:
        place = text.index(hidden) + 1
        reason = _("第 %(place)s 个字符 U+%(code)04X 是换行或看不见的字符，请删去") % {
            "place": place,
            "code": ord(hidden),
        }
        check.error("title", "characters", reason, found=text, wanted=_("一行看得见的文字"))
        return None
    return None if check.too_long("title", text) else text


def host_platform(check: Check, value: Any) -> str | None:
    """部署平台 (4)."""
    return check.line("host_platform", value)


def series(check: Check, value: Any) -> str | None:
    """所属系列 (6): spaces do not make two series of one."""
    text = check.line("series", value)
    return one_space(text) if text else None


def series_order(check: Check, value: Any) -> str | None:
    """所属顺序 (7): kept as written, compared as a number."""
    text = check.text("series_order", value)
    if not text:
        return None
    digits = whole(unicodedata.normalize("NFKC", text))
    if not (_order.fullmatch(digits) and digits.isascii()):
        hint = _numeral.findall(digits)
        wanted = _("只写数字 %(digits)s") % {"digits": hint[0]} if len(hint) == 1 and hint[0].isascii() else None
        check.error("series_order", "format", _("不全是数字，或超过 6 位"), found=text, wanted=wanted)
        return None
    return digits


def rights_holder(check: Check, value: Any) -> str | None:
    """版权方 (11): institutions or persons, several separated by ``;``."""
    text = check.text("rights_holder", value)
    if not text:
        return None
    text = _line_breaks.sub(";", text)
    if (hidden := unseen(text)) is not None:
        check.notice(
            "rights_holder", "cleaned", _("含有看不见的字符 U+%(code)04X，已去掉") % {"code": ord(hidden)}, found=text
        )
        text = without_unseen(text)
    holders, _again = once([one_space(holder) for holder in split(text)])
    if any(check.too_long("rights_holder", holder) for holder in holders):
        return None
    kept = ";".join(holders)
    if len(kept) > RIGHTS_HOLDERS_LENGTH:
        reason = _("合计 %(count)s 个字，超过 %(most)s 个字") % {"count": len(kept), "most": RIGHTS_HOLDERS_LENGTH}
        check.error("rights_holder", "length", reason, found=text)
        return None
    return kept or None


def own_number(check: Check, value: Any) -> str | None:
    """本单位编号: the key against doubles."""
    return check.line("own_number", value)
