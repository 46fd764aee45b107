"""What calls do by the clock."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.calls import actions
from lifelong.jobs.schedule import every


@every(hours=1)
@task(title=_("发送截止提醒"))
def remind() -> int:
    return actions.remind(at=timezone.now())
