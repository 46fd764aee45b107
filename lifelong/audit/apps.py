from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class AuditConfig(AppConfig):
    name = "lifelong.audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.web import desk

        desk.register_menu(_menu)
        desk.register_waiting(_waiting)
        name_verbs(
            {
                "audit.exported": gettext_lazy("导出审计记录"),
                "audit.verified": gettext_lazy("校验审计链"),
                "audit.purged": gettext_lazy("清除过期审计记录"),
            }
        )


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("audit.read"):
        yield Entry(_("审计记录"), reverse("audit"), group=_("运行"), order=85)


def _waiting(user: Any) -> Iterator[Any]:
    """An unsound chain is the first thing an auditor sees; one that nobody has verified lately the second."""
    from django.urls import reverse

    from lifelong.jobs.queries import last_of
    from lifelong.web.desk import Waiting

    if not user.has_right("audit.read"):
        return
    checked = last_of("lifelong.audit.tasks.verify_trail")
    if checked is None:
        yield Waiting(_("审计链还没有校验过"), 1, reverse("audit"), note=_("每天凌晨自动校验，也可以现在校验"))
    if checked and isinstance(checked.result, dict) and not checked.result.get("sound", True):
        number = len(checked.result.get("problems", []))
        yield Waiting(_("审计链校验发现问题"), number, reverse("audit"), urgent=True)
