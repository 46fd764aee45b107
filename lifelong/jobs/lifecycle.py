"""States of a job, the steps between them, and how long a failed one waits. Touches no database."""

import random
from collections.abc import Callable

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    READY = "ready", _("等待中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    DEAD = "dead", _("已失败")
    CANCELLED = "cancelled", _("已取消")


STEPS: dict[State, frozenset[State]] = {
    State.READY: frozenset({State.RUNNING, State.CANCELLED}),
    State.RUNNING: frozenset({State.DONE, State.READY, State.DEAD, State.CANCELLED}),
    State.DONE: frozenset(),
    State.DEAD: frozenset({State.READY, State.CANCELLED}),  # tried again, or dropped
    State.CANCELLED: frozenset({State.READY}),
}
FINISHED = frozenset({State.DONE, State.DEAD, State.CANCELLED})

LEASE_SECONDS = 15.0  # a worker that is gone without a trace is noticed after this; on the same machine within two
LONG_QUEUES = frozenset({"media"})  # decodes and transcodes: slots of their own
KEEP_DAYS = {State.DONE: 14, State.CANCELLED: 30, State.DEAD: 180}


def may_step(old: str, new: State) -> bool:
    return new in STEPS[State(old)]


def pause_before_retry(attempt: int, *, first: float = 2.0, longest: float = 3600.0,
                       chance: Callable[[], float] = random.random) -> float:  # fmt: skip
    """Seconds before the attempt after ``attempt`` (from 1): doubling from ``first``, at most ``longest``, ± 50 %.

    The jitter keeps a hundred jobs that failed together from coming back together.
    """
    return float(min(first * 2 ** min(attempt - 1, 30), longest) * (0.5 + chance()))
