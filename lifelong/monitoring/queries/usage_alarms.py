"""Alarms of use that stand, in words."""

from django.utils.translation import gettext as _

from lifelong.monitoring.lifecycle import AlarmKind
from lifelong.monitoring.models import UsageAlarm

HOURS = 3  # of silence


def open_alarms() -> list[UsageAlarm]:
    return list(UsageAlarm.objects.filter(ended_at__isnull=True).order_by("began_at"))


def in_words(alarm: UsageAlarm) -> str:
    told = {"hours": HOURS, "found": alarm.found, "usual": alarm.usual}
    if alarm.kind == AlarmKind.FLAT:
        return _("最近 %(hours)s 小时没有收到一条使用记录，往常这个时段约 %(usual)s 条。") % told
    return _("昨天的浏览只有 %(found)s 次，往常这一天约 %(usual)s 次。") % told
