"""A day is counted: the rules run over its raw events, and what differs from what stands is written, in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count as CountOf
from django.db.models import Model

from lifelong.catalogue.actions import counting
from lifelong.catalogue.models import Count
from lifelong.institutions.models import Institution
from lifelong.monitoring.models import UsageCurve, UsageDay, UsageLearner, UsagePeriod, UsageRun, UsageTotal
from lifelong.monitoring.queries import usage_raw
from lifelong.monitoring.usage import rollup
from lifelong.monitoring.usage.rules import RULES

SLICE = 2_000
ALWAYS = "all"
PLACE = ("institution_id", "region", "category", "area")
WRITTEN = [*rollup.FIGURES, "excluded"]


@dataclass
class Outcome:
    """``written``: rows that differed from what stood; ``resources``: those whose day changed."""

    events: int = 0
    written: int = 0
    resources: set[int] = field(default_factory=set)


def rules_hash() -> str:
    return sha256("".join(rule.statement for rule in RULES).encode()).hexdigest()[:16]


def made(day: date) -> tuple[rollup.Counted, dict[str, dict[Any, dict[str, Any]]]]:
    """What the rules make of the day, as rows by model and key; nothing is written."""
    with usage_raw.events_of(day) as base:
        resources = rollup.resources_in(base)
        known = usage_raw.known_resources(resources)
        places = usage_raw.places_of(day, sorted(known))
        places = {key: places.get(key, (None, "", "", "")) for key in known}
        codes = dict(
            Institution.objects.filter(pk__in={place[0] for place in places.values()}).values_list("pk", "code")
        )
        counted = rollup.count(base, usage_raw.scopes_of(places, codes))
    days = {
        (key,): {**figures, "excluded": counted.excluded.get(key, {}), **dict(zip(PLACE, places[key], strict=True))}
        for key, figures in counted.days.items() if key in known
    }  # fmt: skip
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for key, scope, name in usage_raw.scopes_of(places, codes):
        for why, n in counted.excluded.get(key, {}).items():
            total = sums.setdefault((str(scope), name), {})
            total[why] = total.get(why, 0) + n
    totals = {key: {**figures, "excluded": sums.get(key, {})} for key, figures in counted.totals.items()}
    curves = {
        key: {"length_s": length / 10, "bins": bins}
        for key, (length, bins) in counted.curves.items()
        if key[0] in known
    }
    learners: dict[Any, dict[str, Any]] = {(key, person): {} for key, person in counted.learners if key in known}
    return counted, {"days": days, "totals": totals, "curves": curves, "learners": learners}


TABLES: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "days": (UsageDay, ("resource_id",)),
    "totals": (UsageTotal, ("scope", "key")),
    "curves": (UsageCurve, ("resource_id", "file")),
    "learners": (UsageLearner, ("resource_id", "person")),
}


def count_day(day: date, *, at: datetime) -> Outcome:
    """Safe to repeat: the same events give the same rows, and only what differs is written."""
    counted, rows = made(day)
    differ = {name: differing(model, keys, day, rows[name]) for name, (model, keys) in TABLES.items()}
    outcome = Outcome(events=counted.events)
    with transaction.atomic():
        for name, (fresh, gone) in differ.items():
            write_day(*TABLES[name], day, rows[name], fresh, gone)
            outcome.written += len(fresh) + len(gone)
            if name in ("days", "learners"):
                outcome.resources |= {key[0] for key in fresh | gone}
        sum_up(outcome.resources, [f"{day:%Y-%m}", f"{day:%Y}", ALWAYS])
        values = {"events": counted.events, "rules": rules_hash(), "counted_at": at}
        UsageRun.objects.update_or_create(day=day, defaults=values)
        tell(outcome.resources, at=at)
    return outcome


def differing(
    model: type[Model], keys: tuple[str, ...], day: date, rows: dict[Any, dict[str, Any]]
) -> tuple[set[Any], set[Any]]:
    """Keys of the day to be written, and of those that stand and should not."""
    fields = sorted({name for row in rows.values() for name in row}) or []
    standing = {}
    stored = fields or [
        f.attname for f in model._meta.concrete_fields if f.attname in {*WRITTEN, *PLACE, "length_s", "bins"}
    ]
    for row in model._default_manager.filter(day=day).values(*keys, *stored).iterator():
        standing[tuple(row[key] for key in keys)] = {name: row[name] for name in stored}
    fresh = {key for key, row in rows.items() if standing.get(key) != row}
    return fresh, standing.keys() - rows.keys()


def write_day(
    model: type[Model],
    keys: tuple[str, ...],
    day: date,
    rows: dict[Any, dict[str, Any]],
    fresh: set[Any],
    gone: set[Any],
) -> None:
    objects = model._default_manager
    for key in sorted(gone):
        objects.filter(day=day, **dict(zip(keys, key, strict=True))).delete()
    made = [model(day=day, **dict(zip(keys, key, strict=True)), **rows[key]) for key in sorted(fresh)]
    names = sorted({name.removesuffix("_id") for key in fresh for name in rows[key]})
    if names:
        unique = [name.removesuffix("_id") for name in keys] + ["day"]
        objects.bulk_create(made, batch_size=SLICE, update_conflicts=True, unique_fields=unique, update_fields=names)
    else:
        objects.bulk_create(made, batch_size=SLICE, ignore_conflicts=True)


def sum_up(resources: set[int], periods: Iterable[str]) -> None:
    """Month from days, year from months, all from years; learners are people, counted once in each."""
    keys = sorted(resources)
    for period in periods:
        for start in range(0, len(keys), SLICE):
            some = keys[start : start + SLICE]
            rows = summed(some, period)
            UsagePeriod.objects.filter(resource_id__in=set(some) - rows.keys(), period=period).delete()
            UsagePeriod.objects.bulk_create(
                rows.values(), update_conflicts=True, unique_fields=["resource", "period"],
                update_fields=[*WRITTEN, "institution", "region", "category", "area"],
            )  # fmt: skip


def summed(keys: list[int], period: str) -> dict[int, UsagePeriod]:
    """What the parts of a period make of it; nothing is written."""
    sums = [name for name in rollup.FIGURES if name != "learners"]
    if len(period) == 7:
        of_days = UsageDay.objects.filter(day__year=int(period[:4]), day__month=int(period[5:]), resource_id__in=keys)
        parts: Any = of_days.order_by("day")
    elif period == ALWAYS:
        years = UsagePeriod.objects.filter(resource_id__in=keys).exclude(period__contains="-").exclude(period=ALWAYS)
        parts = years.order_by("period")
    else:
        parts = UsagePeriod.objects.filter(resource_id__in=keys, period__startswith=f"{period}-").order_by("period")
    people = UsageLearner.objects.filter(resource_id__in=keys)
    if period != ALWAYS:
        people = people.filter(day__year=int(period[:4]))
    if len(period) == 7:
        people = people.filter(day__month=int(period[5:]))
    learners = dict(people.values_list("resource_id").annotate(CountOf("person", distinct=True)).order_by())
    rows: dict[int, UsagePeriod] = {}
    for part in parts.values("resource_id", *sums, "excluded", *PLACE):
        row = rows.setdefault(
            part["resource_id"], UsagePeriod(period=period, resource_id=part["resource_id"], excluded={})
        )
        for name in sums:
            setattr(row, name, getattr(row, name) + part[name])
        for why, n in part["excluded"].items():
            row.excluded[why] = row.excluded.get(why, 0) + n
        for name in PLACE:  # the last that stands: where it belonged in the end
            setattr(row, name, part[name])
        row.learners = learners.get(part["resource_id"], 0)
    return rows


def tell(resources: set[int], *, at: datetime) -> None:
    keys = sorted(resources)
    for start in range(0, len(keys), SLICE):
        some = keys[start : start + SLICE]
        sums = UsagePeriod.objects.filter(resource_id__in=some, period=ALWAYS)
        counts = {row.resource_id: (row.views, row.learners) for row in sums}
        counting.set_counts({key: counts.get(key, (0, 0)) for key in some}, at=at)


def count_days(days: Iterable[date], *, at: datetime, told: Callable[[date, Outcome], None] | None = None) -> int:
    """How many days."""
    n = 0
    for day in days:
        outcome = count_day(day, at=at)
        n += 1
        if told:
            told(day, outcome)
    return n


def compare_day(day: date) -> list[str]:
    """What stands and is not what the rules make of the day's raw events; empty where all is well."""
    _counted, rows = made(day)
    found = []
    for name, (model, keys) in TABLES.items():
        fresh, gone = differing(model, keys, day, rows[name])
        found += [f"{name} {day} {' '.join(map(str, key))}" for key in sorted(fresh | gone)]
    return found


def compare_periods(days: Iterable[date]) -> list[str]:
    """Of what was used in their months: months, years, all, and what the library shows, each against its parts."""
    months = sorted({f"{day:%Y-%m}" for day in days})
    keys = set(UsagePeriod.objects.filter(period__in=months).values_list("resource_id", flat=True))
    for month in months:
        of_days = UsageDay.objects.filter(day__year=int(month[:4]), day__month=int(month[5:]))
        keys.update(of_days.values_list("resource_id", flat=True).distinct())
    periods, found = [*months, *sorted({month[:4] for month in months}), ALWAYS], []
    for start in range(0, len(keys), SLICE):
        some = sorted(keys)[start : start + SLICE]
        for period in periods:
            stands = {row.resource_id: row for row in UsagePeriod.objects.filter(period=period, resource_id__in=some)}
            wanted = summed(some, period)
            found += [f"period {period} {key}" for key in some if as_told(wanted.get(key)) != as_told(stands.get(key))]
        totals = {key: (row.views, row.learners) for key, row in stands.items()}
        counts = Count.objects.filter(resource_id__in=some).values_list("resource_id", "views", "learners")
        shown = {key: (views, learners) for key, views, learners in counts}
        found += [f"library {key}" for key in some if totals.get(key, (0, 0)) != shown.get(key, (0, 0))]
    return found


def as_told(row: UsagePeriod | None) -> list[Any] | None:
    return [getattr(row, name) for name in (*WRITTEN, *PLACE)] if row else None
