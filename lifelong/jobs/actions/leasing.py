"""The worker's part: claim with a lease, keep it, give it back, finish behind the fence, collect what was lost.

Leases are counted by the database's clock, so that machines whose clocks differ agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from lifelong.jobs import wake
from lifelong.jobs.declared import task_at
from lifelong.jobs.lifecycle import LEASE_SECONDS, State, pause_before_retry
from lifelong.jobs.models import Duty, Job, Worker

NOW = {  # SQLite counts milliseconds: their end, so that what was enqueued within this one is due
    "postgresql": "clock_timestamp()",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now') || '999'",
}
LATER = {
    "postgresql": "clock_timestamp() + %s * interval '1 second'",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s || ' seconds')",
}
DUE = """SELECT id FROM jobs_job WHERE state='ready' AND {queues} AND run_after <= {now}
  ORDER BY priority DESC, turn, run_after, id LIMIT 1"""
CLAIM = """UPDATE jobs_job SET state='running', worker=%s, attempts=attempts+1, fence=fence+1, lease_until={later},
  started_at=COALESCE(started_at, {now}), attempted_at={now}, progress_done=0, progress_total=0, progress_note=''
  WHERE id=({due}{lock}) RETURNING *"""


@dataclass(frozen=True)
class Queues:
    """Which queues a slot serves: those named, or all but those named."""

    named: tuple[str, ...] = ()
    but: bool = True

    def __str__(self) -> str:
        return (f"!{','.join(self.named)}" if self.named else "*") if self.but else ",".join(self.named)

    def sql(self) -> str:
        if not self.named:
            return "1=1"
        return f"queue {'NOT ' if self.but else ''}IN ({','.join(['%s'] * len(self.named))})"


EVERY = Queues()


def claim(worker: str, queues: Queues = EVERY, *, lease_s: float = LEASE_SECONDS) -> Job | None:
    """The most urgent due job, now leased to ``worker``; None if there is none. Two workers never get the same one."""
    vendor = connection.vendor
    due = DUE.format(queues=queues.sql(), now=NOW[vendor])
    if vendor == "sqlite":  # an UPDATE that finds nothing would still take the one write lock
        with connection.cursor() as cursor:
            cursor.execute(due, queues.named)
            if cursor.fetchone() is None:
                return None
    lock = " FOR UPDATE SKIP LOCKED" if vendor == "postgresql" else ""
    sql = CLAIM.format(later=LATER[vendor], now=NOW[vendor], due=due, lock=lock)
    return next(iter(list(Job.objects.raw(sql, [worker, lease_s, *queues.named]))), None)


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=State.RUNNING)


def keep(worker: str, jobs: Iterable[Job], *, lease_s: float = LEASE_SECONDS) -> set[int]:
    """Renew the leases of the worker's running jobs; returns the ids that it no longer holds."""
    held = {job.pk: job.fence for job in jobs}
    if not held:
        return set()
    mine = Job.objects.filter(pk__in=held, worker=worker, state=State.RUNNING)
    mine.update(lease_until=Now() + timedelta(seconds=lease_s))
    still = dict(mine.values_list("pk", "fence"))
    return {pk for pk, fence in held.items() if still.get(pk) != fence}


def note_progress(job: Job, done: int, total: int, note: str) -> bool:
    """False where the job is no longer held."""
    written = _held(job).update(progress_done=done, progress_total=total, progress_note=note[:200])
    return bool(written)


def finish(job: Job, result: Any) -> bool:
    """False where somebody else has the job by now: then nothing is written."""
    finished = _held(job).update(
        state=State.DONE, result=result, finished_at=Now(), lease_until=None, error="", traceback=""
    )
    return bool(finished)


@transaction.atomic
def fail(job: Job, *, error: str, traceback: str = "", for_good: bool = False) -> State | None:
    """Back into the queue after a pause, or dead after the last attempt; None where the job is no longer held."""
    dead = for_good or job.attempts >= job.max_attempts
    facts: dict[str, Any] = {"error": error, "traceback": traceback, "lease_until": None}
    if dead:
        facts |= {"state": State.DEAD, "finished_at": Now()}
    else:
        pause = pause_before_retry(job.attempts, first=job.first_pause_s)
        facts |= {"state": State.READY, "run_after": Now() + timedelta(seconds=pause)}
    if not _held(job).update(**facts):
        return None
    if dead:
        _tell(job)
    return State.DEAD if dead else State.READY


def _tell(job: Job) -> None:
    """Enqueue what the task wants done when it dies, in the same transaction."""
    try:
        follower = getattr(task_at(job.path), "on_dead", "")
    except ImportError:  # a task of an earlier release: nobody is left to be told
        return
    if follower:
        from lifelong.jobs.actions.queueing import add

        add(task_at(follower), job.args, job.kwargs, owner=job.owner, party=job.party)


def release(job: Job) -> bool:
    """Give a job back unfinished, as if it had not been tried (the worker is asked to stop)."""
    released = _held(job).update(
        state=State.READY, run_after=Now(), lease_until=None, attempts=F("attempts") - 1, progress_note=""
    )
    wake.ring()
    return bool(released)


def make_due(until: datetime) -> int:
    """What waits for a time up to ``until`` may run now (``running.drain``)."""
    return Job.objects.waiting().filter(run_after__gt=Now(), run_after__lte=until).update(run_after=Now())


def reap() -> int:
    """Collect jobs whose lease has ended: ready again at once, or dead after the last attempt. Returns how many."""
    lapsed = Job.objects.running().filter(lease_until__lt=Now())
    if not lapsed.exists():
        return 0
    with transaction.atomic():
        found = list(lapsed.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:200])
        for job in found:
            _collect(job)
    wake.ring()
    return len(found)


def _collect(job: Job) -> None:
    if job.attempts >= job.max_attempts:
        error = _("执行任务的进程中途消失（被强行结束，或内存不足），试了 %(times)s 次都没有做完。")
        fail(job, error=error % {"times": job.attempts})
    else:
        _held(job).update(state=State.READY, run_after=Now(), lease_until=None)


def appear(worker: Worker) -> None:
    """The worker lives: its row is written or renewed."""
    Worker.objects.update_or_create(
        name=worker.name,
        defaults={"host": worker.host, "pid": worker.pid, "slots": worker.slots, "seen_at": Now()},
        create_defaults={
            "host": worker.host, "pid": worker.pid, "slots": worker.slots, "seen_at": Now(), "started_at": Now(),
        },
    )  # fmt: skip


def vanish(name: str) -> None:
    """The worker is gone for certain: what it held may be taken at once, without waiting for the leases to end."""
    past = Now() - timedelta(seconds=1)
    Job.objects.running().filter(worker=name).update(lease_until=past)
    Duty.objects.filter(holder=name).update(lease_until=past)
    Worker.objects.filter(name=name).delete()
