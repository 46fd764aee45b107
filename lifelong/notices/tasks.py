"""Delivery of mails."""

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.notices.actions import delivering


@task(queue_name="mail", max_attempts=delivering.MOST_ATTEMPTS, first_pause_s=15, title=_("发送邮件"))
def deliver(mail_ids: list[int]) -> int:
    return delivering.deliver(mail_ids)
