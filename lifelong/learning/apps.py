from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

VERBS = {
    "learning.certificate_issued": gettext_lazy("开具学时证明"),
    "learning.certificate_revoked": gettext_lazy("作废学时证明"),
}


class LearningConfig(AppConfig):
    name = "lifelong.learning"
    verbose_name = gettext_lazy("学习")

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.web import desk

        name_verbs(VERBS)
        desk.register_menu(_menu)


def _menu(user: Any) -> Iterator[Any]:
    from lifelong.web.desk import Entry

    if user.has_right("certificates.revoke"):
        yield Entry(_("学时证明"), "/work/certificates/", group=_("学习"), order=70)
