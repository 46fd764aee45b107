"""A sheet of 10,000 rows brought in for real, then again unchanged, against the dry run of the same file.

    LIFELONG_DATA=/tmp/bench-data .venv/bin/python bench/sheet_import.py [--rows 10000]

Makes an institution of its own in the database that is configured (an empty one is best) and leaves it there.
Every tenth row carries a mistake.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone
    from sheet import generate, resident_kb

    from lifelong.accounts.models import User
    from lifelong.institutions.models import Institution, Mandate, MandateRole
    from lifelong.resources.actions.imports import import_sheet
    from lifelong.resources.queries.sheet_plan import plan_sheet

    call_command("migrate", verbosity=0)
    now, mark = timezone.now(), f"{time.time():.0f}"
    institution = Institution.objects.create(code=f"B{mark}", name="示例开放大学", kind="open_university")
    reporter = User.objects.create_user(f"bench-{mark}@example.org", None, name="示例")
    Mandate.objects.create(user=reporter, institution=institution, role=MandateRole.REPORTER, begins_at=now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        generate(path, rows)
        before, figures = resident_kb(), {}
        for name in ("dry run", "import", "the same again"):
            began, worked = time.perf_counter(), time.process_time()
            if name == "dry run":
                plan = plan_sheet(path, institution=institution, at=now)
            else:
                plan = import_sheet(path, institution=institution, by=reporter, at=now)
            figures[name], worked = time.perf_counter() - began, time.process_time() - worked
            said = plan.to_json()
            counts = "  ".join(f"{key} {said[key]:,}" for key in ("accepted", "rejected", "unchanged"))
            print(
                f"{name:15} {figures[name]:7.2f} s  {rows / figures[name]:7,.0f} rows/s   {worked:6.2f} s of processor   {counts}"
            )
        wrote = figures["import"] - figures["dry run"]
        print(
            f"{connection.vendor}: writing alone {wrote / rows * 1000:.2f} ms per row; memory +{(resident_kb() - before) / 1024:.0f} MB"
        )
    return 0 if said["unchanged"] + said["rejected"] == rows else 1


if __name__ == "__main__":
    sys.exit(main())
