"""What the queue does for itself."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.actions import operating
from lifelong.jobs.schedule import daily


@daily(at="04:20")
@task(title=_("清理早已结束的任务"))
def sweep() -> int:
    return operating.sweep(at=timezone.now())
