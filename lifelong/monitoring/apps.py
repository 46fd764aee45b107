from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MonitoringConfig(AppConfig):
    name = "lifelong.monitoring"
    verbose_name = gettext_lazy("监测评价")

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.monitoring.verbs import VERBS

        name_verbs(VERBS)

        from lifelong.monitoring import receivers  # noqa: F401 - they listen from now on
        from lifelong.monitoring.intake.marks import ticket_of
        from lifelong.web import use

        use.register_tickets(ticket_of)
