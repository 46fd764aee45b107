"""Runs and what they say, as far as a person may see it; counted in the database, as many questions for 100,000 as for two."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.monitoring.evaluating import reckoning
from lifelong.monitoring.evaluating.scheme import RECOMMEND, Band, Scheme, read
from lifelong.monitoring.lifecycle import REMEDY_OPEN, REMEDY_OWED, OpinionState, RemedyState, RunState, StatementState
from lifelong.monitoring.models import (
    Evaluation,
    EvaluationRun,
    ExpertOpinion,
    GradeMove,
    InstitutionStanding,
    Remedy,
    Statement,
)
from lifelong.regions.models import Region
from lifelong.regions.queries import region as region_at
from lifelong.resources.queries.reach import reach_of

BINS = 20  # of five points
EVERY = ("evaluation.manage", "evaluation.decide")  # who sees a run also before it is in force
SAMPLE = 2_000  # evaluations that a changed scheme is tried on


def sees_every_run(user: User) -> bool:
    return any(user.has_right(right) for right in EVERY)


def runs_seen_by(user: User) -> QuerySet[EvaluationRun]:
    runs = EvaluationRun.objects.select_related("decided_by")
    return runs if sees_every_run(user) else runs.filter(state=RunState.DECIDED)


def evaluations_seen_by(user: User, run: EvaluationRun) -> QuerySet[Evaluation]:
    """The policy's rule as a query."""
    found = run.evaluations.all()
    if sees_every_run(user):
        return found
    if run.state != RunState.DECIDED:
        return found.none()
    reach = reach_of(user)
    regions = reach.regions if user.has_right("monitoring.read") else ()
    return found.filter(Q(region_code__in=regions) | Q(institution__in=reach.own))


def narrowed(found: QuerySet[Evaluation], asked: dict[str, str]) -> QuerySet[Evaluation]:
    """``asked``: q, grade (a band, ``none`` for ungraded, ``moved``), area, type, institution (a code), statement."""
    if text := asked.get("q", "").strip():
        found = found.filter(
            Q(title__icontains=text) | Q(identifier__iexact=text) | Q(institution__name__icontains=text)
        )
    for name, path in (("area", "area"), ("type", "type"), ("institution", "institution__code")):
        if asked.get(name):
            found = found.filter(**{path: asked[name]})
    match asked.get("grade", ""):
        case "":
            pass
        case "none":
            found = found.filter(grade="")
        case grade:
            found = found.filter(grade=grade)
    look = {
        "statement": Q(statement__state=StatementState.OPEN), "remedy": Q(remedy__state__in=REMEDY_OPEN),
        "withdrawing": Q(remedy__state=RemedyState.WITHDRAWING),
        "late": Q(remedy__state__in=REMEDY_OWED, remedy__due_date__lt=timezone.localdate()),
    }.get(asked.get("look", ""))  # fmt: skip
    return found.filter(look) if look is not None else found


def ordered(found: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """The best first, what has no score last; a page of it is walked along the index."""
    listed = found.select_related("institution", "remedy", "statement").defer("working")
    return listed.order_by("-points", "id")


@dataclass(frozen=True)
class Bar:
    """``height`` of 100; the band that its lower edge lies in."""

    start: int
    n: int
    height: float
    band: Band


@dataclass(frozen=True)
class Distribution:
    total: int
    graded: int
    fresh: int
    thin: int
    mean: Decimal | None
    grades: list[tuple[Band, int]]
    bars: list[Bar]
    areas: list[tuple[str, int, list[int]]]  # area, graded, by band


def distribution(found: QuerySet[Evaluation], scheme: Scheme) -> Distribution:
    """One pass over an index, without a look at the workings."""
    rows = found.order_by().annotate(bin=F("points") / 500).values_list("area", "ungraded", "grade", "bin")
    by_area: dict[str, Counter[str]] = {}
    grades, why, bins, points, number = Counter[str](), Counter[str](), Counter[int](), 0, 0
    for area, ungraded, grade, place, n, its_points in rows.annotate(n=Count("pk"), its_points=Sum("points")):
        number += n
        why[ungraded] += n
        if not ungraded:
            bins[min(BINS - 1, place)] += n
        if grade:
            by_area.setdefault(area, Counter())[grade] += n
            grades[grade] += n
            points += its_points
    most = max([*bins.values(), 1])
    bars = [Bar(5 * n, bins[n], round(100 * bins[n] / most, 1), _band_at(scheme, 5 * n)) for n in range(BINS)]
    return Distribution(
        total=number, graded=grades.total(), fresh=why[reckoning.FRESH], thin=why[reckoning.THIN],
        mean=_mean(points, grades.total()) if grades else None,
        grades=[(band, grades[band.id]) for band in scheme.bands], bars=bars,
        areas=[
            (area, counted.total(), [counted[band.id] for band in scheme.bands])
            for area, counted in sorted(by_area.items())
        ],
    )  # fmt: skip


def _band_at(scheme: Scheme, score: int) -> Band:
    return next(band for band in scheme.bands if score >= band.start)


def regions_of(
    found: QuerySet[Evaluation], scheme: Scheme
) -> list[tuple[Region | None, int, Decimal | None, list[int]]]:
    """Each region that has resources: how many graded, their mean, by band; one pass over an index."""
    rows = found.order_by().exclude(grade="").values_list("region_code", "grade")
    by_code: dict[str, dict[str, tuple[int, int]]] = {}
    for code, grade, n, points in rows.annotate(n=Count("pk"), its_points=Sum("points")):
        by_code.setdefault(code, {})[grade] = (n, points)
    lines: list[tuple[Region | None, int, Decimal | None, list[int]]] = []
    for code, grades in sorted(by_code.items()):
        total = sum(n for n, _points in grades.values())
        mean = _mean(sum(points for _n, points in grades.values()), total)
        lines.append((region_at(code), total, mean, [grades.get(band.id, (0, 0))[0] for band in scheme.bands]))
    return lines


def _mean(points: int, number: int) -> Decimal:
    return (Decimal(points) / 100 / number).quantize(reckoning.CENT)


def standings_of(user: User) -> QuerySet[InstitutionStanding]:
    """Of the institutions that the person acts for, in runs in force, the newest first."""
    mine = InstitutionStanding.objects.filter(institution__in=reach_of(user).own, run__state=RunState.DECIDED)
    return mine.select_related("run", "institution").order_by("-run__year", "institution__code")


def moves_of(evaluation: Evaluation) -> QuerySet[GradeMove]:
    return GradeMove.objects.filter(run=evaluation.run_id, resource=evaluation.resource_id).select_related("by")


def opinions_on(evaluation: Evaluation) -> QuerySet[ExpertOpinion]:
    given = ExpertOpinion.objects.filter(
        run=evaluation.run_id, resource=evaluation.resource_id, state=OpinionState.GIVEN
    )
    return given.select_related("expert").order_by("pk")


def commended(resource_id: int) -> tuple[int, str] | None:
    """The newest year in force that recommends the resource, with the word of its grade; one query, for the public page."""
    found = (
        Evaluation.objects.filter(resource=resource_id, run__state=RunState.DECIDED)
        .order_by("-run__year").values_list("run__year", "grade", "run__scheme").first()
    )  # fmt: skip
    if found is None or not found[1]:
        return None
    band = read(found[2]).band(found[1])
    return (found[0], band.title) if band and band.effect == RECOMMEND else None


def commended_in(run: EvaluationRun, most: int) -> list[str]:
    """Identifiers of the recommended ones, the best first, as many areas as there are among the first."""
    grades = read(run.scheme).with_effect(RECOMMEND)
    rows = run.evaluations.filter(grade__in=grades).order_by("-points", "id").values_list("identifier", "area")
    by_area: dict[str, list[str]] = {}
    for identifier, area in rows[: most * 10]:
        by_area.setdefault(area, []).append(identifier)
    rounds = max((len(some) for some in by_area.values()), default=0)
    taken = [some[n] for n in range(rounds) for some in by_area.values() if n < len(some)]
    return taken[:most]


def tried(run: EvaluationRun, scheme: Scheme) -> tuple[int, Counter[str], Counter[str]]:
    """What another scheme would make of a sample of the run: how many, grades as reckoned, grades under it."""
    # taken in the database: a hundred thousand workings are not fetched to keep two thousand
    step = max(1, run.number // SAMPLE)
    turns = run.evaluations.filter(ungraded="").annotate(turn=F("resource_id") % step).filter(turn=0)
    sample: Sequence[tuple[str, Any]] = list(turns.order_by("resource").values_list("reckoned", "working")[:SAMPLE])
    then = Counter(reckoning.again(scheme, working)[1] for _grade, working in sample)
    return len(sample), Counter(grade for grade, _working in sample), then


# What waits


def open_statements() -> QuerySet[Statement]:
    return Statement.objects.filter(state=StatementState.OPEN)


def remedies_of(institutions: Iterable[int]) -> QuerySet[Remedy]:
    """What institutions still have to choose or to hand in."""
    return Remedy.objects.filter(state__in=REMEDY_OWED, evaluation__institution__in=institutions)


def remedies_late() -> QuerySet[Remedy]:
    return Remedy.objects.filter(state__in=REMEDY_OWED, due_date__lt=timezone.localdate())


def withdrawals_agreed() -> QuerySet[Remedy]:
    return Remedy.objects.filter(state=RemedyState.WITHDRAWING)
