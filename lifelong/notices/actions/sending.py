"""Writing notices and mails."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import jobs
from lifelong.notices.groups import Way, group_of
from lifelong.notices.models import Mail, Notice
from lifelong.notices.queries import ways_of

DELIVER = "lifelong.notices.tasks.deliver"
PER_JOB = 50  # mails that share a connection


@transaction.atomic
def send(
    to: Iterable[Any] | Any, *, subject: str, text: str, url: str = "", kind: str = "", at: datetime | None = None,
    email: bool = True,
) -> int:  # fmt: skip
    """See ``lifelong.notices.send``."""
    at = at or timezone.now()
    one = hasattr(to, "pk")  # the request's user is lazy, and looks as if it could be gone through
    asked: list[Any] = [to] if one else list(to)
    people = list({person.pk: person for person in asked}.values())
    subject = one_line(subject)
    group = group_of(kind) if email else None
    ways = ways_of(people, group) if group else {}
    later = {pk for pk, way in ways.items() if way == Way.DIGEST}
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=p.pk, subject=subject, text=text, url=url, kind=kind, at=at, awaits_digest=p.pk in later
            )
            for p in people
        ]
    )  # fmt: skip
    if email:
        details = _("详情")
        body = f"{text}\n\n{details}：{settings.SITE_URL}{url}" if url else text
        now = [person for person in people if ways.get(person.pk, Way.AT_ONCE) == Way.AT_ONCE]
        reachable = [person for person in now if person.is_active and person.email]
        _queue([Mail(user_id=p.pk, address=p.email, subject=subject, text=body, created_at=at) for p in reachable])
    return len(people)


@transaction.atomic
def mail_to(
    address: str, *, subject: str, text: str, secret: bool = False, at: datetime | None = None, user: Any = None
) -> Mail:
    """See ``lifelong.notices.mail_to``."""
    mail = Mail(
        user=user, address=address.strip(), subject=one_line(subject), text=text, secret=secret,
        created_at=at or timezone.now(),
    )  # fmt: skip
    _queue([mail])
    return mail


def forget_mails_to(addresses: Collection[str]) -> None:
    """See ``lifelong.notices.forget_mails_to``."""
    Mail.objects.filter(address__in=addresses).delete()


def _queue(mails: list[Mail]) -> None:
    written = Mail.objects.bulk_create(mails)
    enqueue_delivery([mail.pk for mail in written])


def enqueue_delivery(numbers: list[int]) -> None:
    for begin in range(0, len(numbers), PER_JOB):
        jobs.enqueue(DELIVER, numbers[begin : begin + PER_JOB])


def one_line(subject: str) -> str:
    """A subject has no line breaks (they would be headers of their own) and fits its column."""
    return " ".join(subject.split())[:200]
