"""Times: how long it lasts and when it was made."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.metadata.check import Check

LONGEST_S = 9999 * 3600
EARLIEST_YEAR = 1900
OPEN_ENDED = {"长期", "长期有效", "永久", "无期限"}

_clock = re.compile(r"(\d{2,4}):([0-5]\d):([0-5]\d)")
_near_clock = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})")
_iso = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_loose = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_packed = re.compile(r"(\d{4})(\d{2})(\d{2})")
_serial = re.compile(r"\d{5}")
_excel_day_zero = date(1899, 12, 30)
_excel_first_days = datetime(1899, 12, 31)  # noqa: DTZ001 - a cell of a sheet has no time zone


def clock(seconds: int) -> str:
    """Seconds as ``hh:mm:ss``; hours may pass 23."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}"


def duration(check: Check, value: Any) -> int | None:
    """资源时长 (9) in whole seconds. A whole number is taken as seconds (programs give it so); a sheet's is a float."""
    if isinstance(value, time | timedelta | datetime):
        seconds = _cell_seconds(value)
        if seconds >= 3600 and seconds % 60 == 0:
            hours, minutes = divmod(seconds // 60, 60)
            reason = _("按 %(clock)s 记录；如果是 %(hours)s 分 %(minutes)s 秒，请写成 %(meant)s") % {
                "clock": clock(seconds), "hours": hours, "minutes": minutes, "meant": clock(seconds // 60),
            }  # fmt: skip
            if hours < 60:
                check.notice("duration", "excel", reason, found=clock(seconds))
    elif isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    else:
        written = _written_seconds(check, value)
        if written is None:
            return None
        seconds = written
    if not 0 < seconds <= LONGEST_S:
        check.error("duration", "zero" if seconds <= 0 else "long", _("时长应大于 0，且不超过 9999 小时"), found=value)
        return None
    _compare(check, seconds)
    return seconds


def _cell_seconds(value: time | timedelta | datetime) -> int:
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second + (value.microsecond >= 500_000)
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    # A clock cell past 24 hours comes as a day of January 1900.
    return round((value.replace(tzinfo=None) - _excel_first_days).total_seconds())


def _written_seconds(check: Check, value: Any) -> int | None:
    text = check.text("duration", value)
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace("：", ":")
    found = _clock.fullmatch(plain)
    if found and plain.isascii():
        hours, minutes, seconds = map(int, found.groups())
        return hours * 3600 + minutes * 60 + seconds
    near = _near_clock.fullmatch(plain)
    example = None
    if near and plain.isascii():
        hours, minutes, seconds = map(int, near.groups())
        if minutes < 60 and seconds < 60:
            example = f"{hours:02}:{minutes:02}:{seconds:02}"
    check.error("duration", "format", found=text, example=example)
    return None


def _compare(check: Check, declared: int) -> None:
    media = check.context.media
    if media is None or media.duration_s is None:
        return
    measured = int(media.duration_s + 0.5)
    if abs(declared - media.duration_s) > max(2.0, media.duration_s * 0.01):
        reason = _("与文件实测的 %(measured)s 不一致") % {"measured": clock(measured)}
        check.notice("duration", "differs", reason, found=clock(declared), wanted=clock(measured))


def created_date(check: Check, value: Any) -> date | None:
    """创建时间 (10): a real day, not after today in Asia/Shanghai."""
    day = _day(check, "created_date", value)
    if day is None:
        return None
    if day > check.context.today:
        wanted = _("不晚于今天 %(today)s 的日期") % {"today": check.context.today.isoformat()}
        check.error("created_date", "future", _("在今天以后"), found=day.isoformat(), wanted=wanted)
        return None
    if day.year < EARLIEST_YEAR:
        check.error("created_date", "early", _("早于 1900 年"), found=day.isoformat())
        return None
    return day


def rights_until(check: Check, value: Any) -> date | None:
    """授权截止日期: a real day. Past, it stops what is handed in; a draft may lie longer than a licence lasts."""
    if isinstance(value, str) and value.strip() in OPEN_ENDED:
        return None
    day = _day(check, "rights_until", value)
    if day is None or day >= check.context.today:
        return day
    reason = _("授权已经到期，请换上续签的授权文件并写新的日期")
    if check.context.stage == "submit":
        check.error("rights_until", "over", reason, found=day.isoformat(), wanted="", example="")
        return None
    check.notice("rights_until", "over", reason, found=day.isoformat())
    return day


def _day(check: Check, name: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        _converted(check, name, value.isoformat(sep=" "), value.date())
        return value.date()
    if isinstance(value, date):
        if check.context.stage == "sheet":
            _converted(check, name, _("表格软件的日期"), value)
        return value
    text = check.text(name, value)
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii() and not re.fullmatch(r"[0-9年月日\s]+", plain):
        plain = ""
    exact = _iso.fullmatch(plain)
    found = exact or _packed.fullmatch(plain) or _loose.fullmatch(plain)
    if found is None:
        if _serial.fullmatch(plain):
            day = _excel_day_zero + timedelta(days=int(plain))
            _converted(check, name, text, day)
            return day
        check.error(name, "format", found=text)
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        check.error(name, "day", _("没有这一天"), found=text)
        return None
    if exact is None or plain != text:
        _converted(check, name, text, day)
    return day


def _converted(check: Check, name: str, found: str, day: date) -> None:
    reason = _("已按 %(day)s 记录") % {"day": day.isoformat()}
    check.notice(name, "converted", reason, found=found, wanted="yyyy-mm-dd")
