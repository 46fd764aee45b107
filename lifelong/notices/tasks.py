"""Delivery of mails."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.schedule import every
from lifelong.notices.actions import delivering, digesting


@task(queue_name="mail", max_attempts=delivering.MOST_ATTEMPTS, first_pause_s=15, title=_("发送邮件"))
def deliver(mail_ids: list[int]) -> int:
    return delivering.deliver(mail_ids)


@every(hours=1)
@task(queue_name="mail", title=_("写每天的汇总邮件"))
def write_digests() -> int:
    """Safe to kill and to repeat: each person's digest, and that it was written, are one transaction."""
    return digesting.write_due(at=timezone.now())
