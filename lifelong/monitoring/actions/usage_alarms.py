"""A counter that goes flat is noticed: against the same hours and the same weekday of the weeks before."""

from datetime import date, datetime, timedelta
from statistics import median

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import notices
from lifelong.accounts.models import Role
from lifelong.accounts.queries import holders_of
from lifelong.monitoring.lifecycle import AlarmKind, Scope
from lifelong.monitoring.models import UsageAlarm, UsageEvent, UsageTotal
from lifelong.monitoring.queries import usage_alarms
from lifelong.monitoring.queries.usage_alarms import HOURS

WEEKS = 4
FEWEST_IN_HOURS = 30  # records usually there: below, silence says nothing
FEWEST_IN_DAY = 100  # views
FAR_UNDER = 0.3


def usual(counts: list[int]) -> int:
    return int(median(counts)) if counts else 0


def last_hours(at: datetime) -> tuple[int, int]:
    """Records of the last hours, and how many there usually are at that time of that weekday."""
    counts = [_records(at - timedelta(weeks=week)) for week in range(WEEKS + 1)]
    return counts[0], usual(counts[1:])


def _records(until: datetime) -> int:
    since = until - timedelta(hours=HOURS)
    days = {_day(since), _day(until)}
    return UsageEvent.objects.filter(day__in=days, at__gt=since, at__lte=until).count()


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def day_before(today: date) -> tuple[int, int]:
    """Views of yesterday, and of that weekday usually."""
    days = [today - timedelta(days=1, weeks=week) for week in range(WEEKS + 1)]
    rows = UsageTotal.objects.filter(scope=Scope.ALL, key="", day__in=days).values_list("day", "views")
    views = dict(rows)
    return views.get(days[0], 0), usual([views.get(day, 0) for day in days[1:]])


@transaction.atomic
def watch(*, at: datetime) -> list[UsageAlarm]:
    """Raises what is new, ends what is over; those that began now. One notice when it begins and one when it ends."""
    began = []
    found, normal = last_hours(at)
    views, of_days = day_before(_day(at))
    looks = [
        (AlarmKind.FLAT, found, normal, found == 0 and normal >= FEWEST_IN_HOURS),
        (AlarmKind.LOW, views, of_days, of_days >= FEWEST_IN_DAY and views < of_days * FAR_UNDER),
    ]
    for kind, count, before, is_bad in looks:
        alarm = UsageAlarm.objects.select_for_update().filter(kind=kind, ended_at__isnull=True).first()
        if is_bad and alarm is None:
            alarm = UsageAlarm.objects.create(kind=kind, began_at=at, found=count, usual=before)
            tell(alarm, _("使用计数可能停了"), at=at)
            began.append(alarm)
        elif alarm is not None and not is_bad:
            alarm.ended_at = at
            alarm.save(update_fields=["ended_at"])
            tell(alarm, _("使用计数恢复正常"), at=at)
    return began


def tell(alarm: UsageAlarm, subject: str, *, at: datetime) -> None:
    people = holders_of(Role.OPERATOR, at=at)
    notices.send(
        people,
        subject=subject,
        text=usage_alarms.in_words(alarm),
        url="/work/usage/",
        kind="monitoring.usage_alarm",
        at=at,
    )
