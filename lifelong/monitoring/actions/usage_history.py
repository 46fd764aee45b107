"""Old days leave the database: written as Parquet, read back, compared, and only then deleted."""

from datetime import date, datetime

from django.db import transaction

from lifelong.monitoring.models import UsageEvent, UsageRun
from lifelong.monitoring.queries import usage_raw
from lifelong.monitoring.usage import history, rollup

KEPT_MONTHS = 3  # in the database; older days lie in Parquet


def border(today: date) -> date:
    """The first day that stays."""
    months = today.year * 12 + today.month - 1 - KEPT_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def days_to_archive(today: date) -> list[date]:
    old = UsageEvent.objects.filter(day__lt=border(today))
    return list(old.order_by("day").values_list("day", flat=True).distinct())


def archive(day: date, *, at: datetime) -> int:
    """How many rows left the table. Raises ``history.Differs`` and deletes nothing where the file is not what was read,
    or where rows came in meanwhile.

    The file counts from the moment in which the rows go, so a kill anywhere leaves every record once.
    """
    newest = UsageEvent.objects.filter(day=day).order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    with usage_raw.events_of(day) as base:
        events = rollup.events_in(base)
        sha256 = history.write(base, day)
    with transaction.atomic():
        run = UsageRun.objects.select_for_update().filter(day=day).first()
        run = run or UsageRun(day=day, events=events, rules="", counted_at=at)
        gone, _kinds = UsageEvent.objects.filter(day=day, pk__lte=newest).delete()
        if gone != events - run.archived:
            raise history.Differs(str(day))
        run.archived, run.sha256, run.archived_at = events, sha256, at
        run.save()
    history.sweep(day, sha256)
    return gone
