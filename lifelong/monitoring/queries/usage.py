"""Figures of use for pages, from roll-ups only: as many questions for a million resources as for one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.categories import category_tree
from lifelong.institutions.models import Institution
from lifelong.learning.models import Progress
from lifelong.monitoring.lifecycle import Scope
from lifelong.monitoring.models import UsageCurve, UsageDay, UsagePeriod, UsageTotal
from lifelong.monitoring.usage.rollup import FIGURES
from lifelong.monitoring.usage.rules import BINS
from lifelong.regions.queries import provinces, region, reporting_regions, within
from lifelong.resources.models import Resource

UNITS = ("day", "week", "month")
SUMMED = {name: Sum(name) for name in ("views", "goings", "plays", "visitors", "seconds", "completions")}


@dataclass(frozen=True)
class Period:
    """``name``: 2026-11, 2026 or all; both days are of it."""

    name: str
    first: date
    last: date

    @property
    def is_month(self) -> bool:
        return len(self.name) == 7


@dataclass
class Point:
    """A day, week or month of a curve, by its first day."""

    begins: date
    figures: Counter[str] = field(default_factory=Counter)
    days: int = 0


def known_days() -> tuple[date, date] | None:
    """The first and the last day that was counted."""
    found = UsageTotal.objects.filter(scope=Scope.ALL).aggregate(first=Min("day"), last=Max("day"))
    return (found["first"], found["last"]) if found["first"] else None


def periods(today: date) -> list[Period]:
    """Those to choose from, the newest first: months, then years, then all."""
    known = known_days()
    first = min(known[0] if known else today, today)
    months, day = [], first.replace(day=1)
    while day <= today:
        after = (day + timedelta(days=32)).replace(day=1)
        months.append(Period(f"{day:%Y-%m}", day, min(after - timedelta(days=1), today)))
        day = after
    years = [Period(str(y), date(y, 1, 1), min(date(y, 12, 31), today)) for y in range(first.year, today.year + 1)]
    return [*reversed(months), *reversed(years), Period("all", first, today)]


def begin_of(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def curve(rows: list[dict[str, Any]], period: Period, unit: str) -> list[Point]:
    """Every day, week or month of the period, those without use as zero."""
    points: dict[date, Point] = {}
    for n in range((period.last - period.first).days + 1):
        begins = begin_of(period.first + timedelta(days=n), unit)
        points.setdefault(begins, Point(begins)).days += 1
    for row in rows:
        points[begin_of(row["day"], unit)].figures.update({name: row[name] for name in FIGURES})
    return list(points.values())


def total_days(scope: str, key: str, period: Period) -> list[dict[str, Any]]:
    rows = UsageTotal.objects.filter(scope=scope, key=key, day__range=(period.first, period.last))
    return list(rows.order_by("day").values("day", *FIGURES, "excluded"))


def resource_days(resource: Resource, period: Period) -> list[dict[str, Any]]:
    rows = UsageDay.objects.filter(resource=resource, day__range=(period.first, period.last))
    return list(rows.order_by("day").values("day", *FIGURES, "excluded"))


def summed(rows: list[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found.update({name: row[name] for name in FIGURES})
    return found


def not_counted(rows: list[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found.update(row["excluded"])
    return found


def of_scope(scope: str, key: str, period: Period) -> QuerySet[UsagePeriod]:
    """One row of each resource that was used."""
    rows = UsagePeriod.objects.filter(period=period.name)
    if scope == Scope.INSTITUTION:
        return rows.filter(institution__code=key)
    if scope == Scope.REGION:
        return rows.filter(region__in=within(key))
    if scope == Scope.AREA:
        return rows.filter(area=key)
    if scope == Scope.CATEGORY:
        nodes = category_tree().nodes.values()
        codes = {node.code for node in nodes if any(one.code == key for one in category_tree().path(node.pk))}
        return rows.filter(category__in=codes)
    return rows


def ordered(rows: QuerySet[UsagePeriod], sort: str) -> QuerySet[UsagePeriod]:
    return rows.order_by(f"-{sort}", "-views", "resource_id").select_related("institution")


def with_entries(rows: list[UsagePeriod]) -> list[UsagePeriod]:
    """Each with ``entry``, as the library shows it; None where it does not any more."""
    found = Entry.objects.shown_or_not().filter(resource_id__in=[row.resource_id for row in rows])
    entries = {entry.resource_id: entry for entry in found.only("version", "resource_id", "identifier", "title")}
    for row in rows:
        row.entry = entries.get(row.resource_id)  # type: ignore[attr-defined]
    return rows


def by_institution(rows: QuerySet[UsagePeriod], most: int) -> list[dict[str, Any]]:
    names = rows.order_by().values(code=F("institution__code"), name=F("institution__name"))
    return _rows(names.annotate(n=Count("resource"), **SUMMED).order_by("-views", "code")[:most])


def by_area(rows: QuerySet[UsagePeriod]) -> list[dict[str, Any]]:
    return _rows(
        rows.order_by().values(key=F("area")).annotate(n=Count("resource"), **SUMMED).order_by("-views", "key")
    )


def by_category(rows: QuerySet[UsagePeriod], above: str) -> list[tuple[str, str, Counter[str]]]:
    """Code, name and sums of what stands directly below ``above`` (of the areas' own children where it is empty)."""
    tree, found = category_tree(), dict[str, Counter[str]]()
    for row in _rows(rows.order_by().values("category").annotate(n=Count("resource"), **SUMMED)):
        node = tree.by_code.get(row["category"])
        codes = [one.code for one in tree.path(node.pk)] if node else []
        place = codes.index(above) + 1 if above in codes else 1
        if place < len(codes):
            found.setdefault(codes[place], Counter()).update({name: row[name] for name in ("n", *SUMMED)})
    named = [(code, tree.by_code[code].name, sums) for code, sums in found.items()]
    return sorted(named, key=lambda one: (-one[2]["views"], one[0]))


def by_region(rows: QuerySet[UsagePeriod], home: str) -> list[tuple[str, str, Counter[str]]]:
    """Provinces; beneath a region what reports to it, and what stands in it directly."""
    lines = [*reporting_regions(home)] if home else provinces()
    line_of = {code: one.code for one in lines for code in within(one)}
    found: dict[str, Counter[str]] = {}
    for row in _rows(rows.order_by().values("region").annotate(n=Count("resource"), **SUMMED)):
        code = line_of.get(row["region"], home)
        found.setdefault(code, Counter()).update({name: row[name] for name in ("n", *SUMMED)})
    named = [(code, str(region(code) or ""), sums) for code, sums in found.items()]
    return sorted(named, key=lambda one: (-one[2]["views"], one[0]))


def retention(resource: Resource, period: Period) -> list[tuple[int, float, list[int]]]:
    """Of each file its length and how many visitors passed each part, over all days of the period."""
    rows = UsageCurve.objects.filter(resource=resource, day__range=(period.first, period.last)).order_by("file", "day")
    found: dict[int, tuple[float, list[int]]] = {}
    for file, length_s, bins in rows.values_list("file", "length_s", "bins"):
        before = found.get(file, (0.0, [0] * BINS))[1]
        found[file] = (length_s, [a + b for a, b in zip(before, bins, strict=True)])
    return [(file, length_s, bins) for file, (length_s, bins) in found.items()]


def cohorts(resource: Resource) -> list[dict[str, Any]]:
    """By the month in which learners began: how many, and how many of them have finished a file by now."""
    began = Progress.objects.filter(resource=resource, wall_s__gt=0).order_by()
    rows = began.values(month=TruncMonth("began_at")).annotate(
        learners=Count("user", distinct=True),
        finished=Count("user", distinct=True, filter=Q(completed_at__isnull=False)),
    )
    return _rows(rows.order_by("-month")[:24])


def _rows(found: Any) -> list[dict[str, Any]]:
    return list(found)


def institution_named(code: str) -> Institution | None:
    return Institution.objects.filter(code=code).first()
