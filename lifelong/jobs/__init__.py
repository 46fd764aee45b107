"""Work that is done outside a request: declared with the ``django_tasks`` API, kept in the database, run by leases.

Declare in ``<chapter>/tasks.py``::

    from django_tasks import task
    from lifelong.jobs.schedule import daily, every

    @task(queue_name="media", priority=10, max_attempts=3, title=_("检测视频文件"))
    def probe(media_id: int) -> dict: ...

    @every(minutes=5)
    @task(title=_("清理过期上传"))
    def sweep() -> None: ...

Enqueue inside the transaction that makes it true (a rollback leaves no job)::

    from lifelong import jobs
    jobs.enqueue("lifelong.media.tasks.probe", media.pk, owner=by)

The row says what is owed: a worker that dies in mid-job (``kill -9``) loses its lease and another runs the job again. So
**a task must be safe to repeat**: load by id, one action, results under a name per attempt and then renamed.
Queues named in ``LONG_QUEUES`` (``media``) have slots of their own, so that a short job never waits behind a long one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_tasks import TaskResult
    from django_tasks.base import Task


class GiveUp(Exception):
    """Raised by a job that will never succeed: no more attempts. Its text is shown to the owner (中文)."""


class LeaseLost(BaseException):
    """Raised inside a job by ``progress.report``: another worker has the job now, or it was cancelled. Let it pass."""


def enqueue(
    task: "Task[..., Any] | str",
    *args: Any,
    owner: Any = None,
    slot: str | None = None,
    run_after: datetime | None = None,
    priority: int | None = None,
    kwargs: Mapping[str, Any] | None = None,
    party: int | str = "",
) -> "TaskResult[Any]":
    """Put one job in the queue, as part of the caller's transaction; starts within about 0.2 s of the commit.

    ``task`` is the task or its dotted path (the room ``actions`` may not import ``tasks``); ``args`` and ``kwargs`` are
    JSON values. ``owner`` may see the progress page. A ``slot`` is used once: a second call
    with the same one returns the first job. ``party`` says for whom, where many want the same work: among equal
    priorities parties are served by turns, so that five hundred jobs of one do not keep the single job of another
    waiting. ``TaskResult.id`` is the job's id.
    """
    from lifelong.jobs.actions.queueing import add
    from lifelong.jobs.backend import result_of
    from lifelong.jobs.declared import task_at

    declared = task_at(task) if isinstance(task, str) else task
    changes = {"run_after": run_after, "priority": priority}
    if any(value is not None for value in changes.values()):
        declared = declared.using(run_after=run_after, priority=priority)
    return result_of(add(declared, args, kwargs or {}, owner=owner, slot=slot, party=str(party)), declared)


def hurry(paths: Iterable[str], first_args: Iterable[Any], *, party: int | str, priority: int) -> int:
    """Raise waiting jobs of ``party`` to ``priority``: those of the tasks at ``paths`` whose first argument is named."""
    from lifelong.jobs.actions import queueing

    return queueing.hurry(paths, first_args, party=str(party), priority=priority)
