"""How long pages took, as counts between bounds: sums of histograms are histograms, so minutes add up to days."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

# seconds; what took longer has a bin of its own
BOUNDS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)
BINS = len(BOUNDS) + 1


def bin_of(seconds: float) -> int:
    """A bound belongs to the bin that it closes."""
    return bisect_left(BOUNDS, seconds)


def added(histograms: Iterable[Sequence[float]]) -> list[float]:
    return [sum(column) for column in zip(*histograms, strict=True)] or [0] * BINS


def quantile(bins: Sequence[float], share: float) -> float | None:
    """Seconds within which this share stays, straight between the bounds; None of nothing.

    What took longer than the last bound counts as the last bound: at least so long.
    """
    wanted, seen = share * sum(bins), 0.0
    if not wanted:
        return None
    for number, count in enumerate(bins[:-1]):
        if count and seen + count >= wanted:
            low = BOUNDS[number - 1] if number else 0.0
            return low + (BOUNDS[number] - low) * (wanted - seen) / count
        seen += count
    return BOUNDS[-1]
