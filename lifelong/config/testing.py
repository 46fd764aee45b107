"""A real server for tests: own port, own data folder, own database. Used here, by media and by the journeys.

from lifelong.config.testing import live_front  # in conftest.py

def test_something(live_front):
    urlopen(live_front.url + "/healthz")
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = os.environ.get("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
START_SECONDS = 60.0
SHELL = """
import json, os, sys, traceback
import django
from django.db import close_old_connections
answers, sys.stdout = sys.stdout, sys.stderr
django.setup()
for line in sys.stdin:
    known = {}
    try:
        close_old_connections()
        exec(json.loads(line), known)
        answer = {"result": known.get("result")}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), file=answers, flush=True)
"""


class LiveFront:
    """``lifelong serve`` as a process of its own. ``url`` has no slash at its end; ``data`` is its data folder.

    ``command`` replaces the arguments after the interpreter, ``{port}`` filled in.
    """

    def __init__(self, data: Path, *, command: tuple[str, ...] = (), database: str = "", **environ: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments = command or ("-m", "lifelong.config.command", "serve", "--port", "{port}", "--no-worker")
        known = {name: value for name, value in os.environ.items() if name not in {"SITE_URL", "HOST", "WORKERS"}}
        self.environ = {
            **known,
            "LIFELONG_DATA": str(data),
            "DATABASE_URL": database or f"sqlite:///{data / 'lifelong.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PORT": str(self.port),
            "PYTHONWARNINGS": "default",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
            **environ,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.shell: subprocess.Popen[str] | None = None

    @property
    def log(self) -> str:
        path = self.data / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> "LiveFront":
        self.data.mkdir(parents=True, exist_ok=True)
        line = [sys.executable, *(each.format(port=self.port) for each in self.arguments)]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(line, env=self.environ, stdout=log, stderr=log, cwd=ROOT)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log[-4000:]}")
            time.sleep(0.05)
        return self

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end; its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self.process = None
        return code

    def kill(self) -> None:
        """As a power cut would: no handler runs. The children go with their parent."""
        self.stop(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.answers() and time.monotonic() < deadline:
            time.sleep(0.02)

    def manage(self, *arguments: str) -> str:
        """A command of ``lifelong`` on the same data; what it prints. Raises where it fails."""
        line = [sys.executable, "-m", "lifelong.config.command", *arguments]
        done = subprocess.run(line, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr[-4000:]}")
        return done.stdout

    def python(self, code: str) -> Any:
        """Runs code in a Django process on the same data (one process for all calls); what it assigns to ``result``."""
        if self.shell is None:
            self.shell = subprocess.Popen(
                [sys.executable, "-c", SHELL], env=self.environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True,
            )  # fmt: skip
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(json.dumps(code) + "\n")
        self.shell.stdin.flush()
        answer = json.loads(self.shell.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        if self.shell is not None:
            self.shell.communicate()
            self.shell = None
        self.stop()


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def a_front(data: Path, *, command: tuple[str, ...] = (), **environ: str) -> Iterator[LiveFront]:
    """An empty, migrated platform, served until the end of the block."""
    data.mkdir(parents=True, exist_ok=True)
    with database_of_its_own(data) as database:
        front = LiveFront(data, command=command, database=database, **environ)
        front.start()
        try:
            yield front
        finally:
            front.close()


@contextmanager
def database_of_its_own(data: Path) -> Iterator[str]:
    """A copy of a migrated database: a file in the data folder, or where the tests run on PostgreSQL one beside theirs."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        shutil.copyfile(migrated_file(), data / "lifelong.sqlite3")
        yield ""
        return
    template, name = migrated_database(given), f"lifelong_live_{uuid.uuid4().hex[:12]}"
    on_server(given, "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield beside(given, name)
    finally:
        on_server(given, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def shared_templates() -> Iterator[None]:
    """What this process and its children migrate, they migrate once: `LIFELONG_TEMPLATES` names the folder to them."""
    if os.environ.get("LIFELONG_TEMPLATES"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="lifelong-templates-") as folder:
        os.environ["LIFELONG_TEMPLATES"] = folder
        try:
            yield
        finally:
            del os.environ["LIFELONG_TEMPLATES"]
            for made in Path(folder).glob("*.database"):
                given, name = made.read_text().splitlines()
                with suppress(psycopg.OperationalError):  # a server of this run alone has gone with all it held
                    on_server(given, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def one_at_a_time() -> Iterator[Path]:
    """The folder of the templates, for one process."""
    folder = Path(os.environ["LIFELONG_TEMPLATES"])
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@cache
def migrated_file() -> Path:
    with one_at_a_time() as folder:
        made = folder / "made"
        if not made.exists():
            (folder / "making").mkdir(exist_ok=True)
            migrate(LiveFront(folder / "making"))
            (folder / "making").rename(made)
    return made / "lifelong.sqlite3"


@cache
def migrated_database(given: str) -> str:
    """Name of the template beside the given database."""
    made_of = hashlib.sha256(given.encode()).hexdigest()[:12]
    with one_at_a_time() as folder:
        made, name = folder / f"{made_of}.database", f"lifelong_template_{uuid.uuid4().hex[:12]}"
        if not made.exists():
            on_server(given, "CREATE DATABASE {}", name)
            migrate(LiveFront(folder / made_of, database=beside(given, name)))
            made.write_text(f"{given}\n{name}")
        return made.read_text().splitlines()[1]


def migrate(front: LiveFront) -> None:
    front.manage("migrate", "--run-syncdb", "--verbosity", "0")


def beside(given: str, name: str) -> str:
    return urlsplit(given)._replace(path=f"/{name}").geturl()


def on_server(given: str, statement: str, *names: str) -> None:
    with psycopg.connect(given.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def live_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFront]:
    """One empty platform for the whole run; tests keep out of each other's way."""
    with a_front(tmp_path_factory.mktemp("live")) as front:
        yield front
