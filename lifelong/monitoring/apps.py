from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MonitoringConfig(AppConfig):
    name = "lifelong.monitoring"
    verbose_name = gettext_lazy("监测评价")

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.monitoring import (
            evaluation_desk,
            inspection_desk,
            operations_desk,
            receivers,  # noqa: F401 - they listen from now on
            usage_desk,
        )
        from lifelong.monitoring.verbs import VERBS

        name_verbs(VERBS)
        usage_desk.register()
        inspection_desk.register()
        evaluation_desk.register()
        operations_desk.register()
