"""Where use shows itself outside its own pages: the ticket in a signed-in person's page, the menu, a counter that went flat."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _


def register() -> None:
    from lifelong.monitoring.intake.marks import ticket_of
    from lifelong.web import desk, use

    use.register_tickets(ticket_of)
    desk.register_menu(menu)
    desk.register_waiting(waiting)


def menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring import policy
    from lifelong.web.desk import Entry

    if policy.can_open_use(user):
        yield Entry(_("使用统计"), reverse("usage"), group=_("监测评价"), order=64)


def waiting(user: Any) -> Iterator[Any]:
    """A counter that went flat, on the operator's desk until records come again."""
    from django.urls import reverse

    from lifelong.monitoring import policy
    from lifelong.monitoring.queries.usage_alarms import in_words, open_alarms
    from lifelong.web.desk import Waiting

    if policy.minds_use(user):
        for alarm in open_alarms():
            yield Waiting(str(alarm.get_kind_display()), 1, reverse("usage"), note=in_words(alarm), urgent=True)
