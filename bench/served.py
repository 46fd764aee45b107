"""A server of our own for a benchmark, and a load generator that costs little: raw sockets in a few processes."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Served:
    port: int
    data: Path
    environ: dict[str, str]
    pid: int

    def python(self, code: str) -> str:
        line = [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"]
        return subprocess.run(
            line, env=self.environ, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()

    def megabytes(self) -> float:
        """Proportional memory of the whole family."""
        return sum(proportional(pid) for pid in family(self.pid)) / 1024

    def processor_seconds(self) -> float:
        """Used so far by the whole family, its dead included."""
        ticks = 0
        for pid in family(self.pid):
            with suppress(OSError):  # just gone: its parent has its time
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """Of all processors of the machine, whoever used them."""
    fields = Path("/proc/stat").read_text().split()[1:9]
    return (sum(map(int, fields)) - int(fields[3]) - int(fields[4])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(settings: str = "lifelong.config.settings", *arguments: str, **more: str) -> Iterator[Served]:
    """An empty platform on a free port, until the end of the block; ``more`` is for its environment. On SQLite unless
    ``BENCH_DATABASE_URL`` names another database."""
    with tempfile.TemporaryDirectory(prefix="lifelong-bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        port = free_port()
        environ = {
            **os.environ,
            "LIFELONG_DATA": folder,
            "DJANGO_SETTINGS_MODULE": settings,
            "PORT": str(port),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "bench"), os.environ.get("PYTHONPATH", "")]),
            "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3"),
            **more,
        }
        command = [sys.executable, "-m", "lifelong.config.command"]
        subprocess.run([*command, "migrate", "-v0"], env=environ, cwd=ROOT, check=True)
        with open(f"{folder}/server.log", "wb") as log:
            line = [*command, "serve", "--port", str(port), *(arguments or ["--no-worker"])]
            process = subprocess.Popen(line, env=environ, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield Served(port, Path(folder), environ, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@contextmanager
def nginx(root: Path, places: str = "") -> Iterator[int]:
    """nginx with two workers over a folder; its port. Raises ``FileNotFoundError`` where there is none.

    ``places``: further lines for its server, and ``upstream`` lines before a line of dashes.
    """
    upstream, _, places = places.rpartition("----")
    with tempfile.TemporaryDirectory(prefix="lifelong-nginx-") as folder:
        port = free_port()
        Path(folder, "nginx.conf").write_text(
            f"""{"user root;" if os.geteuid() == 0 else ""} daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error;
            events {{ worker_connections 2048; }}
            http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
                client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
                uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
                {upstream} server {{ listen 127.0.0.1:{port}; root {root}; {places} }} }}"""
        )
        process = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"no answer from {address}")


def family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def proportional(pid: int) -> int:
    """kB of memory, shared pages divided among those who share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0


@dataclass
class Tally:
    count: int = 0
    bytes: int = 0
    errors: int = 0
    seconds: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else float("nan")


def load(
    port: int, request: Callable[[int], bytes], *, seconds: float, clients: int = 16, processes: int = 2
) -> tuple[float, Tally]:
    """Requests a second and their tally; ``request(number)`` gives the bytes of the next one. Connections stay open."""
    context = multiprocessing.get_context("fork")
    pipe = context.SimpleQueue()
    runs = [
        context.Process(target=run, args=(port, request, seconds, clients // processes, pipe)) for _ in range(processes)
    ]
    for each in runs:
        each.start()
    total, parts = Tally(), [pipe.get() for _ in runs]
    for each in runs:
        each.join()
    for part in parts:
        total.count += part.count
        total.bytes += part.bytes
        total.errors += part.errors
        total.seconds += part.seconds
    return total.count / seconds, total


def run(port: int, request: Callable[[int], bytes], seconds: float, clients: int, pipe: object) -> None:
    tallies = [Tally() for _ in range(clients)]
    threads = [
        threading.Thread(target=client, args=(port, request, time.perf_counter() + seconds, tally, number))
        for number, tally in enumerate(tallies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Tally(
        sum(t.count for t in tallies), sum(t.bytes for t in tallies), sum(t.errors for t in tallies),
        [s for t in tallies for s in t.seconds],
    )  # fmt: skip
    pipe.put(whole)  # type: ignore[attr-defined]


def client(port: int, request: Callable[[int], bytes], end: float, tally: Tally, number: int) -> None:
    room = memoryview(bytearray(1 << 18))
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    count = number * 1_000_003
    while time.perf_counter() < end:
        count += 1
        asked = request(count)
        began = time.perf_counter()
        try:
            line.sendall(asked)
            length, status = answer(line, room)
        except OSError:
            tally.errors += 1
            line.close()
            line = socket.create_connection(("127.0.0.1", port), timeout=30)
            continue
        tally.count += 1
        tally.errors += status >= 400
        tally.bytes += length
        tally.seconds.append(time.perf_counter() - began)
    line.close()


def answer(line: socket.socket, room: memoryview) -> tuple[int, int]:
    """Reads one answer to its end: length of its body and status."""
    have = line.recv_into(room)
    head = bytes(room[:have])
    while b"\r\n\r\n" not in head:
        have = line.recv_into(room)
        if not have:
            raise OSError("closed")
        head += bytes(room[:have])
    before, _, body = head.partition(b"\r\n\r\n")
    low = before.lower()
    at = low.find(b"content-length:")
    length = int(low[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    left = length - len(body)
    while left > 0:
        got = line.recv_into(room, min(left, len(room)))
        if not got:
            raise OSError("closed")
        left -= got
    return length, int(before[9:12])
