"""What calls do by the clock."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.calls import actions
from lifelong.jobs.schedule import daily, every


@every(hours=1)
@task(title=_("发送截止提醒"))
def remind() -> int:
    return actions.remind(at=timezone.now())


@daily(at="03:40")
@task(title=_("清理未用的登记材料"))
def sweep_papers() -> int:
    return actions.sweep_papers(before=timezone.now() - timedelta(days=1))
