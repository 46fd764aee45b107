"""The operator's part: try again, cancel, sweep away what is long over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.jobs import policy, wake
from lifelong.jobs.lifecycle import KEEP_DAYS, State
from lifelong.jobs.models import Job, Worker
from lifelong.web.refusals import NotAllowed, Refusal


class NotRetriable(Refusal):
    code = "jobs.not_retriable"


class NotCancellable(Refusal):
    code = "jobs.not_cancellable"


def _locked(job: Job, by: Any) -> Job:
    if not by.has_right("jobs.manage"):
        raise NotAllowed(_("只有系统管理员和运营人员可以处理任务。"))
    return Job.objects.select_for_update(of=("self",)).get(pk=job.pk)


@transaction.atomic
def retry(job: Job, *, by: Any, at: datetime) -> Job:
    """A dead or cancelled job may try again from the first attempt."""
    job = _locked(job, by)
    if not policy.can_retry(by, job):
        raise NotRetriable(
            _("这个任务现在是「%(state)s」，只有已失败或已取消的任务可以重新执行。")
            % {"state": job.get_state_display()}
        )
    job.state, job.attempts, job.run_after, job.finished_at, job.lease_until = State.READY, 0, at, None, None
    job.save(update_fields=["state", "attempts", "run_after", "finished_at", "lease_until"])
    audit.record("jobs.retried", by=by, of=job, at=at)
    transaction.on_commit(wake.ring)
    return job


@transaction.atomic
def cancel(job: Job, *, by: Any, at: datetime) -> Job:
    """Not run (again). A running one is fenced off: it stops at its next report and writes nothing here any more."""
    job = _locked(job, by)
    if not policy.can_cancel(by, job):
        raise NotCancellable(
            _("这个任务现在是「%(state)s」，已完成或已取消的任务不能再取消。") % {"state": job.get_state_display()}
        )
    job.state, job.finished_at, job.lease_until, job.fence = State.CANCELLED, at, None, job.fence + 1
    job.save(update_fields=["state", "finished_at", "lease_until", "fence"])
    audit.record("jobs.cancelled", by=by, of=job, at=at)
    return job


def retry_many(numbers: list[int], *, by: Any, at: datetime) -> tuple[int, int]:
    """Retry those that may be; returns how many were, and how many not."""
    return _each(retry, numbers, by, at)


def cancel_many(numbers: list[int], *, by: Any, at: datetime) -> tuple[int, int]:
    return _each(cancel, numbers, by, at)


def retry_dead(path: str = "", *, by: Any, at: datetime) -> int:
    """Every dead job of the task at ``path``, of every task where none is named, may try again; returns how many."""
    fields = {"state": State.READY, "attempts": 0, "run_after": at, "finished_at": None}
    number = _settle_dead("jobs.retried", path, fields, by=by, at=at)
    wake.ring()
    return number


def drop_dead(path: str = "", *, by: Any, at: datetime) -> int:
    """Nobody wants them done any more; returns how many."""
    return _settle_dead("jobs.dropped", path, {"state": State.CANCELLED, "finished_at": at}, by=by, at=at)


@transaction.atomic
def _settle_dead(verb: str, path: str, fields: dict[str, Any], *, by: Any, at: datetime) -> int:
    if not by.has_right("jobs.manage"):
        raise NotAllowed(_("只有系统管理员和运营人员可以处理任务。"))
    found = Job.objects.dead()
    number = (found.filter(path=path) if path else found).update(**fields)
    if number:
        audit.record(verb, by=by, at=at, detail={"kind": path, "jobs": number})
    return number


def _each(act: Callable[..., Job], numbers: list[int], by: Any, at: datetime) -> tuple[int, int]:
    done = left = 0
    for job in Job.objects.filter(pk__in=numbers).order_by("pk"):
        try:
            act(job, by=by, at=at)
            done += 1
        except (NotRetriable, NotCancellable):
            left += 1
    return done, left


def sweep(*, at: datetime) -> int:
    """Remove jobs that have been over for long (``KEEP_DAYS``) and the rows of workers not seen for a day."""
    removed = 0
    for state, days in KEEP_DAYS.items():
        old = Job.objects.filter(state=state, finished_at__lt=at - timedelta(days=days)).order_by("pk")
        while found := list(old.values_list("pk", flat=True)[:1000]):  # short transactions, others write meanwhile
            removed += Job.objects.filter(pk__in=found).delete()[0]
    Worker.objects.filter(seen_at__lt=at - timedelta(days=1)).delete()
    return removed
