"""Putting jobs into the queue."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django_tasks.utils import normalize_json

from lifelong.jobs import wake
from lifelong.jobs.models import Job


def add(
    task: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    owner: Any = None,
    slot: str | None = None,
    party: str = "",
) -> Job:
    """One row, in the caller's transaction. The wake-up after the commit may be lost, the row may not."""
    fields: dict[str, Any] = {
        "path": task.module_path,
        "args": normalize_json(list(args)),
        "kwargs": normalize_json(dict(kwargs)),
        "queue": task.queue_name,
        "priority": task.priority,
        "max_attempts": getattr(task, "max_attempts", 5),
        "first_pause_s": getattr(task, "first_pause_s", 2.0),
        "owner_id": getattr(owner, "pk", None),
        "party": party,
        "turn": next_turn(task.queue_name, task.priority, party),
    }
    if task.run_after is not None:
        fields["run_after"] = task.run_after
    if slot is None:
        job = Job.objects.create(**fields)
    else:
        job, _ = Job.objects.get_or_create(slot=slot, defaults=fields)
    transaction.on_commit(wake.ring)
    return job


def next_turn(queue: str, priority: int, party: str) -> int:
    """Behind the party's own waiting jobs, and no earlier than the turn that is being served now.

    So parties are served by turns, however many jobs each of them has: fair queueing with a counter in place of time.
    """
    if not party:
        return 0
    waiting = Job.objects.waiting().filter(queue=queue, priority=priority)
    own = waiting.filter(party=party).aggregate(last=Max("turn"))["last"]
    now = waiting.due(timezone.now()).aggregate(first=Min("turn"))["first"]
    return max(now or 0, 0 if own is None else own + 1)


@transaction.atomic
def hurry(paths: Iterable[str], first_args: Iterable[Any], *, party: str, priority: int) -> int:
    """What waits for the party among these tasks, with one of these first arguments, goes up to ``priority``; how many."""
    wanted, count = set(first_args), 0
    waiting = Job.objects.waiting().filter(party=party, path__in=list(paths), priority__lt=priority)
    for job in waiting.select_for_update(skip_locked=True, of=("self",)).order_by("turn", "id"):
        if job.args and job.args[0] in wanted:
            job.turn, job.priority = next_turn(job.queue, priority, party), priority
            job.save(update_fields=["turn", "priority"])
            count += 1
    return count
