"""A platform of its own for tests that kill processes: own folder, own database, real workers."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from lifelong.config.testing import database_of_its_own

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = "import django, json, sys; django.setup(); from lifelong.jobs.tests import sample_tasks as tasks\n"


@dataclass
class Installation:
    folder: Path
    database: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "LIFELONG_DATA": str(self.folder), "DATABASE_URL": self.database, "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "lifelong.config.settings"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }  # fmt: skip

    def python(self, code: str) -> Any:
        """Run code beside the workers; what it assigns to ``answer`` comes back as JSON."""
        done = subprocess.run(
            [sys.executable, "-c", f"{SCRIPT}answer = None\n{code}\nprint(json.dumps(answer, default=str))"],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "worker.log").open("ab")
        worker = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "worker", *options], env=self.environment, stdout=log, stderr=log
        )
        log.close()
        self.workers.append(worker)
        return worker

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a statement, past Django: another process' view of what is committed."""
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=20)) as connection:
                rows = connection.execute(statement).fetchall()
                connection.commit()
                return rows
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def lines(self) -> list[str]:
        path = self.folder / "lines"
        return path.read_text().splitlines() if path.exists() else []


def wait_for(true: Callable[[], Any], seconds: float = 30) -> Any:
    """Until it is true; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    with database_of_its_own(folder) as address:
        found = Installation(folder, address or f"sqlite:///{folder / 'lifelong.sqlite3'}")
        try:
            yield found
        finally:
            for worker in found.workers:
                if worker.poll() is None:
                    worker.send_signal(signal.SIGCONT)
                    worker.kill()
                worker.wait()
