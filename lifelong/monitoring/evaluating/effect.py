"""What a resource does for its learners, in figures that do not say more than they know."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

SMALL = 10  # of fewer people nothing is said in per cent
POSITIVE_STARS = 4
Z = 1.96  # 95 %


def wilson(positive: int, n: int) -> float:
    """The lower bound of the share of positive ones, 0 where nobody said anything (E. B. Wilson, 1927)."""
    if n <= 0:
        return 0.0
    share, z2 = positive / n, Z * Z
    middle = share + z2 / (2 * n)
    around = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (middle - around) / (1 + z2 / n))


def share_of(part: int, n: int) -> float | None:
    """None where so few people stand behind it that a share would tell of single ones."""
    return part / n if n >= SMALL else None


@dataclass(frozen=True)
class Cohort:
    """Those who began in one month, as 「2026-05」."""

    month: str
    began: int
    completed: int

    @property
    def share(self) -> float | None:
        return share_of(self.completed, self.began)


def cohorts(learners: Iterable[tuple[str, bool]]) -> list[Cohort]:
    """``learners``: the month in which each began, and whether they have completed by now."""
    began: Counter[str] = Counter()
    completed: Counter[str] = Counter()
    for month, done in learners:
        began[month] += 1
        completed[month] += done
    return [Cohort(month, began[month], completed[month]) for month in sorted(began)]


def retention(seen: Iterable[tuple[Sequence[Sequence[float]], float]], bins: int = 40) -> list[int]:
    """How many have seen each of ``bins`` equal stretches, in part at least. ``seen``: each learner's union, and the length
    that the file had for them."""
    found = [0] * bins
    for spans, length_s in seen:
        width = length_s / bins
        reached = {
            place
            for start, end in spans
            if width > 0 and end > start
            for place in range(max(0, int(start / width)), min(bins, int((end - 1e-6) / width) + 1))
        }
        for place in reached:
            found[place] += 1
    return found


def themes(texts: Iterable[Iterable[str]], *, most: int = 20, least: int = 3) -> list[tuple[str, int]]:
    """Words that at least ``least`` comments share, with how many; each comment counts a word once."""
    counted: Counter[str] = Counter()
    for words in texts:
        counted.update(set(words))
    shared = [(word, n) for word, n in counted.items() if n >= least]
    return sorted(shared, key=lambda one: (-one[1], one[0]))[:most]
