# ruff: noqa: E402 - the settings are read when the first model is imported
"""A simulated year whose true counts are known, counted, archived, rebuilt from Parquet and compared; then a month of many events.

``python bench/usage.py [--visits 150] [--days 365] [--month 3000000] [--resources 2000] [--over 30] [--again 30] [--seed 5]``

The year goes through the database as real events do: double clicks, robots, staff, the own institution, a campus behind one
address, replays, forgeries, records that come late. ``--month`` events lie in Parquet from the start and are only counted; over ``--over``
days, ``--again`` of them twice.
"""

import argparse
import json
import os
import resource as limits
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
FOLDER = tempfile.TemporaryDirectory(prefix="bench-usage-")
os.environ["LIFELONG_DATA"] = FOLDER.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.media import storage
from lifelong.monitoring.actions import usage_counting, usage_history
from lifelong.monitoring.models import (
    UsageCurve,
    UsageDay,
    UsageEvent,
    UsageLearner,
    UsagePeriod,
    UsageRun,
    UsageTotal,
)
from lifelong.monitoring.queries import usage_raw
from lifelong.monitoring.usage import history, rollup

TABLES = [UsageDay, UsageTotal, UsageCurve, UsageLearner, UsagePeriod]
LENGTH_S = 400


class Year:
    """``truth``: (day, resource) → figures and reasons; ``learners``: day → people."""

    def __init__(self, resources: list[int], seed: int) -> None:
        self.random, self.resources = Random(seed), resources
        self.truth: dict[tuple[date, int], Counter[str]] = {}
        self.learners: dict[tuple[date, int], set[str]] = {}
        self.late: list[UsageEvent] = []
        self.number = 0

    def day(self, day: date, visits: int) -> list[UsageEvent]:
        rows: list[UsageEvent] = []
        for _ in range(visits):
            rows += self.visit(day)
        for _ in range(20 if day.weekday() == 2 else 0):  # a class opens the same page within a minute
            rows += self.visit(day, kind="read", resource=self.resources[0], second=30_000)
        self.random.shuffle(rows)
        if day.day % 9 == 0:
            self.late += rows[: len(rows) // 20]
            rows = rows[len(rows) // 20 :]
        return rows

    def visit(self, day: date, kind: str = "", resource: int = 0, second: int = 0) -> list[UsageEvent]:
        random = self.random
        resource = resource or random.choice(self.resources)
        kinds = ["read", "watch", "watch", "short", "twice", "robot", "staff", "own", "replay", "forged", "leave"]
        kind = kind or random.choice(kinds)
        begins = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            seconds=second or random.randint(0, 50_000)
        )
        self.number += 1
        told = {
            "day": day,
            "resource_id": resource,
            "visitor": f"v{self.number}",
            "session": f"s{self.number}",
            "length_s": LENGTH_S,
        }
        is_public = kind not in ("robot", "staff", "own")
        told["standing"] = "public" if is_public else kind
        count = self.truth.setdefault((day, resource), Counter())
        rows = [self.event(begins, "view", told)]
        if not is_public:
            count[kind] += 1
            return rows
        count.update(views=1, visitors=1)
        if kind == "twice":
            rows.append(self.event(begins + timedelta(seconds=random.randint(1, 30)), "view", told))
            count["double"] += 1
        elif kind == "leave":  # to where a linked course runs, pressed twice
            rows += [self.event(begins + timedelta(seconds=9 + n), "go", told) for n in (0, 20)]
            count.update(goings=1, double=1)
        elif kind == "replay":
            rows.append(self.event(begins + timedelta(seconds=random.randint(1, 3_000)), "view", told, key=rows[0].key))
            count["repeat"] += 1
        elif kind == "forged":
            rows.append(self.event(begins + timedelta(seconds=5), "watch", told, spans=[[0, LENGTH_S]]))
            count.update(clock=1, short=1)
        elif kind == "short":
            rows.append(self.event(begins + timedelta(seconds=8), "watch", told, spans=[[0, 6]]))
            count.update(short=1, seconds=6)
        elif kind == "watch":
            rows += self.watch(begins, told, count)
        return rows

    def watch(self, begins: datetime, told: dict[str, Any], count: Counter[str]) -> list[UsageEvent]:
        steps, person = self.random.randint(1, LENGTH_S // 20), ""
        if self.random.random() < 0.5:
            person = f"p{self.random.randint(1, 500)}"
            self.learners.setdefault((told["day"], told["resource_id"]), set()).add(person)
        told = {**told, "person": person}
        rows = [
            self.event(begins + timedelta(seconds=20 * n), "watch", told, spans=[[20 * n - 20, 20 * n]])
            for n in range(1, steps + 1)
        ]
        if self.random.random() < 0.3:  # sees the last part again: no second more
            rows.append(self.event(rows[-1].at + timedelta(seconds=25), "watch", told, spans=rows[-1].spans))
        count.update(plays=1, seconds=20 * steps, completions=int(20 * steps >= 0.9 * LENGTH_S))
        return rows

    def event(self, at: datetime, kind: str, told: dict[str, Any], *, key: str = "", spans: Any = ()) -> UsageEvent:
        return UsageEvent(at=at, kind=kind, key=key or f"{self.random.getrandbits(120):x}", spans=list(spans), **told)


def check(year: Year) -> int:
    """How many figures were held against the truth; stops at the first that differs."""
    held = 0
    rows = {(row.day, row.resource_id): row for row in UsageDay.objects.all()}
    assert rows.keys() == year.truth.keys(), "days of resources"
    for key, truth in year.truth.items():
        row = rows[key]
        for name in rollup.FIGURES:
            wanted = len(year.learners.get(key, ())) if name == "learners" else truth[name]
            assert getattr(row, name) == wanted, (key, name, getattr(row, name), wanted)
            held += 1
        reasons = {name: truth[name] for name in usage_raw_reasons() if truth[name]}
        assert row.excluded == reasons, (key, row.excluded, reasons)
    for total in UsageTotal.objects.filter(scope="all"):
        mine = [truth for (day, _key), truth in year.truth.items() if day == total.day]
        people = {person for (day, _key), found in year.learners.items() if day == total.day for person in found}
        assert total.views == sum(truth["views"] for truth in mine)
        assert total.visitors == sum(truth["visitors"] for truth in mine)
        assert total.learners == len(people)
        held += 3
    return held


def usage_raw_reasons() -> list[str]:
    return ["robot", "staff", "own", "double", "repeat", "clock", "short"]


def digest() -> str:
    """Of every row of every roll-up, without the keys that the database gave."""
    found = sha256()
    for table in TABLES:
        rows = [json.dumps({**row, "id": 0}, sort_keys=True, default=str) for row in table.objects.values()]
        found.update("\n".join(sorted(rows)).encode())
    return found.hexdigest()


def one_year(resources: list[int], asked: argparse.Namespace) -> None:
    year, first = Year(resources, asked.seed), date(2025, 7, 1)
    days = [first + timedelta(days=n) for n in range(asked.days)]
    events = 0
    for day in days:
        rows = year.day(day, asked.visits)
        UsageEvent.objects.bulk_create(rows, batch_size=2_000)
        events += len(rows)
    began = time.perf_counter()
    usage_counting.count_days(days, at=timezone.now())
    took = time.perf_counter() - began
    print(
        f"year: {events:,} events over {len(days)} days counted in {took:.1f} s ({took / len(days) * 1000:.0f} ms a day)"
    )
    UsageEvent.objects.bulk_create(year.late, batch_size=2_000)
    again = usage_raw.all_uncounted()
    usage_counting.count_days(again, at=timezone.now())
    print(f"late: {len(year.late):,} events made {len(again)} days be counted again")
    print(f"truth: {check(year):,} figures equal")
    before = digest()
    began = time.perf_counter()
    moved = sum(usage_history.archive(day, at=timezone.now()) for day in days)
    size = sum(path.stat().st_size for path in history.folder().rglob("*.parquet"))
    print(
        f"archive: {moved:,} events to Parquet in {time.perf_counter() - began:.1f} s, {size / moved:.0f} bytes an event, read back and equal"
    )
    for table in TABLES:
        table.objects.all().delete()
    began = time.perf_counter()
    usage_counting.count_days(days, at=timezone.now())
    took = time.perf_counter() - began
    assert not UsageEvent.objects.exists()
    assert digest() == before, "the rebuilt year differs"
    print(f"rebuilt from Parquet in {took:.1f} s, byte-identical: {before[:16]}")


MONTH_DAY = """
COPY (SELECT md5(v || '/' || i) AS key, {begins} + (v * 7919) % 60000000 + i * 20300 AS ms, CASE WHEN i = 0 THEN 'view' ELSE 'watch' END AS kind,
  resources[1 + (v * 2654435761) % len(resources)] AS resource, 1 AS file, md5('v' || v) AS visitor,
  CASE WHEN v % 3 = 0 THEN md5('p' || v % 100000) ELSE '' END AS person, md5('s' || v) AS session,
  CASE WHEN v % 20 = 0 THEN 'robot' ELSE 'public' END AS standing, 3600 AS length,
  CASE WHEN i = 0 THEN '[]' ELSE '[[' || (i - 1) * 20 || ',' || i * 20 || ']]' END AS spans
  FROM (SELECT unnest(range({visits})) AS v), (SELECT unnest(range(10)) AS i), (SELECT ?::BIGINT[] AS resources))
TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def one_month(resources: list[int], asked: argparse.Namespace) -> None:
    """Every visit: one view and nine reports of 20 s; one of twenty a robot."""
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(asked.over)]
    visits = asked.month // len(days) // 10
    made = time.perf_counter()
    for number, day in enumerate(days):
        begins = round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) + number
        with rollup.bench() as (base, folder):
            base.execute(MONTH_DAY.format(begins=begins, visits=visits, path=folder / "day"), [resources])
            digest_of_day = storage.hash_of(folder / "day")
            path = history.path_of(day, digest_of_day)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder / "day", path)
        UsageRun.objects.create(
            day=day, events=0, rules="", counted_at=timezone.now(), archived=visits * 10, sha256=digest_of_day,
            archived_at=timezone.now(),
        )  # fmt: skip
    print(
        f"month: {visits * 10 * len(days):,} events of {len(resources):,} resources made in {time.perf_counter() - made:.0f} s"
    )
    for word, some in (("counted", days), ("counted again", days[: asked.again])):
        began, slowest, written = time.perf_counter(), 0.0, 0
        for day in some:
            one = time.perf_counter()
            written += usage_counting.count_day(day, at=timezone.now()).written
            slowest = max(slowest, time.perf_counter() - one)
            print(f"  {day} {word} in {time.perf_counter() - one:.1f} s", flush=True)
        took = time.perf_counter() - began
        print(
            f"month: {len(some)} days {word} in {took:.1f} s ({visits * 10 * len(some) / took:,.0f} events/s), slowest day {slowest:.1f} s, "
            f"{written:,} rows written"
        )
    public = visits - (visits + 19) // 20
    for total in UsageTotal.objects.filter(scope="all", day__range=(days[0], days[-1])):
        assert (total.views, total.plays, total.visitors, total.seconds) == (public, public, public, public * 180), (
            total.day
        )
    print(f"month's truth: {public:,} views, plays and visitors a day, {public * 180:,} s: equal")


def pages(resources: list[int]) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client: Client = signed_in(holder("operator"))
    entry = Entry.objects.filter(resource_id=resources[0]).select_related("institution").get()
    for name, url in [
        ("all, a month", "/work/usage/?period=2026-10"), ("all, sorted by time", "/work/usage/?period=2026-10&sort=seconds"),
        ("all, everything", "/work/usage/?period=all"), ("an institution", f"/work/usage/inst/{entry.institution.code}/?period=2026-10"),
        ("a resource", f"/work/usage/resources/{entry.identifier}/?period=2026-10"),
    ]:  # fmt: skip
        client.get(url)
        began = time.perf_counter()
        assert client.get(url).status_code == 200
        print(f"page {name}: {(time.perf_counter() - began) * 1000:.0f} ms")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    for name, usual in (
        ("visits", 60),
        ("days", 365),
        ("month", 3_000_000),
        ("resources", 2_000),
        ("over", 30),
        ("again", 30),
        ("seed", 5),
    ):
        asked.add_argument(f"--{name}", type=int, default=usual)
    wanted = asked.parse_args()
    call_command("migrate", verbosity=0)
    world.loaded(
        *(
            {"title": f"资源 {n}", "own_number": str(n), "institution": f"41{n % 97:05}"}
            for n in range(wanted.resources)
        )
    )
    resources = list(Entry.objects.order_by("pk").values_list("resource_id", flat=True))
    one_year(resources[:40], wanted)
    if wanted.month:
        one_month(resources, wanted)
        pages(resources)
    print(
        f"peak memory of the process {limits.getrusage(limits.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (DuckDB bound to {rollup.MEMORY})"
    )


if __name__ == "__main__":
    main()
