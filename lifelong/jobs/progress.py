"""How far a running job is: ``progress.report(done, total, note)`` from anywhere inside it."""

import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection

from lifelong.jobs import LeaseLost
from lifelong.jobs.models import Job

EVERY_S = 0.5


@dataclass
class Held:
    """A job in a worker's hands. ``lost`` is set when the heartbeat finds that the lease is gone."""

    job: Job
    lost: threading.Event = field(default_factory=threading.Event)
    reported_at: float = float("-inf")


current: ContextVar[Held | None] = ContextVar("held_job", default=None)


def report(done: int, total: int = 0, note: str = "") -> None:
    """``done`` of ``total`` (0: unknown) with a short note in Chinese; written at most twice a second and at the end.

    Outside a job it does nothing, so that an action may report whoever calls it. Inside a transaction it only checks
    the lease: the row would stay locked against the heartbeat. Raises ``LeaseLost`` when the job belongs to another
    worker by now or was cancelled.
    """
    held = current.get()
    if held is None:
        return
    if held.lost.is_set():
        raise LeaseLost
    at_end = total > 0 and done >= total
    now = time.monotonic()
    if (now - held.reported_at < EVERY_S and not at_end) or connection.in_atomic_block:
        return
    held.reported_at = now
    from lifelong.jobs.actions.leasing import note_progress

    if not note_progress(held.job, done, total, note):
        held.lost.set()
        raise LeaseLost


def job_id() -> int | None:
    """The id of the job that is running here; None outside one. With ``attempt()`` it names temporary files."""
    held = current.get()
    return held.job.pk if held else None


def attempt() -> int:
    """Which attempt this is, from 1; 0 outside a job."""
    held = current.get()
    return held.job.attempts if held else 0
