"""``load`` of published records, beside writing the same rows without rules; then the index that follows.

    python bench/load.py [--records 20000]

Targets: ≥ 3,000 records a second; ≥ 50 % of the floor.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import generate

ROOT = Path(__file__).resolve().parents[1]
FLOOR = """
import time, django
django.setup()
from pathlib import Path
from django.db import transaction
from django.utils import timezone
from lifelong.catalogue.actions.loading.chunk import Owners, write
from lifelong.catalogue.actions.loading.lines import judge
from lifelong.review.models import Batch
from lifelong.standards.queries.judging import metadata_context
now, context = timezone.now(), metadata_context("load")
lines = [judge(n, raw, context, now) for n, raw in enumerate(Path({path!r}).read_bytes().splitlines(), 1)]
batch = Batch.objects.create(number="floor", title="floor", state="published", published_at=now, origin="load")
owners, begun = Owners(), time.perf_counter()
for start in range(0, len(lines), 2000):
    with transaction.atomic():
        write(lines[start : start + 2000], owners, batch, at=now, position=start)
print(time.perf_counter() - begun)
"""


def platform(folder: str) -> dict[str, str]:
    environ = {**os.environ, "LIFELONG_DATA": folder, "DJANGO_SETTINGS_MODULE": "lifelong.config.settings",
               "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "PYTHONPATH": str(ROOT)}  # fmt: skip
    command(environ, "migrate", "-v0")
    return environ


def command(environ: dict[str, str], *arguments: str) -> float:
    begun = time.perf_counter()
    line = [sys.executable, "-m", "lifelong.config.command", *arguments]
    subprocess.run(line, env=environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main(records: int) -> None:
    with tempfile.TemporaryDirectory(prefix="lifelong-bench-") as one, tempfile.TemporaryDirectory() as two:
        path = Path(one, "records.jsonl")
        with path.open("w", encoding="utf-8") as file:
            generate.write(file, records)
        environ = platform(one)
        start = command(environ, "load", "--help")
        whole = command(environ, "load", str(path)) - start
        print(f"load: {records / whole:.0f}/s ({whole:.1f} s without the interpreter's start of {start:.1f} s)")
        begun = FLOOR.format(path=str(path))
        done = subprocess.run(
            [sys.executable, "-c", begun], env=platform(two), cwd=ROOT, check=True, capture_output=True
        )
        floor = float(done.stdout.split()[-1])
        print(f"the same rows without rules: {records / floor:.0f}/s; load reaches {floor / whole:.0%} of it")
        again = command(environ, "load", str(path)) - start
        print(f"the same file again: {records / again:.0f}/s, nothing doubled")
        index = command(environ, "feeder", "--once") - start
        print(f"index built: {records / index:.0f}/s, {size(Path(one, 'index')) / 1e6:.0f} MB")


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    main(parser.parse_args().records)
