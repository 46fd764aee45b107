"""What the experts' scores come to: mean, spread, veto, arbitration, rank, and how each expert drifts. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from statistics import mean, median

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Score:
    """One sheet that was handed in."""

    item: int
    expert: int
    total: Decimal
    vetoes: tuple[str, ...] = ()
    arbitration: bool = False
    took: timedelta | None = None


@dataclass(frozen=True)
class Result:
    """``standing`` is the total that counts: the arbiter's where there is one, else the mean once all are in."""

    given: int
    wanted: int
    mean: Decimal | None = None
    spread: Decimal | None = None
    arbiter: Decimal | None = None
    vetoes: tuple[str, ...] = ()
    split: bool = False  # apart further than the threshold, or a veto that not all share
    complete: bool = False

    @property
    def standing(self) -> Decimal | None:
        if self.arbiter is not None:
            return self.arbiter
        return self.mean if self.complete and not self.split else None

    @property
    def needs_arbitration(self) -> bool:
        return self.complete and self.split and self.arbiter is None


def result(scores: Iterable[Score], *, wanted: int, threshold: int) -> Result:
    every = list(scores)
    regular = [score for score in every if not score.arbitration]
    arbiter = next((score for score in every if score.arbitration), None)
    if not regular:
        return Result(0, wanted)
    totals = [score.total for score in regular]
    spread = max(totals) - min(totals)
    vetoed = [score for score in regular if score.vetoes]
    counted = [arbiter] if arbiter else regular
    return Result(
        given=len(regular), wanted=wanted, mean=mean(totals).quantize(CENT), spread=spread,
        arbiter=arbiter.total if arbiter else None,
        vetoes=tuple(dict.fromkeys(veto for score in counted for veto in score.vetoes)),
        split=spread > threshold or 0 < len(vetoed) < len(regular), complete=wanted > 0 and len(regular) >= wanted,
    )  # fmt: skip


def ranks(results: dict[int, Result]) -> dict[int, int]:
    """Item → place, by the total that counts; equal totals share a place, what is vetoed or open has none."""
    placed = {item: one.standing for item, one in results.items() if one.standing is not None and not one.vetoes}
    order = sorted((standing for standing in placed.values()), reverse=True)
    return {item: order.index(standing) + 1 for item, standing in placed.items()}


@dataclass
class Drift:
    """How an expert scores beside the others: ``deviation`` is the mean of own total − mean of the others' on the same item."""

    sheets: int = 0
    compared: int = 0
    deviation: Decimal | None = None
    minutes: int | None = None  # median from first opening to handing in
    _apart: list[Decimal] = field(default_factory=list, repr=False)
    _took: list[float] = field(default_factory=list, repr=False)


def drifts(scores: Iterable[Score]) -> dict[int, Drift]:
    """Expert → drift, over regular sheets of items; where nobody else scored an item there is nothing to compare."""
    by_item: dict[int, list[Score]] = defaultdict(list)
    for score in scores:
        if not score.arbitration:
            by_item[score.item].append(score)
    found: dict[int, Drift] = defaultdict(Drift)
    for together in by_item.values():
        for score in together:
            drift = found[score.expert]
            drift.sheets += 1
            if score.took is not None:
                drift._took.append(score.took.total_seconds() / 60)
            if others := [other.total for other in together if other.expert != score.expert]:
                drift._apart.append(score.total - mean(others))
    for drift in found.values():
        drift.compared = len(drift._apart)
        drift.deviation = mean(drift._apart).quantize(CENT) if drift._apart else None
        drift.minutes = round(median(drift._took)) if drift._took else None
    return dict(found)
