"""Reads about jobs, for pages, readiness and other chapters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet

from lifelong.jobs.lifecycle import LEASE_SECONDS, LONG_QUEUES, State
from lifelong.jobs.models import Job, Worker

STUCK_S = 300


def job_of(result_id: str | int) -> Job | None:
    """The job behind a ``TaskResult.id``; None where it is unknown or was swept."""
    text = str(result_id)
    return Job.objects.filter(pk=int(text)).first() if text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True)
class Overview:
    counts: dict[str, int]  # by state
    oldest_waiting_s: float  # how long the longest waiting due short job has waited
    workers: list[Worker]  # seen within three heartbeats


def overview(at: datetime) -> Overview:
    counted = dict(Job.objects.values_list("state").annotate(number=Count("pk")).order_by())
    # long work, and what is below the usual priority, takes the time that is left, for hours where it must
    usual = Job.objects.due(at).filter(priority__gte=0).exclude(queue__in=LONG_QUEUES)
    oldest = usual.aggregate(first=Min("run_after"))["first"]
    return Overview(
        counts={state.value: counted.get(state.value, 0) for state in State},
        oldest_waiting_s=max(0.0, (at - oldest).total_seconds()) if oldest else 0.0,
        workers=list(living_workers(at)),
    )


def living_workers(at: datetime) -> QuerySet[Worker]:
    return Worker.objects.filter(seen_at__gt=at - timedelta(seconds=LEASE_SECONDS)).order_by("started_at")


def jobs(*, state: str = "", queue: str = "", path: str = "") -> QuerySet[Job]:
    """For the operator's list, newest first."""
    found = Job.objects.select_related("owner").order_by("-id").defer("traceback", "result")
    filters: dict[str, Any] = {"state": state, "queue": queue, "path": path}
    return found.filter(**{name: value for name, value in filters.items() if value})


def trouble(at: datetime) -> str:
    """For the readiness check, in English: what keeps the queue from moving; empty where all is well."""
    seen = overview(at)
    if seen.oldest_waiting_s > STUCK_S:
        return f"a due job has waited {seen.oldest_waiting_s:.0f} s"
    if seen.oldest_waiting_s > 2 * LEASE_SECONDS and not seen.workers:
        return "no worker has been seen, jobs wait"
    return ""


def last_of(path: str) -> Job | None:
    """The newest job of a task that is done or dead."""
    return Job.objects.filter(path=path, state__in=[State.DONE, State.DEAD]).order_by("-id").first()


def queues() -> list[str]:
    return list(Job.objects.values_list("queue", flat=True).distinct().order_by("queue"))


def paths() -> list[str]:
    return list(Job.objects.values_list("path", flat=True).distinct().order_by("path"))


def number_dead() -> int:
    return Job.objects.dead().count()
