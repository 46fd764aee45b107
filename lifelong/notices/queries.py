"""Reads of notices and mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from lifelong.notices.groups import Group, Way
from lifelong.notices.models import Mail, MailChoice, MailState, Notice


def notices_of(user: Any, *, unread_only: bool = False) -> QuerySet[Notice]:
    found = Notice.objects.filter(user=user).order_by("-id")
    return found.unread() if unread_only else found


def unread_count(user: Any) -> int:
    """For the bell; counted to 100."""
    return Notice.objects.filter(user=user).unread()[:100].count()


def mails(*, state: str = "", words: str = "") -> QuerySet[Mail]:
    """For the outbox page, newest first. ``words``: a whole address or a part of the subject; the list shows masks."""
    found = Mail.objects.order_by("-id").defer("text")
    if state:
        found = found.filter(state=state)
    if words:
        found = found.filter(address__iexact=words) if "@" in words else found.filter(subject__icontains=words)
    return found


def ways_of(people: Iterable[Any], group: Group) -> dict[int, Way]:
    """How each of the people hears of this group; one query."""
    ids = [person.pk for person in people]
    chosen = dict(MailChoice.objects.filter(user__in=ids).values_list("user", "ways"))
    return {pk: Way(chosen.get(pk, {}).get(group.name, group.usual)) for pk in ids}


def choice_of(user: Any) -> MailChoice:
    """What the person chose; as usual where nothing was ever chosen (not saved)."""
    return MailChoice.objects.filter(user=user).first() or MailChoice(user=user)


def number_kept() -> int:
    return Mail.objects.filter(state__in=[MailState.KEPT, MailState.FAILED]).count()


@dataclass(frozen=True)
class WayOfMails:
    """How mails get out: what waits, failed or is kept; what the newest that did not go was told."""

    waiting: int
    failed: int
    kept: int
    oldest_waiting_at: datetime | None
    error: str


def way_of_mails() -> WayOfMails:
    unsent = Mail.objects.exclude(state=MailState.SENT).order_by()
    found = {
        state: (n, first) for state, n, first in unsent.values_list("state").annotate(Count("pk"), Min("created_at"))
    }
    waiting, failed, kept = (
        found.get(state, (0, None)) for state in (MailState.WAITING, MailState.FAILED, MailState.KEPT)
    )
    told = Mail.objects.filter(state__in=[MailState.WAITING, MailState.FAILED]).exclude(error="").order_by("-id")
    error = told.values_list("error", flat=True).first() or "" if waiting[0] or failed[0] else ""
    return WayOfMails(waiting[0], failed[0], kept[0], waiting[1], error)


def number_failed() -> int:
    return Mail.objects.filter(state=MailState.FAILED).count()
