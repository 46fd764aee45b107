"""Reads about jobs, for pages, readiness and other chapters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Min, Q, QuerySet

from lifelong.jobs import schedule
from lifelong.jobs.declared import title_of
from lifelong.jobs.lifecycle import LEASE_SECONDS, LONG_QUEUES, State
from lifelong.jobs.models import Duty, Job, Worker

STUCK_S = 300
LIVE = (State.READY, State.RUNNING, State.DEAD)  # few, however many lie behind
MOST_LISTED = 10_000  # newest jobs that one can leaf through


def job_of(result_id: str | int) -> Job | None:
    """The job behind a ``TaskResult.id``; None where it is unknown or was swept."""
    text = str(result_id)
    return Job.objects.filter(pk=int(text)).first() if text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True)
class Overview:
    counts: dict[str, int]  # by state, of those that concern somebody now
    oldest_waiting_s: float  # how long the longest waiting due short job has waited
    workers: list[Worker]  # seen within three heartbeats


def overview(at: datetime) -> Overview:
    live = Job.objects.filter(state__in=LIVE)
    counted = dict(live.values_list("state").annotate(number=Count("pk")).order_by())
    # long work, and what is below the usual priority, takes the time that is left, for hours where it must
    usual = Job.objects.due(at).filter(priority__gte=0).exclude(queue__in=LONG_QUEUES)
    oldest = usual.aggregate(first=Min("run_after"))["first"]
    return Overview(
        counts={state.value: counted.get(state.value, 0) for state in LIVE},
        oldest_waiting_s=max(0.0, (at - oldest).total_seconds()) if oldest else 0.0,
        workers=list(living_workers(at)),
    )


def living_workers(at: datetime) -> QuerySet[Worker]:
    return Worker.objects.filter(seen_at__gt=at - timedelta(seconds=LEASE_SECONDS)).order_by("started_at")


def jobs(*, state: str = "", queue: str = "", path: str = "", owner: str = "", words: str = "") -> QuerySet[Job]:
    """For the operator's list, newest first. ``owner``: part of a name, or a whole e-mail; ``words``: a job's number, or
    part of the error of one that is not done."""
    found = Job.objects.select_related("owner").order_by("-id").defer("traceback", "result")
    filters: dict[str, Any] = {"state": state, "queue": queue, "path": path}
    found = found.filter(**{name: value for name, value in filters.items() if value})
    if owner:
        named = {"email__iexact": owner} if "@" in owner else {"name__icontains": owner}
        people = get_user_model().objects.filter(**named).values_list("pk", flat=True)
        found = found.filter(owner__in=list(people[:500]))  # by their own index; a join would walk all jobs
    if words:
        unwell = [each for each in State if each != State.DONE]
        number = Q(pk=int(words)) if words.isdecimal() and len(words) < 19 else Q()
        found = found.filter(number | Q(state__in=unwell, error__icontains=words))
    return found


@dataclass(frozen=True)
class Kind:
    """Jobs of one task: how many, how long the longest has been due."""

    path: str
    count: int
    seconds: float = 0.0
    is_long: bool = False


def dead_by_kind() -> list[Kind]:
    return _by_kind(Job.objects.dead())


def failing_by_kind(often: int) -> list[Kind]:
    return _by_kind(Job.objects.waiting().filter(attempts__gte=often))


def _by_kind(jobs: QuerySet[Job]) -> list[Kind]:
    return [Kind(*row) for row in jobs.order_by().values_list("path").annotate(n=Count("pk")).order_by("-n", "path")]


def waiting_by_kind(at: datetime) -> list[Kind]:
    """What is due and waits, the longest first. Long: whole queues of it, and what is below the usual priority."""
    long = Q(queue__in=LONG_QUEUES) | Q(priority__lt=0)
    due = Job.objects.due(at).order_by().values("path").annotate(n=Count("pk"), first=Min("run_after"))
    found = [
        Kind(row["path"], row["n"], (at - row["first"]).total_seconds(), is_long)
        for is_long, rows in ((False, due.exclude(long)), (True, due.filter(long)))
        for row in rows
    ]
    return sorted(found, key=lambda kind: -kind.seconds)


@dataclass(frozen=True)
class Workers:
    living: list[Worker]
    lost: list[Worker]


def workers(at: datetime) -> Workers:
    every = list(Worker.objects.order_by("started_at"))
    limit = at - timedelta(seconds=LEASE_SECONDS)
    return Workers([each for each in every if each.seen_at > limit], [each for each in every if each.seen_at <= limit])


def duties_without_holder(at: datetime) -> list[str]:
    """What should be done all the time and is not done by any worker, in words."""
    schedule.discover()
    held = set(Duty.objects.filter(lease_until__gt=at).values_list("name", flat=True))
    return sorted(str(duty.title) or duty.name for duty in schedule.duties if duty.name not in held)


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


def kinds() -> list[tuple[str, str]]:
    """Every task that is declared, and what it does in words."""
    schedule.discover()
    return sorted(((path, title_of(path)) for path in schedule.declared()), key=lambda kind: kind[1])


def queues() -> list[str]:
    schedule.discover()
    return sorted({task.queue_name for task in schedule.declared().values()})


def number_dead() -> int:
    return Job.objects.dead().count()
