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

        if roles_by_mandate not in ROLE_SOURCES:
            ROLE_SOURCES.append(roles_by_mandate)
