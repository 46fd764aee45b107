"""What monitoring does by the clock."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.schedule import daily, every
from lifelong.monitoring.actions import usage_intake
from lifelong.monitoring.intake.drain import drain


@every(minutes=1)
@task(title=_("收入遗留的使用事件"))
def drain_events() -> int:
    """What front workers leave behind when they end; while they run they do it themselves."""
    return drain(Path(settings.DATA) / "events")


@daily(at="00:40")
@task(title=_("忘记过去各日的日盐"))
def forget_salts() -> int:
    return usage_intake.forget(at=timezone.now())
