"""Template words of the look: Chinese dates, durations, sizes, icons."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """An instant as 「5 月 20 日 17:00」; another year is named."""
    if not value:
        return ""
    local = timezone.localtime(value)
    year = f"{local.year} 年 " if local.year != timezone.localtime().year else ""
    return f"{year}{local.month} 月 {local.day} 日 {local:%H:%M}"


@register.filter
def left(value: datetime | None) -> str:
    """How long until then, as 「还有 3 天」, or that it is past."""
    if not value:
        return ""
    rest = value - timezone.now()
    if rest < timedelta(0):
        return _("已过期")
    if rest.days >= 1:
        return _("还有 %(days)s 天") % {"days": rest.days}
    hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
    return _("还有 %(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": minutes}


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as ``h:mm:ss`` or ``m:ss``."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


@register.filter
def bytesize(size: int | None) -> str:
    """Bytes in the unit a person would use."""
    if size is None:
        return ""
    value = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            return f"{value:.0f} {unit}" if unit in {"B", "KB"} else f"{value:.1f} {unit}"
        value /= 1024
    return ""


@register.simple_tag(takes_context=True)
def query(context: dict, **changes: object) -> str:
    """The present address' query with some parameters changed; an empty value removes one; page is reset unless named."""
    values = context["request"].GET.copy()
    if "page" not in changes:
        values.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    encoded = values.urlencode()
    return f"?{encoded}" if encoded else "?"
