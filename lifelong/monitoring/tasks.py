"""What monitoring does by the clock."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.schedule import daily, every
from lifelong.monitoring.actions import usage_counting, usage_history, usage_intake
from lifelong.monitoring.intake.drain import drain
from lifelong.monitoring.queries import usage_raw


@every(minutes=1)
@task(title=_("收入遗留的使用事件"))
def drain_events() -> int:
    """What front workers leave behind when they end; while they run they do it themselves."""
    return drain(Path(settings.DATA) / "events")


@daily(at="00:40")
@task(title=_("忘记过去各日的日盐"))
def forget_salts() -> int:
    return usage_intake.forget(at=timezone.now())


@every(minutes=5)
@task(title=_("统计今天的使用情况"))
def count_recent_use() -> int:
    """Today, and whatever of the last days came in late; a day without new records costs one count."""
    return usage_counting.count_days(usage_raw.recent_days(timezone.localdate()), at=timezone.now())


@daily(at="00:20")
@task(title=_("使用统计日结"))
def close_use() -> int:
    """Yesterday for good, and older days to which records came after all."""
    yesterday = timezone.localdate() - timedelta(days=1)
    days = {yesterday, *usage_raw.all_uncounted()} - {timezone.localdate()}
    return usage_counting.count_days(sorted(days), at=timezone.now())


@daily(at="05:20")
@task(title=_("归档使用记录"))
def archive_use() -> int:
    days = usage_history.days_to_archive(timezone.localdate())
    return sum(usage_history.archive(day, at=timezone.now()) for day in days)
