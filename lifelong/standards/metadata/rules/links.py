"""资源链接 (5): judged by its writing alone; no network is touched here."""

import re
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.links import refuse_address
from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.text import unseen

_inner_space = re.compile(r"\s")


def link(check: Check, value: Any) -> str | None:
    text = check.text("link", value)
    if not text or check.too_long("link", text):
        return None
    if _inner_space.search(text) or unseen(text) is not None:
        check.error("link", "format", _("地址中间有空格或看不见的字符"), found=text)
        return None
    reason = refuse_address(text)
    if reason is not None:
        check.error("link", "address", reason, found=text)
        return None
    if text[:7].lower() == "http://" and not check.silent:
        check.notice("link", "insecure", _("不是加密的地址，建议改用 https://"), found=text)
    return text
