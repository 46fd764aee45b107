"""How soundly resources ran, from what inspection confirmed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

Span = tuple[datetime, datetime | None]  # None: not over yet
NO_FAULT = ("cleared", "dismissed")  # states of findings that were none


def _model(name: str) -> Any:
    """Inspection's model, None where this installation has no inspection."""
    try:
        return apps.get_model("monitoring", name)
    except LookupError:
        return None


def faulty_days(keys: list[int], from_date: date, to_date: date) -> dict[int, int]:
    """Of every resource that was inspected by the end of the period: days of it with a confirmed fault; two queries."""
    findings, targets = _model("InspectionFinding"), _model("InspectionTarget")
    if findings is None or targets is None:
        return {}
    checked = targets.objects.filter(resource_id__in=keys, last_checked_at__date__gte=from_date)
    spans: dict[int, list[Span]] = defaultdict(list)
    confirmed = findings.objects.filter(resource_id__in=keys, confirmed_at__isnull=False).exclude(state__in=NO_FAULT)
    for key, begin, end in confirmed.order_by().values_list("resource_id", "confirmed_at", "ended_at"):
        spans[key].append((begin, end))
    inspected = {*checked.order_by().values_list("resource_id", flat=True), *spans}
    return {key: days_of(spans[key], from_date, to_date) for key in inspected}


def days_of(spans: Iterable[Span], from_date: date, to_date: date) -> int:
    """Days of the period that any of the spans touches, each once."""
    touched: set[date] = set()
    for begin, end in spans:
        first = max(timezone.localdate(begin), from_date)
        last = min(timezone.localdate(end) if end else to_date, to_date)
        touched.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return len(touched)
