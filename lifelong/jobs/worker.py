"""A worker: slots that run jobs, a keeper that holds their leases, a clock that makes the jobs of the hour.

All are threads of one process; heavy work belongs into child processes of the job, so the keeper is never starved.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import close_old_connections, connection
from django.utils import timezone, translation

from lifelong.jobs import presence, schedule, wake
from lifelong.jobs.actions import clock, leasing
from lifelong.jobs.actions.leasing import Queues
from lifelong.jobs.lifecycle import LEASE_SECONDS
from lifelong.jobs.models import Worker as Row
from lifelong.jobs.progress import Held
from lifelong.jobs.running import run

log = logging.getLogger("lifelong.jobs")
BUSY_S, IDLE_S, LOOK_S = 0.25, 1.0, 0.1


@dataclass
class Worker:
    """``slots``: one thread each, with the queues it serves. ``grace_s``: how long running jobs may end at a stop."""

    slots: list[Queues]
    lease_s: float = LEASE_SECONDS
    grace_s: float = 5.0
    with_clock: bool = True
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}")

    def __post_init__(self) -> None:
        self.told = False
        self.stopping = threading.Event()
        self.over = threading.Event()  # slots have ended: now the keeper may
        self.held: dict[int, Held] = {}
        self.bell = threading.Condition()

    def stop(self, *_: object) -> None:
        """May be called from a signal handler, so it takes no lock; heard within a tenth of a second."""
        self.told = True

    def serve(self) -> bool:
        """Work until ``stop``. True if every job ended or was given back; its threads may then be left behind."""
        schedule.discover()
        with presence.present(self.name):
            slots = [self._thread(f"slot-{n}", self._slot, queues) for n, queues in enumerate(self.slots)]
            keeper = self._thread("keeper", self._keeper)
            if self.with_clock:
                self._thread("clock", self._clock)
            self._listen()
            end = time.monotonic() + self.grace_s
            for thread in slots:
                thread.join(max(0.0, end - time.monotonic()))
            for held in list(self.held.values()):
                held.lost.set()
                leasing.release(held.job)
            self.over.set()
            keeper.join(self.lease_s)
            leasing.vanish(self.name)
            return not any(thread.is_alive() for thread in slots)

    def _thread(self, name: str, work: Callable[..., None], *args: object) -> threading.Thread:
        thread = threading.Thread(target=self._safely, args=(work, *args), name=name, daemon=True)
        thread.start()
        return thread

    def _safely(self, work: Callable[..., None], *args: object) -> None:
        with translation.override(translation.get_language() or "zh-hans"):
            try:
                work(*args)
            finally:
                connection.close()

    def _patiently(self, work: Callable[[], None]) -> None:
        """A database that restarts or is locked costs a pause, not the thread."""
        try:
            close_old_connections()
            work()
        except Exception:
            log.exception("worker %s: %s failed; it goes on", self.name, getattr(work, "__name__", "work"))
            connection.close()
            self.stopping.wait(1.0)

    def _listen(self) -> None:
        heard = wake.rung_at()
        while not self.told:
            time.sleep(LOOK_S)
            if (rung := wake.rung_at()) != heard:
                heard = rung
                with self.bell:
                    self.bell.notify_all()
        self.stopping.set()
        with self.bell:
            self.bell.notify_all()

    def _slot(self, queues: Queues) -> None:
        busy_until = 0.0

        def step() -> None:
            nonlocal busy_until
            heard = wake.rung_at()
            job = leasing.claim(self.name, queues, lease_s=self.lease_s)
            if job is None:
                with self.bell:  # what was rung between the look and here is not slept through
                    if wake.rung_at() == heard and not self.stopping.is_set():
                        self.bell.wait(BUSY_S if time.monotonic() < busy_until else IDLE_S)
                return
            held = self.held[job.pk] = Held(job)
            try:
                run(held)
            finally:
                del self.held[job.pk]
                busy_until = time.monotonic() + 5

        while not self.stopping.is_set():
            self._patiently(step)

    def _keeper(self) -> None:
        row = Row(name=self.name, host=socket.gethostname()[:80], pid=os.getpid(), slots=" ".join(map(str, self.slots)))
        kept_at = float("-inf")

        def keep() -> None:
            nonlocal kept_at
            if time.monotonic() - kept_at >= self.lease_s / 3:
                holding = dict(self.held)
                lost = leasing.keep(self.name, [held.job for held in holding.values()], lease_s=self.lease_s)
                for pk in lost:
                    holding[pk].lost.set()
                leasing.appear(row)
                kept_at = time.monotonic()
            for name in presence.gone():
                leasing.vanish(name)
                presence.forget(name)
            leasing.reap()

        while not self.over.is_set():
            self._patiently(keep)
            self.over.wait(min(1.0, self.lease_s / 3))

    def _clock(self) -> None:
        made: dict[str, str] = {}
        due: dict[str, float] = {}
        duty_until: dict[str, float] = {}

        def slots() -> None:
            now = timezone.now()
            for entry in schedule.entries:
                path, key = entry.task.module_path, entry.key(now)
                if made.get(path) != key and clock.enqueue_slot(entry, now):
                    made[path] = key

        def stand(duty: schedule.Standing) -> None:
            now = time.monotonic()
            if now < due.get(duty.name, 0.0):
                return
            due[duty.name] = now + duty.seconds
            if now >= duty_until.get(duty.name, 0.0):
                if not clock.take_duty(duty.name, self.name, lease_s=self.lease_s):
                    due[duty.name] = now + min(duty.seconds + 2, self.lease_s)
                    return
                duty_until[duty.name] = now + self.lease_s / 2
            duty.call()

        while not self.stopping.is_set():
            self._patiently(slots)
            for duty in schedule.duties:
                self._patiently(lambda duty=duty: stand(duty))  # type: ignore[misc]
            self.stopping.wait(min([1.0, *(duty.seconds for duty in schedule.duties)]))
