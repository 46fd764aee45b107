"""Ten days of visitors to what is online: people, some who study, a robot, the institution's own people; counted as always."""

from datetime import UTC, datetime, timedelta
from random import Random

from django.utils import timezone

from lifelong.catalogue.models import Entry
from lifelong.learning.queries.study import length_of
from lifelong.monitoring.actions import usage_counting
from lifelong.monitoring.lifecycle import EventKind, Standing
from lifelong.monitoring.models import UsageEvent

DAYS = 10
PAUSE_S = 20  # between two reports of a player


def use(*, at: datetime) -> int:
    """The same visitors in every world; how many records."""
    random, rows = Random(20), list[UsageEvent]()  # noqa: S311 - a story, not a secret
    entries = list(Entry.objects.online().select_related("resource").order_by("pk")[:24])
    today = timezone.localdate(at)
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        for place, entry in enumerate(entries):
            for number in range(random.randint(0, 12 // (place // 4 + 1) + (3 if day.weekday() >= 5 else 0))):
                visitor = f"demo {back} {number}"
                rows += _visit(
                    entry, datetime(day.year, day.month, day.day, random.randint(0, 13), tzinfo=UTC), visitor, random
                )
    UsageEvent.objects.bulk_create(rows, batch_size=2_000)
    usage_counting.count_days([today - timedelta(days=back) for back in range(DAYS, 0, -1)], at=at)
    return len(rows)


def _visit(entry: Entry, begins: datetime, visitor: str, random: Random) -> list[UsageEvent]:
    length_s = length_of(entry, 1)
    kind = random.choices([Standing.PUBLIC, Standing.ROBOT, Standing.OWN], weights=[20, 2, 1])[0]
    person = f"demo {random.randint(1, 40)}" if random.random() < 0.4 else ""
    told = {
        "day": timezone.localdate(begins), "resource_id": entry.resource_id, "visitor": visitor[:32], "person": person,
        "session": f"{visitor} {entry.pk}"[:32], "standing": kind, "length_s": length_s,
    }  # fmt: skip
    second = random.randint(0, 3_000)
    rows = [
        UsageEvent(
            at=begins + timedelta(seconds=second), kind=EventKind.VIEW, key=f"{random.getrandbits(96):x}", **told
        )
    ]
    if random.random() < 0.15:
        rows.append(
            UsageEvent(
                at=rows[0].at + timedelta(seconds=4), kind=EventKind.VIEW, key=f"{random.getrandbits(96):x}", **told
            )
        )
    if entry.link and random.random() < 0.5:
        told["key"] = f"{random.getrandbits(96):x}"
        return [*rows, UsageEvent(at=rows[-1].at + timedelta(seconds=25), kind=EventKind.GO, **told)]
    reach = min(length_s, length_s * random.choice([0.1, 0.4, 0.7, 1.0, 1.0])) if random.random() < 0.7 else 0.0
    place = 0.0
    while place < reach and len(rows) < 40:
        end = min(place + PAUSE_S, reach)
        at = rows[0].at + timedelta(seconds=end + 6)
        rows.append(
            UsageEvent(at=at, kind=EventKind.WATCH, key=f"{random.getrandbits(96):x}", spans=[[place, end]], **told)
        )
        place = end
    return rows
