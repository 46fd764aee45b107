"""All checks and tests, as `./test` runs them: style, house rules, SQLite, PostgreSQL, journeys.

Arguments are passed to pytest and narrow what is run; without any, everything is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from lifelong.config.testing import migrated_database, migrated_file, shared_templates

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MAIN_WAY = "journeys/test_main_way.py"
CI = bool(os.environ.get("LIFELONG_CI"))


def step(name: str, *command: str, quiet: bool = False, **extra: str) -> bool:
    """Run one command; ``quiet`` holds its words back until it ends, so that two steps at once stay readable."""
    began = time.monotonic()
    if not quiet:
        print(f"── {name}", flush=True)
    into = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} if quiet else {}
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **extra}, check=False, **into)  # type: ignore[call-overload]
    said = f"── {name}\n{done.stdout}" if quiet else ""
    mark = "✓" if done.returncode == 0 else "✗"
    print(f"{said}   {mark} {name} · {time.monotonic() - began:.0f} s", flush=True)
    return bool(done.returncode == 0)


def side_by_side(*lanes: Callable[[], bool]) -> bool:
    """Run every lane at the same time; good if each is. For work that waits more than it reckons."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        begun = [pool.submit(lane) for lane in lanes]
    return all(lane.result() for lane in begun)


def loud(words: str) -> None:
    """A part that cannot run is said once, loudly; the integration server never skips."""
    print(f"\n!!! {words}\n", flush=True)
    if CI:
        sys.exit(1)


def chromium() -> str:
    """A Chromium on the machine; installed by the system's packages where that is allowed."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if (path := shutil.which(name))), "")
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update"], ["install", "-y", "chromium"]):
            subprocess.run(
                ["apt-get", "-qq", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )
        found = next((path for name in names if (path := shutil.which(name))), "")
    return found


@contextmanager
def postgresql() -> Iterator[str]:
    """Address of a real PostgreSQL that lives as long as the tests: the wheel's, else the machine's; empty if neither."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        yield given
        return
    folder = tempfile.mkdtemp(prefix="lifelong-postgres-")
    server = shutil.which("pg_ctl") or next((str(p) for p in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), "")
    try:
        import pgserver
    except ImportError:
        pgserver = None  # type: ignore[assignment]
    if pgserver:
        database = pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield database.get_uri().replace("postgresql://", "postgres://")
        finally:
            database.cleanup()
    elif server:
        yield from own_server(Path(server).resolve().parent, folder)
    else:
        yield ""


def own_server(binaries: Path, folder: str) -> Iterator[str]:
    """The machine's PostgreSQL in a folder of its own, reached through a socket there."""
    data = f"{folder}/data"
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]

    def call(name: str, *words: str) -> None:
        subprocess.run([*prefix, binaries / name, "-D", data, *words], check=True, stdout=subprocess.DEVNULL)

    call("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8")
    call("pg_ctl", "-o", f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off", "-w", "start")
    try:
        yield f"postgres://postgres:@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def style() -> bool:
    migrations = ("manage.py", "makemigrations", "--check", "--dry-run", "-v0")
    others: list[tuple[str, ...]] = [
        ("ruff", str(BIN / "ruff"), "check", "."),
        ("格式 format", str(BIN / "ruff"), "format", "--check", "."),
        ("章节次序 import order", str(BIN / "lint-imports")),
        ("迁移 migrations", sys.executable, *migrations),
        ("模板 templates", str(BIN / "djlint"), "lifelong", "--lint", "--quiet"),
    ]

    def each_of_them() -> bool:
        held = [step(*other, quiet=True) for other in others]
        return all(held)

    return side_by_side(each_of_them, lambda: step("类型 types", str(BIN / "mypy"), "lifelong", quiet=True))


def templates(address: str) -> bool:
    """What the tests would wait for, a process each."""
    migrated_file()
    if address:
        migrated_database(address)
    return True


def demo_world(data: str) -> bool:
    """The whole world from nothing, as `./run` makes it at its first start."""
    own = {"LIFELONG_DATA": data, "LIFELONG_DEMO": "1"}
    command = (sys.executable, "-m", "lifelong.config.command")
    made = step("数据库 migrate", *command, "migrate", "-v0", quiet=True, **own)
    return made and step("演示世界 demo", *command, "demo", quiet=True, **own)


def main_way(address: str) -> bool:
    """The longest story, on PostgreSQL; the others run on SQLite."""
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "journey")
    with tempfile.TemporaryDirectory(prefix="lifelong-test-") as data:
        own = {"LIFELONG_DATA": data, "DATABASE_URL": address}
        return step("PostgreSQL 浏览器 journey", *command, MAIN_WAY, quiet=True, **own)


def main() -> None:
    chosen = sys.argv[1:]
    data = tempfile.mkdtemp(prefix="lifelong-test-")
    os.environ.update(LIFELONG_DATA=data, LIFELONG_DEMO="0")
    os.environ.pop("DATABASE_URL", None)
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=12"]
    spread = ["-n", "2", "--dist", "loadfile"]
    good = True
    # in the order of the chapters: the largest files first would leave one long file of servers for one core at the end
    # one process more than there are cores: those with servers and workers of their own wait more than they reckon
    evenly = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    with shared_templates(), postgresql() as address, ThreadPoolExecutor(1) as aside:
        looking = aside.submit(chromium)
        if not chosen:
            good &= side_by_side(style, lambda: templates(address))
        browser = looking.result()
        if not browser:
            loud("没有找到 Chromium，浏览器测试跳过。 No Chromium found: the journeys are skipped.")
        os.environ["CHROMIUM"] = browser
        good &= step("SQLite", *pytest, *evenly, "-m", "not journey", *chosen)
        if address:
            good &= step("PostgreSQL", *pytest, *evenly, "-m", "not journey", *chosen, DATABASE_URL=address)
        else:
            loud("没有 PostgreSQL，仅在 SQLite 上测试。 No PostgreSQL: tested on SQLite alone.")
        if not chosen:
            elsewhere = [f"--ignore={MAIN_WAY}"] if address else []
            journeys = [*pytest, *spread, "-m", "journey", *elsewhere, "journeys"]
            good &= side_by_side(
                lambda: not browser or step("浏览器 journeys", *journeys, quiet=True),
                lambda: demo_world(f"{data}/world") and (not (browser and address) or main_way(address)),
            )
    shutil.rmtree(data, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
