"""What learning does by the clock."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.schedule import daily, every
from lifelong.learning.actions import study
from lifelong.learning.beats.drain import drain


@every(minutes=1)
@task(title=_("收入遗留的学习心跳"))
def drain_beats() -> int:
    """What front workers leave behind when they end; while they run they do it themselves."""
    return drain(Path(settings.DATA) / "beats", study.take_in)


@daily(at="04:50")
@task(title=_("结束早已离开的学习会话"))
def close_idle() -> int:
    return study.close_idle(at=timezone.now())
