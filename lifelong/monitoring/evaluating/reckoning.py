"""From readings to a score with its working. Exact decimals: the same readings give the same score on every machine."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lifelong.monitoring.evaluating.indicators import Reading
from lifelong.monitoring.evaluating.scheme import PERCENTILE, Scheme, Weighed

CENT, HUNDRED = Decimal("0.01"), Decimal(100)
FRESH, THIN = "fresh", "thin"  # why there is no grade: too short in the library, too little known


@dataclass(frozen=True)
class Outcome:
    """``working``: {"id", "value", "of", "norm", "group", "weight", "points", "missing"} of each indicator."""

    score: Decimal | None
    grade: str
    ungraded: str
    working: list[dict[str, Any]]


def usable(reading: Reading, one: Weighed) -> bool:
    return reading.value is not None and reading.of >= one.least


def percentile(value: float, group: Sequence[float]) -> Decimal:
    """Place within a sorted group that holds it: the share below it, and half of those beside it."""
    below = bisect_left(group, value)
    beside = bisect_right(group, value) - below
    return (HUNDRED * (2 * below + beside) / (2 * len(group))).quantize(CENT, ROUND_HALF_UP)


def linear(value: float, one: Weighed) -> Decimal:
    share = (Decimal(repr(value)) - Decimal(str(one.zero))) / (Decimal(str(one.full)) - Decimal(str(one.zero)))
    return (HUNDRED * min(max(share, Decimal(0)), Decimal(1))).quantize(CENT, ROUND_HALF_UP)


def outcome(
    scheme: Scheme, readings: Mapping[str, Reading], groups: Mapping[str, Sequence[float]], *, days: int
) -> Outcome:
    """``groups``: for each indicator by percentile the sorted values of the resources it is compared with, its own included.

    What is fresh in the library is scored by nobody: a week's rate says nothing of a year.
    """
    working, known, points, fresh = [], 0, Decimal(0), days < scheme.fresh_days
    for one in scheme.indicators:
        reading = readings[one.id]
        line: dict[str, Any] = {"id": one.id, "value": reading.value, "of": reading.of, "weight": one.weight}
        if fresh:
            line["missing"] = FRESH
        elif usable(reading, one):
            assert reading.value is not None
            by_place = one.norm == PERCENTILE
            norm = percentile(reading.value, groups[one.id]) if by_place else linear(reading.value, one)
            gained: Decimal = one.weight * norm / HUNDRED
            line |= {"norm": str(norm), "points": str(gained.quantize(CENT, ROUND_HALF_UP))}
            line |= {"group": len(groups[one.id])} if by_place else {}
            known, points = known + one.weight, points + gained
        else:
            line["missing"] = "few" if reading.value is not None else "none"
        working.append(line)
    score = (HUNDRED * points / known).quantize(CENT, ROUND_HALF_UP) if known else None
    ungraded = FRESH if fresh else THIN if known < scheme.least_weight else ""
    return Outcome(score, "" if ungraded else grade_of(scheme, score), ungraded, working)


def grade_of(scheme: Scheme, score: Decimal | None) -> str:
    if score is None:
        return ""
    return next(band.id for band in scheme.bands if score >= Decimal(str(band.start)))


def again(scheme: Scheme, working: Sequence[Mapping[str, Any]]) -> tuple[Decimal | None, str]:
    """Score and grade under other weights and bands, from a working's norms: what a changed scheme would come to."""
    weights = {one.id: one.weight for one in scheme.indicators}
    known = [(weights.get(line["id"], 0), Decimal(line["norm"])) for line in working if "norm" in line]
    total = sum(weight for weight, _norm in known)
    if not total or total < scheme.least_weight:
        return None, ""
    score = (sum((weight * norm for weight, norm in known), Decimal(0)) / total).quantize(CENT, ROUND_HALF_UP)
    return score, grade_of(scheme, score)


def quartile(place: int, n: int) -> int:
    """1 (the best quarter) to 4, of place 1 … n."""
    return min(4, (place - 1) * 4 // n + 1)
