"""What is known of resources over a period: a constant number of queries for each lot, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.institutions.models import Mandate
from lifelong.learning.models import Progress, Rating
from lifelong.monitoring.evaluating.effect import POSITIVE_STARS
from lifelong.monitoring.evaluating.indicators import Facts
from lifelong.monitoring.lifecycle import OpinionState, Scope
from lifelong.monitoring.models import EvaluationRun, ExpertOpinion, UsageDay, UsageTotal
from lifelong.monitoring.queries.evaluation_running import faulty_days
from lifelong.resources.lifecycle import Verb
from lifelong.resources.models import Step

LOT = 1_000
FIELDS = (
    "resource_id", "identifier", "title", "area", "type", "institution_id", "institution__region_id", "published_at",
    "version__number", "summary", "cover", "keywords", "outline", "category_id", "has_captions", "files",
)  # fmt: skip
# Who acts or acted for the institution that owns the resource does not speak for its learners.
NOT_THEIR_OWN = ~Exists(Mandate.objects.filter(user=OuterRef("user"), institution=OuterRef("resource__institution")))


def begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def end_of(day: date) -> datetime:
    """The first instant that is no longer part of it."""
    return begin_of(day + timedelta(days=1))


def judged(to_date: date) -> QuerySet[Entry]:
    """What was in the library by then and is in it still, hidden or not; a newer version stands for the older."""
    there = Q(published_at__lt=end_of(to_date)) | Q(version__number__gt=1)
    return Entry.objects.filter(there, visibility__in=[Visibility.ONLINE, Visibility.HIDDEN])


def entries(to_date: date, keys: Iterable[int]) -> list[dict[str, Any]]:
    return list(judged(to_date).filter(resource_id__in=list(keys)).order_by("resource_id").values(*FIELDS))


def is_counted(from_date: date, to_date: date) -> bool:
    """Whether use was counted at all: if so, a resource without a row was used by nobody."""
    return UsageTotal.objects.filter(scope=Scope.ALL, day__range=(from_date, to_date)).exists()


def facts_of(run: EvaluationRun, rows: Sequence[dict[str, Any]], *, counted: bool) -> dict[int, Facts]:
    keys = [row["resource_id"] for row in rows]
    until = end_of(run.to_date)
    since = first_published(rows)
    used = _used(keys, run.from_date, run.to_date) if counted else {}
    learned = _learned(rows, begin_of(run.from_date), until)
    rated = _rated(keys, until)
    said = _said(run, keys)
    faulty = faulty_days(keys, run.from_date, run.to_date)
    found = {}
    for row in rows:
        key = row["resource_id"]
        told, tellable = information(row)
        visitors, seconds = used.get(key, (0, 0)) if counted else (None, None)
        began, completed = learned.get(key, (0, 0))
        ratings, positive = rated.get(key, (0, 0))
        days = days_within(since[key], run.from_date, run.to_date)
        found[key] = Facts(
            days=days, sound_days=days - faulty[key] if key in faulty else None, visitors=visitors, seconds=seconds, began=began,
            completed=completed, ratings=ratings, positive=positive, told=told, tellable=tellable,
            opinions=tuple(said.get(key, ())),
        )  # fmt: skip
    return found


def days_within(since: datetime, from_date: date, to_date: date) -> int:
    """Whole days in the library, the first one not counted unless it was there before."""
    return max(0, (to_date - max(timezone.localdate(since), from_date - timedelta(days=1))).days)


def first_published(rows: Sequence[dict[str, Any]]) -> dict[int, datetime]:
    """Since when a resource is in the library, whatever version it is at."""
    later = [row["resource_id"] for row in rows if row["version__number"] > 1]
    came = Step.objects.filter(version__resource_id__in=later, verb__in=[Verb.PUBLISHED, Verb.LOADED])
    firsts = dict(came.order_by().values_list("version__resource").annotate(first=Min("at"))) if later else {}
    return {row["resource_id"]: firsts.get(row["resource_id"], row["published_at"]) for row in rows}


def information(row: dict[str, Any]) -> tuple[int, int]:
    told = [row[name] for name in ("summary", "cover", "keywords", "outline", "category_id")]
    told += [row["has_captions"]] if row["type"] == "A01" else []
    return sum(bool(one) for one in told), len(told)


def _used(keys: list[int], from_date: date, to_date: date) -> dict[int, tuple[int, int]]:
    days = UsageDay.objects.filter(resource_id__in=keys, day__range=(from_date, to_date)).order_by()
    rows = days.values_list("resource").annotate(visitors=Sum("visitors"), seconds=Sum("seconds"))
    return {key: (visitors, seconds) for key, visitors, seconds in rows}


def learners(keys: Iterable[int], files: dict[int, int]) -> Iterable[tuple[int, datetime, datetime | None]]:
    """Of each learner of each resource: when they began, and when they had completed every file of it."""
    rows = Progress.objects.filter(NOT_THEIR_OWN, resource_id__in=list(keys)).order_by().values_list("resource", "user")
    done = Count("pk", filter=Q(completed_at__isnull=False))
    counted = rows.annotate(first=Min("began_at"), done=done, last=Max("completed_at"))
    for key, _user, first, completed, last in counted.iterator():
        yield key, first, last if completed >= files[key] else None


def _learned(rows: Sequence[dict[str, Any]], since: datetime, until: datetime) -> dict[int, tuple[int, int]]:
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    files = {row["resource_id"]: max(1, len(row["files"])) for row in rows}
    for key, first, completed in learners(files, files):
        if since <= first < until:
            found[key][0] += 1
            found[key][1] += completed is not None and completed < until
    return {key: (began, done) for key, (began, done) in found.items()}


def _rated(keys: list[int], until: datetime) -> dict[int, tuple[int, int]]:
    rows = Rating.objects.filter(NOT_THEIR_OWN, resource_id__in=keys, at__lt=until).order_by().values_list("resource")
    positive = Count("pk", filter=Q(stars__gte=POSITIVE_STARS))
    return {key: (n, good) for key, n, good in rows.annotate(n=Count("pk"), good=positive)}


def _said(run: EvaluationRun, keys: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for one in ExpertOpinion.objects.filter(run=run, resource_id__in=keys, state=OpinionState.GIVEN).order_by("pk"):
        if one.points is not None:
            found[one.resource_id].append(one.points)
    return found
