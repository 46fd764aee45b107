"""Putting jobs into the queue."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django_tasks.utils import normalize_json

from lifelong.jobs import wake
from lifelong.jobs.models import Job


def add(
    task: Any, args: Sequence[Any], kwargs: Mapping[str, Any], *, owner: Any = None, slot: str | None = None
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
    }
    if task.run_after is not None:
        fields["run_after"] = task.run_after
    if slot is None:
        job = Job.objects.create(**fields)
    else:
        job, _ = Job.objects.get_or_create(slot=slot, defaults=fields)
    transaction.on_commit(wake.ring)
    return job
