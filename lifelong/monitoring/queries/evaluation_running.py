"""How soundly resources ran, from what inspection confirmed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from lifelong.monitoring.lifecycle import FindingState
from lifelong.monitoring.models import InspectionFinding, InspectionTarget

Span = tuple[datetime, datetime | None]  # None: not over yet
NO_FAULT = (FindingState.CLEARED, FindingState.DISMISSED)


def faulty_days(keys: list[int], from_date: date, to_date: date) -> dict[int, int]:
    """Of every resource that was inspected since the period began: days of it with a confirmed fault; two queries."""
    checked = InspectionTarget.objects.filter(resource__in=keys, last_checked_at__date__gte=from_date)
    confirmed = InspectionFinding.objects.filter(resource__in=keys, confirmed_at__isnull=False)
    spans: dict[int, list[Span]] = defaultdict(list)
    rows = confirmed.exclude(state__in=NO_FAULT).order_by().values_list("resource_id", "confirmed_at", "ended_at")
    for key, begin, end in rows:
        assert begin is not None
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
