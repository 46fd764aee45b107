"""Where the operator's desk shows itself outside its own pages: signs of its own, menu, alarms on the first page."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _


def register() -> None:
    from lifelong.monitoring.queries.desk import own_signs
    from lifelong.web import desk
    from lifelong.web.health import register_health

    register_health(own_signs)
    desk.register_menu(menu)
    desk.register_waiting(waiting)


def menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("operations.read"):
        yield Entry(_("运行总览"), reverse("operations"), group=_("运行"), order=79)


def waiting(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.monitoring.queries.desk import standing_incidents
    from lifelong.web.desk import Waiting

    if user.has_right("operations.read") and (number := standing_incidents()):
        yield Waiting(_("平台告警"), number, reverse("operations"), urgent=True)
