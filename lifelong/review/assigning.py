"""Who should score what: a pure proposal by area and load, or by lot; never an own institution or a declared conflict."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Candidate:
    """An expert. ``barred`` holds the institutions that they may not score; ``areas`` empty means every area."""

    pk: int
    areas: frozenset[str] = frozenset()
    barred: frozenset[int] = frozenset()
    load: int = 0
    capacity: int = 60
    senior: bool = False

    def knows(self, area: str) -> bool:
        return not self.areas or area in self.areas


@dataclass(frozen=True)
class Task:
    """What is to be scored. ``taken`` are experts who have it, had it or declined it; ``wanted`` how many more it needs."""

    pk: int
    area: str
    institution: int
    wanted: int
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pair:
    task: int
    expert: int
    in_area: bool


@dataclass
class Proposal:
    pairs: list[Pair] = field(default_factory=list)
    short: dict[int, int] = field(default_factory=dict)  # task → how many experts are missing


def may(candidate: Candidate, task: Task) -> bool:
    return task.institution not in candidate.barred and candidate.pk not in task.taken


def propose(tasks: Sequence[Task], candidates: Iterable[Candidate], *, seed: str = "") -> Proposal:
    """Experts of the area first, then whoever has least to do; with a ``seed`` by lot instead, the same seed the same lot.

    A lot is fair, too: nobody draws more than the even share while others of the area have room.
    """
    known, result = list(candidates), Proposal()
    drawn: Counter[int] = Counter()
    share = -(-sum(task.wanted for task in tasks) // max(1, len(known)))
    for task in tasks:
        open_to = [c for c in known if may(c, task) and c.load + drawn[c.pk] < c.capacity]

        def rank(one: Candidate, task: Task = task) -> tuple:
            if seed:
                return (not one.knows(task.area), drawn[one.pk] >= share, lot(seed, task.pk, one.pk))
            return (not one.knows(task.area), one.load + drawn[one.pk], one.pk)

        chosen = sorted(open_to, key=rank)[: task.wanted]
        for one in chosen:
            drawn[one.pk] += 1
            result.pairs.append(Pair(task.pk, one.pk, one.knows(task.area)))
        if len(chosen) < task.wanted:
            result.short[task.pk] = task.wanted - len(chosen)
    return result


def lot(seed: str, task: int, expert: int) -> str:
    return hashlib.sha256(f"{seed}:{task}:{expert}".encode()).hexdigest()
