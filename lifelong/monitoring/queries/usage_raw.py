"""Raw events on their way to DuckDB: straight from the database to a file of commas, never through our objects."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count

from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.categories import category_tree
from lifelong.monitoring.lifecycle import Scope
from lifelong.monitoring.models import UsageDay, UsageEvent, UsageRun
from lifelong.monitoring.usage import history, rollup
from lifelong.regions.queries import tree
from lifelong.resources.models import Resource

if TYPE_CHECKING:
    import duckdb

Place = tuple[int | None, str, str, str]  # institution, region, category, area
PIECE = 20_000  # rows read at a time
SELECT = (
    "SELECT key, at, kind, resource_id, file, visitor, person, session, standing, length_s, spans "
    "FROM monitoring_usageevent WHERE day = "
)


@contextmanager
def events_of(day: date) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A DuckDB whose ``raw`` holds the day: what is still in the table, and what has moved to Parquet."""
    with rollup.bench() as (base, folder):
        rollup.make_raw(base)
        if sha256 := archived(day):
            rollup.take_parquet(base, history.sound(day, sha256))
        rollup.take_csv(base, written(day, folder / "day.csv"))
        yield base


def archived(day: date) -> str:
    """The hash of the day's file; empty while it has none."""
    return UsageRun.objects.filter(day=day).values_list("sha256", flat=True).first() or ""


def written(day: date, path: Path) -> Path:
    if connection.vendor == "postgresql":
        with path.open("wb") as file, connection.cursor() as cursor:
            sql = f"COPY ({SELECT}'{day.isoformat()}') TO STDOUT WITH (FORMAT csv, NULL '\\N')"
            with cursor.cursor.copy(sql) as copy:
                for block in copy:
                    file.write(block)
        return path
    with path.open("w", encoding="utf-8", newline="") as file, connection.cursor() as cursor:
        cursor.execute(SELECT + "%s", [day.isoformat()])
        write = csv.writer(file).writerows
        while rows := cursor.fetchmany(PIECE):
            write(rows)
    return path


def places_of(day: date, resources: list[int]) -> dict[int, Place]:
    """Whose each resource was when the day was first counted; of what is new on it, whose it is now."""
    names = ("institution_id", "region", "category", "area")
    found: dict[int, Place] = {
        row[0]: (row[1], row[2], row[3], row[4])
        for row in UsageDay.objects.filter(day=day).values_list("resource_id", *names)
    }
    missing = [key for key in resources if key not in found]
    for start in range(0, len(missing), 5_000):
        some = missing[start : start + 5_000]
        entries = Entry.objects.shown_or_not().filter(resource_id__in=some).select_related("category")
        for entry in entries.only("resource_id", "institution_id", "region_id", "category__code", "area"):
            category = entry.category.code if entry.category else ""
            found[entry.resource_id] = (entry.institution_id, entry.region_id or "", category, entry.area)
    return found


def known_resources(resources: list[int]) -> set[int]:
    """Those that exist: an event may name what never was."""
    found: set[int] = set()
    for start in range(0, len(resources), 5_000):
        found.update(Resource.objects.filter(pk__in=resources[start : start + 5_000]).values_list("pk", flat=True))
    return found


def scopes_of(places: dict[int, Place], codes: dict[int, str]) -> Iterator[tuple[int, str, str]]:
    """Every total that a resource is part of; a region's and a category's line above them included."""
    regions, categories = tree().regions, category_tree()
    for resource, (institution, region, category, area) in places.items():
        yield resource, Scope.ALL, ""
        if institution:
            yield resource, Scope.INSTITUTION, codes[institution]
        code: str | None = region
        while code and code in regions:
            yield resource, Scope.REGION, code
            code = regions[code].reporting_parent_id
        node = categories.by_code.get(category)
        for one in categories.path(node.pk) if node else ():
            yield resource, Scope.CATEGORY, one.code
        if area:
            yield resource, Scope.AREA, area


def recent_days(today: date, most: int = 3) -> list[date]:
    """Of today and the days before those whose records are more than were last counted, the oldest first."""
    since = today - timedelta(days=most - 1)
    return _uncounted(dict(UsageEvent.objects.filter(day__gte=since).values_list("day").annotate(Count("pk"))))


def all_uncounted() -> list[date]:
    return _uncounted(dict(UsageEvent.objects.values_list("day").annotate(Count("pk"))))


def _uncounted(numbers: dict[date, int]) -> list[date]:
    known = {run.day: run.events - run.archived for run in UsageRun.objects.filter(day__in=numbers)}
    return sorted(day for day, n in numbers.items() if known.get(day) != n)
