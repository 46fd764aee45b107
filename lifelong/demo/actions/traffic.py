"""What the front measured in the last three days, and one slow evening with its alarm, as the operator's desk shows it."""

import random
from datetime import datetime, timedelta

from lifelong.monitoring.actions.desk import note_traffic, take_down
from lifelong.monitoring.histogram import BINS, bin_of
from lifelong.monitoring.queries.desk import own_signs

HOURS = 3 * 24
HOST = "demo"
USUAL = {"home": 0.03, "search": 0.06, "resource_page": 0.05, "desk": 0.09}  # page → seconds
SLOW_HOURS_AGO = range(50, 52)


def three_days(*, at: datetime) -> None:
    chance = random.Random(7)  # noqa: S311 - a picture, not a secret
    for ago in range(HOURS, 0, -1):
        then = at - timedelta(hours=ago)
        slow = 120 if ago in SLOW_HOURS_AGO else 1
        routes = {
            page: counted(
                [usual * chance.lognormvariate(0, 0.6) * (slow if page == "search" else 1) for _ in range(40)]
            )
            for page, usual in USUAL.items()
        }
        refused = {"guess": {"198.51.100.*": chance.randrange(3, 30)}, "limit": {"203.0.113.*": chance.randrange(4)}}
        note_traffic(routes, refused, at=then, host=HOST)
        take_down(list(own_signs(then)), at=then)


def counted(seconds: list[float]) -> list[float]:
    row = [0.0] * (BINS + 2)
    for each in seconds:
        row[bin_of(each)] += 1
        row[BINS] += each
    return row
