"""Who may see and move a job."""

from typing import Any

from lifelong.jobs.lifecycle import State, may_step
from lifelong.jobs.models import Job


def can_see(user: Any, job: Job) -> bool:
    """The owner, and who runs the platform."""
    return (job.owner_id is not None and job.owner_id == user.pk) or user.has_right("jobs.read")


def can_retry(user: Any, job: Job) -> bool:
    return user.has_right("jobs.manage") and job.state != State.RUNNING and may_step(job.state, State.READY)


def can_cancel(user: Any, job: Job) -> bool:
    return user.has_right("jobs.manage") and may_step(job.state, State.CANCELLED)


def abilities(user: Any, job: Job) -> dict[str, bool]:
    return {"see": can_see(user, job), "retry": can_retry(user, job), "cancel": can_cancel(user, job)}
