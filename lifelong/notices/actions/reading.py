"""Marking notices as read."""

from datetime import datetime
from typing import Any

from lifelong.notices.models import Notice


def mark_read(notice: Notice, *, by: Any, at: datetime) -> None:
    """One's own notice; the first time counts."""
    Notice.objects.filter(pk=notice.pk, user=by).unread().update(read_at=at)


def mark_all_read(*, by: Any, at: datetime) -> int:
    return Notice.objects.filter(user=by).unread().update(read_at=at)
