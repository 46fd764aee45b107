"""What happens by the clock. Declared above the task in ``<chapter>/tasks.py``; every worker's clock reads it::

    @every(minutes=5)
    @task()
    def sweep() -> None: ...

    @daily(at="03:10")
    @task()
    def reconcile() -> None: ...

    @standing(seconds=1)
    def seal() -> None: ...     # not a job: one worker at a time has the duty and calls it again and again

A slot in time is a unique key, so any number of workers make one job for it; the slot that was missed while no worker
ran is caught up once; while the job of an earlier slot is unfinished no further one is made.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django_tasks.base import Task

T = TypeVar("T", bound=Task)
F = TypeVar("F", bound=Callable[[], Any])


@dataclass(frozen=True)
class Entry:
    task: Task
    slot_at: Callable[[datetime], datetime]  # the latest slot that is not after the given instant

    def key(self, at: datetime) -> str:
        return f"{self.task.module_path}@{timezone.localtime(self.slot_at(at)):%Y-%m-%dT%H:%M:%S}"


@dataclass(frozen=True)
class Standing:
    call: Callable[[], Any]
    seconds: float
    title: Any = ""  # what it does, in words

    @property
    def name(self) -> str:
        return f"{self.call.__module__}.{self.call.__qualname__}"


entries: list[Entry] = []
duties: list[Standing] = []


def every(*, seconds: int = 0, minutes: int = 0, hours: int = 0) -> Callable[[T], T]:
    """A job at every full multiple of the period, counted from midnight of 1970 UTC."""
    period = seconds + 60 * minutes + 3600 * hours
    if period <= 0:
        raise ValueError("a period is longer than nothing")

    def slot_at(at: datetime) -> datetime:
        return at - timedelta(seconds=at.timestamp() % period)

    return _entry(slot_at)


def daily(*, at: str) -> Callable[[T], T]:
    """A job a day, at this time of the platform's time zone (``"03:10"``)."""
    wanted = time.fromisoformat(at)

    def slot_at(now: datetime) -> datetime:
        local = timezone.localtime(now)
        today = local.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
        return today if today <= local else today - timedelta(days=1)

    return _entry(slot_at)


def _entry(slot_at: Callable[[datetime], datetime]) -> Callable[[T], T]:
    def declare(task: T) -> T:
        if all(entry.task.module_path != task.module_path for entry in entries):
            entries.append(Entry(task, slot_at))
        return task

    return declare


def standing(*, seconds: float, title: Any = "") -> Callable[[F], F]:
    """Called every so often by the one worker that has the duty. Short, safe to repeat, leaves at any exception."""

    def declare(call: F) -> F:
        duty = Standing(call, seconds, title)
        if all(known.name != duty.name for known in duties):
            duties.append(duty)
        return call

    return declare


def declared() -> dict[str, Task]:
    """Every task of every chapter's ``tasks``, by path."""
    rooms = [
        module
        for name, module in sorted(sys.modules.items())
        if name.startswith("lifelong.") and name.endswith(".tasks")
    ]
    found = (each for room in rooms for each in vars(room).values() if isinstance(each, Task))
    return {task.module_path: task for task in found}


def discover() -> None:
    """Import every chapter's ``tasks``, so that all declarations are known."""
    autodiscover_modules("tasks")
