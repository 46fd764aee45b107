from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import AppConfig


def roles_by_mandate(user: Any, at: datetime) -> Iterable[str]:
    return user.mandates.open_at(at).values_list("role", flat=True)


class InstitutionsConfig(AppConfig):
    name = "lifelong.institutions"
    verbose_name = "机构"

    def ready(self) -> None:
        from lifelong.accounts.policy import ROLE_SOURCES
        from lifelong.audit.words import name_verbs
        from lifelong.institutions.words import VERBS
        from lifelong.web.desk import register_menu

        name_verbs(VERBS)
        register_menu(menu)
        if roles_by_mandate not in ROLE_SOURCES:
            ROLE_SOURCES.append(roles_by_mandate)


def menu(user: Any) -> Iterable[Any]:
    from django.urls import reverse
    from django.utils.translation import gettext as _

    from lifelong.accounts.policy import roles_of
    from lifelong.institutions.queries import institutions_of
    from lifelong.web.desk import Entry

    if user.has_right("institutions.read"):
        yield Entry(_("单位名册"), reverse("institutions"), _("征集"), 22)
    if roles_of(user) & {"reporter", "institution_reviewer"}:
        for institution in institutions_of(user)[:5]:
            yield Entry(institution.name, reverse("institution-desk", args=[institution.code]), _("我的单位"), 15)
