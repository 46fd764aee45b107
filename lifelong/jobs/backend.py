"""The lease queue behind the ``django_tasks`` API.

A task may say more than the API knows: ``@task(max_attempts=3, first_pause_s=30, title=_("…"), on_dead="path.of.task")``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from lifelong.jobs.declared import task_at
from lifelong.jobs.lifecycle import State

if TYPE_CHECKING:
    from lifelong.jobs.models import Job

STATUS = {
    State.READY: TaskResultStatus.READY,
    State.RUNNING: TaskResultStatus.RUNNING,
    State.DONE: TaskResultStatus.SUCCESSFUL,
    State.DEAD: TaskResultStatus.FAILED,
    State.CANCELLED: TaskResultStatus.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTask(Task):
    max_attempts: int = 5
    """Then the job is dead and waits for the operator."""

    first_pause_s: float = 2.0
    """Seconds before the second attempt; doubles from there, an hour at most."""

    title: Any = ""
    """What the job does, in words for its owner (lazy gettext)."""

    on_dead: str = ""
    """Path of a task that is enqueued with the same arguments, in the same transaction, when the job dies."""


class LeaseQueue(BaseTaskBackend):
    task_class = LeaseTask
    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self.queues = set(params.get("QUEUES", []))  # empty: any name is a queue

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> TaskResult[Any]:
        from lifelong.jobs.actions.queueing import add

        self.validate_task(task)
        result = result_of(add(task, args, kwargs), task)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        from lifelong.jobs.queries import job_of

        job = job_of(result_id)
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(job)


def result_of(job: "Job", task: Any = None) -> TaskResult[Any]:
    """The job as the API's ``TaskResult``; its id is the job's id as text."""
    failed = job.state in {State.DEAD, State.CANCELLED}
    result: TaskResult[Any] = TaskResult(
        task=task or task_at(job.path),
        id=str(job.pk),
        status=STATUS[State(job.state)],
        enqueued_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.attempted_at,
        args=job.args,
        kwargs=job.kwargs,
        backend="default",
        errors=[TaskError(exception_class_path="builtins.Exception", traceback=job.traceback)] if failed else [],
        worker_ids=[job.worker] * job.attempts,
    )
    object.__setattr__(result, "_return_value", job.result)
    return result
