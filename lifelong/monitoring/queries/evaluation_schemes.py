"""The versions of the scheme: those that come with the platform and those that the operator made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lifelong.monitoring.evaluating.scheme import written
from lifelong.monitoring.models import EvaluationRun, EvaluationScheme


@dataclass(frozen=True)
class Line:
    version: str
    title: str
    reason: str
    by: str
    at: datetime | None
    runs: int


def content_of(version: str) -> dict[str, Any] | None:
    made = EvaluationScheme.objects.filter(version=version).values_list("content", flat=True).first()
    return made or written().get(version)


def newest() -> dict[str, Any]:
    made = EvaluationScheme.objects.values_list("content", flat=True).first()
    return made or written()[max(written())]


def lines() -> list[Line]:
    """Newest first; two queries."""
    used: dict[str, int] = {}
    for version in EvaluationRun.objects.values_list("scheme__version", flat=True):
        used[version] = used.get(version, 0) + 1
    made = [
        Line(
            one.version, one.content["title"], one.reason, str(one.created_by), one.created_at, used.get(one.version, 0)
        )
        for one in EvaluationScheme.objects.select_related("created_by")
    ]
    files = [
        Line(version, content["title"], "", "", None, used.get(version, 0))
        for version, content in sorted(written().items(), reverse=True)
    ]
    return made + files
