"""The yearly evaluation of a whole library: reckoned, reckoned again with the same digest, its pages counted, its workbook and report made.

    python bench/evaluation.py [--resources 20000] [--days 12] [--no-files]

In a database of its own. Each resource has ``--days`` days of use, learners and ratings for every twentieth. Target: 20,000
resources in 60 s, memory that does not grow with the library beyond megabytes, the same digest twice.
"""

import argparse
import os
import random
import resource as machine
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
YEAR, SEED = 2026, 7


def main(resources: int, days: int, *, files: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LIFELONG_DATA": folder, "DJANGO_SETTINGS_MODULE": "lifelong.config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        fill(resources, days)
        measure(resources, files=files)


def timed(what: str, act: Callable[[], Any]) -> Any:
    began, processor = time.perf_counter(), time.process_time()
    found = act()
    print(f"{what}: {time.perf_counter() - began:.2f} s, {time.process_time() - processor:.2f} s of processor")
    return found


def fill(number: int, days: int) -> None:
    from django.db import transaction

    from lifelong.accounts.models import Appointment, Authority, AuthorityKind, Role, User
    from lifelong.catalogue.models import Entry
    from lifelong.institutions.models import Institution
    from lifelong.learning.models import Progress, Rating
    from lifelong.monitoring.models import UsageDay, UsageTotal
    from lifelong.resources.actions.bulk import write_rows
    from lifelong.resources.models import Resource, Version

    rng, since = random.Random(SEED), datetime(YEAR - 1, 6, 1, tzinfo=UTC)
    operator = User.objects.create(email="operator@example.org", name="运营")
    house = Authority.objects.create(kind=AuthorityKind.OPERATOR, name="运营")
    Appointment.objects.create(user=operator, role=Role.OPERATOR, authority=house, begins_at=since)
    places = [
        Institution.objects.create(code=f"i{n}", name=f"单位 {n}", region_id="410100").pk
        for n in range(max(2, number // 100))
    ]
    User.objects.bulk_create(User(email=f"u{n}@example.org", name="学习者") for n in range(40))
    people = list(User.objects.exclude(pk=operator.pk).values_list("pk", flat=True))
    areas = [(area, type) for area in ("degree", "training", "older", "community") for type in ("A01", "A02", "A03")]
    dates = [date(YEAR, 1, 1) + timedelta(days=n * 300 // days) for n in range(days)]
    UsageTotal.objects.bulk_create(UsageTotal(scope="all", day=day) for day in dates)
    at = datetime(YEAR, 3, 1, tzinfo=UTC)
    for start in range(0, number, 5_000):
        keys = range(start + 1, min(number, start + 5_000) + 1)
        with transaction.atomic():
            write_rows(
                Resource,
                [
                    {
                        "id": k,
                        "resource_id": f"R{k:08}",
                        "institution_id": places[k % len(places)],
                        "availability": "online",
                    }
                    for k in keys
                ],
            )
            write_rows(
                Version,
                [{"id": k, "resource_id": k, "number": 1, "state": "published", "title": f"资源 {k}"} for k in keys],
            )
            entries = []
            for k in keys:
                area, type = areas[k % 12]
                entries.append({
                    "version_id": k, "resource_id": k, "identifier": f"R{k:08}", "visibility": "online", "published_at": since,
                    "title": f"资源 {k}", "type": type, "area": area, "summary": "简介", "cover": "c" if k % 3 else "",
                    "institution_id": places[k % len(places)], "institution_name": "", "region_id": "410100",
                    "files": [{"position": 1}], "keywords": "词" if k % 2 else "",
                })  # fmt: skip
            write_rows(Entry, entries)
            write_rows(UsageDay, [
                {"resource_id": k, "day": day, "visitors": rng.randint(0, 50), "seconds": rng.randint(0, 9_000)}
                for k in keys for day in dates
            ])  # fmt: skip
            some = [k for k in keys if k % 20 == 0]
            write_rows(Progress, [
                {"user_id": who, "resource_id": k, "file": 1, "began_at": at, "changed_at": at, "length_s": 100.0,
                 "completed_at": at if rng.random() < 0.4 else None}
                for k in some for who in people
            ])  # fmt: skip
            write_rows(Rating, [
                {"user_id": who, "resource_id": k, "stars": rng.randint(1, 5), "at": at} for k in some for who in people
            ])  # fmt: skip


def measure(number: int, *, files: bool) -> None:

    from lifelong.accounts.models import User
    from lifelong.monitoring.actions import evaluation_files, evaluation_runs
    from lifelong.monitoring.evaluating.scheme import read
    from lifelong.monitoring.queries import evaluation as queries

    operator, now = User.objects.get(email="operator@example.org"), datetime(YEAR, 12, 1, tzinfo=UTC)
    run = evaluation_runs.start_run(YEAR, version="2026", by=operator, at=now)
    before = machine.getrusage(machine.RUSAGE_SELF).ru_maxrss
    run = timed(f"{number} resources reckoned", lambda: evaluation_runs.reckon(run, at=now))
    grown = machine.getrusage(machine.RUSAGE_SELF).ru_maxrss - before
    print(f"memory grown by {grown / 1024:.0f} MB at most")
    first = run.digest
    evaluation_runs.reckon_again(run, by=operator, at=now)
    run = timed("reckoned again", lambda: evaluation_runs.reckon(run, at=now))
    print("the same digest" if run.digest == first else "ANOTHER DIGEST")
    seen, scheme = queries.evaluations_seen_by(operator, run), read(run.scheme)
    timed("distribution", lambda: queries.distribution(seen, scheme))
    timed("first page of the list", lambda: list(queries.ordered(seen)[:50]))
    timed("by region", lambda: queries.regions_of(seen, scheme))
    timed("tried on another scheme", lambda: queries.tried(run, scheme))
    for form in evaluation_files.FORMS if files else ():
        path = timed(form, lambda form=form: evaluation_files.write(run, operator, form))
        print(f"  {path.stat().st_size / 1e6:.1f} MB")
    if run.digest != first or run.number != number:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=12)
    parser.add_argument("--no-files", dest="files", action="store_false")
    main(**vars(parser.parse_args()))
