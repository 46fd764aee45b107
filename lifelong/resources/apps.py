from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ResourcesConfig(AppConfig):
    name = "lifelong.resources"
    verbose_name = "资源"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.calls.queries import register_progress
        from lifelong.media import prepared
        from lifelong.notices.groups import Group, register_group
        from lifelong.resources import (
            exports,
            receivers,  # noqa: F401 - connects them
        )
        from lifelong.resources.queries import waiting
        from lifelong.resources.queries.asked import asked_at
        from lifelong.resources.queries.progress import progress_under
        from lifelong.resources.queries.timeline import register_source
        from lifelong.resources.words import VERBS
        from lifelong.web import desk

        register_group(
            Group("receipts", gettext_lazy("报送回执"), frozenset({"resources.sign"}), frozenset({"receipt"}))
        )
        name_verbs(VERBS)
        for kind in exports.KINDS:
            prepared.register(kind)
        register_progress(progress_under)
        register_source(asked_at)
        desk.register_waiting(waiting.waiting_for)
        desk.register_menu(waiting.menu_for)
