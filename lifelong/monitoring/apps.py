from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class MonitoringConfig(AppConfig):
    name = "lifelong.monitoring"
    verbose_name = gettext_lazy("监测评价")

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.monitoring.verbs import VERBS

        name_verbs(VERBS)

        from lifelong.monitoring import inspection_desk, receivers  # noqa: F401 - they listen from now on
        from lifelong.monitoring.intake.marks import ticket_of
        from lifelong.web import desk, use

        use.register_tickets(ticket_of)
        desk.register_menu(usage_menu)
        inspection_desk.register()


def usage_menu(user: Any) -> Iterator[Any]:
    from lifelong.monitoring import policy
    from lifelong.web.desk import Entry

    if policy.can_open_use(user):
        yield Entry(_("使用统计"), "/work/usage/", group=_("监测评价"), order=64)
