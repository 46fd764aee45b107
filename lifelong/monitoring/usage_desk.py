"""Where use shows itself outside its own pages: the ticket in a signed-in person's page, the menu."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _


def register() -> None:
    from lifelong.monitoring.intake.marks import ticket_of
    from lifelong.web import desk, use

    use.register_tickets(ticket_of)
    desk.register_menu(menu)


def menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring import policy
    from lifelong.web.desk import Entry

    if policy.can_open_use(user):
        yield Entry(_("使用统计"), reverse("usage"), group=_("监测评价"), order=64)
