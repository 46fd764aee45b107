"""Tasks as their chapters declared them, found by path."""

from typing import Any

from django.utils.module_loading import import_string
from django_tasks.base import Task


def task_at(path: str) -> Any:
    """The task declared at a dotted path; ``ImportError`` where there is none."""
    task = import_string(path)
    if not isinstance(task, Task):
        raise ImportError(f"{path} is not a task")
    return task


def title_of(path: str) -> str:
    """What the task does, in words; its path where it does not say or is no longer there."""
    try:
        return str(getattr(task_at(path), "title", "")) or path
    except ImportError:
        return path
