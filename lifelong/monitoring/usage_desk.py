"""Where use shows itself outside its own pages: the ticket in a signed-in person's page, the menu, a counter that went flat."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


def register() -> None:
    from lifelong.monitoring.intake.marks import ticket_of
    from lifelong.web import desk, use
    from lifelong.web.health import register_health

    use.register_tickets(ticket_of)
    desk.register_menu(menu)
    desk.register_waiting(waiting)
    register_health(signs)


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


def signs(at: datetime) -> Iterator[Any]:
    """The operators were told by ``usage_alarms`` already: here it only stands."""
    from django.urls import reverse

    from lifelong.monitoring.queries.usage_alarms import in_words, open_alarms
    from lifelong.web.health import Part, Sign

    alarms = list(open_alarms())
    note = "；".join(in_words(alarm) for alarm in alarms)
    url = reverse("usage")
    yield Sign(
        "usage.flat", Part.BROKEN, _("使用计数停住"), len(alarms), _("项"), note=note, url=url, right="monitoring.read"
    )
