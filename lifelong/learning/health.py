"""What waits for the moderator."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.learning.queries.voices import desk
from lifelong.web.health import Wait


def waits(at: datetime) -> Iterator[Wait]:
    for show, title, since in (
        ("waiting", _("待审核的评论"), "created_at"),
        ("flagged", _("被举报的评论"), "flags__at"),
        ("appealed", _("评论申诉"), "appealed_at"),
    ):
        found = desk(show).order_by().aggregate(n=Count("pk", distinct=True), first=Min(since))
        url = f"{reverse('comment_desk')}?show={show}"
        yield Wait(title, _("运营人员"), found["n"], found["first"], url, "comments.moderate")
