"""点击量, 学习人数 (13, 14): whole numbers gathered before the platform, kept apart from what it measures."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.metadata.check import Check

MOST = 10**12
_digits = re.compile(r"\d+")
_point_nought = re.compile(r"^(\d+)\.0+$")
_grouped = re.compile(r"\d{1,3}(?:[,，' ]\d{3})+")
_with_unit = re.compile(r"(\d+(?:\.\d+)?)\s*([万千亿wkWK])\s*[余多次人+]*")
_with_word = re.compile(r"(\d+)\s*[余多]?\s*(?:次|人|人次|\+)")
_units = {"千": 10**3, "k": 10**3, "万": 10**4, "w": 10**4, "亿": 10**8}


def declared_views(check: Check, value: Any) -> int | None:
    return _count(check, "declared_views", value)


def declared_learners(check: Check, value: Any) -> int | None:
    found = _count(check, "declared_learners", value)
    views = check.values.get("declared_views")
    if found is not None and views is not None and found > views:
        check.notice(
            "declared_learners", "more_than_views", _("比点击量 %(views)s 还多，请核对") % {"views": views}, found=found
        )
    return found


def _count(check: Check, name: str, value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    else:
        text = check.text(name, value)
        if not text:
            return None
        plain = whole(unicodedata.normalize("NFKC", text))
        if not (_digits.fullmatch(plain) and plain.isascii()):
            hint = _hint(plain)
            wanted = _("只写数字 %(number)s") % {"number": hint} if hint is not None else None
            check.error(name, "format", _("不是不小于 0 的整数"), found=text, wanted=wanted)
            return None
        number = int(plain[:20])
    if number < 0:
        check.error(name, "negative", _("小于 0"), found=number)
        return None
    if number > MOST:
        check.error(name, "large", _("数字大得不合常理，请核对"), found=number)
        return None
    return number


def whole(text: str) -> str:
    """「36500.0」, as programs write a whole number into a text table, is 「36500」."""
    return _point_nought.sub(r"\1", text)


def _hint(text: str) -> int | None:
    """The number that was probably meant: 36,500 and 3.65万 are both 36500."""
    if _grouped.fullmatch(text):
        return int(re.sub(r"\D", "", text)[:20])
    if found := _with_unit.fullmatch(text):
        try:
            return int(Decimal(found.group(1)) * _units[found.group(2).lower()])
        except (InvalidOperation, OverflowError):
            return None
    if found := _with_word.fullmatch(text):
        return int(found.group(1)[:20])
    return None
