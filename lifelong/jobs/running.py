"""Running one claimed job to its end, whatever the end is."""

import logging
from datetime import datetime
from traceback import format_exc
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks.base import TaskContext
from django_tasks.signals import task_finished, task_started
from django_tasks.utils import normalize_json

from lifelong.jobs import GiveUp, LeaseLost
from lifelong.jobs.actions import leasing
from lifelong.jobs.backend import LeaseQueue, result_of
from lifelong.jobs.declared import task_at
from lifelong.jobs.lifecycle import State
from lifelong.jobs.models import Job
from lifelong.jobs.progress import Held, current
from lifelong.web import facts
from lifelong.web.refusals import Refusal

log = logging.getLogger("lifelong.jobs")


def run(held: Held) -> State | None:
    """Run the job in this thread. Returns the state it ends in; None where it was lost to another worker."""
    job = held.job
    token = current.set(held)
    facts.remember(facts.Facts(request_id=f"job-{job.pk}", user_id=job.owner_id))
    try:
        value = _call(job)
        if leasing.finish(job, value):
            _announce(job, State.DONE)
            return State.DONE
        log.warning("job %s (%s) was finished here but belongs to another worker by now", job.pk, job.path)
        return None
    except LeaseLost:
        log.warning("job %s (%s) stopped: its lease is gone", job.pk, job.path)
        return None
    except (GiveUp, Refusal) as reason:
        return _failed(job, str(reason), for_good=True)
    except Exception as error:
        return _failed(job, _("程序出错（%(name)s：%(error)s）") % {"name": type(error).__name__, "error": error})
    finally:
        facts.remember(facts.Facts())
        current.reset(token)


def _call(job: Job) -> Any:
    task = task_at(job.path)
    result = result_of(job, task)
    task_started.send(LeaseQueue, task_result=result)
    first = [TaskContext(task_result=result)] if task.takes_context else []
    return normalize_json(task.call(*first, *job.args, **job.kwargs))


def _failed(job: Job, error: str, *, for_good: bool = False) -> State | None:
    state = leasing.fail(job, error=error, traceback=format_exc(), for_good=for_good)
    if state == State.DEAD:
        if for_good:  # it said so itself: nothing for the developers
            log.warning("job %s (%s) gave up: %s", job.pk, job.path, error)
        else:
            log.exception("job %s (%s) is dead after %s attempts", job.pk, job.path, job.attempts)
        _announce(job, State.DEAD)
    elif state is not None:
        log.warning("job %s (%s) failed, attempt %s of %s: %s", job.pk, job.path, job.attempts, job.max_attempts, error)
    return state


def _announce(job: Job, state: State) -> None:
    """Tell who listens to the API's signal; nothing of ours hangs on it."""
    if len(task_finished.receivers) <= 1 and state == State.DEAD:
        return  # only the library's own log line, which would repeat ours
    job.state, job.finished_at = state, timezone.now()
    task_finished.send(LeaseQueue, task_result=result_of(job))


def drain(*, until: datetime | None = None, at_most: int = 10_000) -> int:
    """Run what is due, here and now, one after the other, until nothing is; returns how many were run.

    For tests and for making the demonstration world; a platform in use has workers. ``until`` counts a later ``run_after``
    as due already.
    """
    number = 0
    while number < at_most:
        if until is not None:
            leasing.make_due(until)
        job = leasing.claim("drain", lease_s=3600)
        if job is None:
            break
        run(Held(job))
        number += 1
    return number
