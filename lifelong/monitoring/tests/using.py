"""Events of use as the door takes them in, the short way."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from lifelong.catalogue.models import Entry
from lifelong.monitoring.models import UsageEvent

numbers = count(1)


def event(entry: Entry, day: date, after_s: float = 0, kind: str = "view", **given: Any) -> UsageEvent:
    """``after_s`` from noon in China."""
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC).timestamp() + after_s
    told = {
        "key": f"k{next(numbers)}",
        "visitor": "v",
        "session": f"s{given.get('visitor', '')}",
        "length_s": 100.0,
        "spans": [],
    }
    return UsageEvent(
        day=day, at=datetime.fromtimestamp(at, UTC), kind=kind, resource_id=entry.resource_id, **{**told, **given}
    )


def visit(
    entry: Entry, day: date, *, visitor: str, seconds: int = 0, after_s: float = 0, **given: Any
) -> list[UsageEvent]:
    """Opens the page and watches from the beginning, told every twenty seconds."""
    told = {"visitor": visitor, **given}
    rows = [event(entry, day, after_s, **told)]
    for start in range(0, seconds, 20):
        end = min(start + 20, seconds)
        rows.append(event(entry, day, after_s + end, "watch", spans=[[start, end]], **told))
    return rows


def happened(*rows: list[UsageEvent]) -> None:
    UsageEvent.objects.bulk_create([row for some in rows for row in some])
