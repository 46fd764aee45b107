"""``lifelong serve``: the parent and its children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lifelong.config.server import ports
from lifelong.config.server.supervisor import Child, Supervisor
from lifelong.config.testing import ROOT, LiveFront, a_front, free_port
from lifelong.config.tests.wire import get


@pytest.fixture
def front(tmp_path: Path) -> Iterator[LiveFront]:
    with a_front(tmp_path / "data") as front:
        yield front


def family(front: LiveFront) -> list[psutil.Process]:
    assert front.process
    return psutil.Process(front.process.pid).children(recursive=True)


def workers(front: LiveFront) -> list[psutil.Process]:
    """The grandchildren: granian's workers."""
    assert front.process
    return [worker for child in psutil.Process(front.process.pid).children() for worker in child.children()]


def until(what, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(processes: list[psutil.Process]) -> bool:
    return not [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def test_says_where_it_can_be_reached_once_it_can(front: LiveFront):
    assert until(lambda: f"http://localhost:{front.port}" in front.log)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_within_seconds(front: LiveFront, number: signal.Signals):
    everyone, began = family(front), time.monotonic()
    assert front.stop(number) == 0
    assert time.monotonic() - began < 6, front.log
    assert gone(everyone)


def test_no_child_outlives_a_killed_parent(front: LiveFront):
    everyone = family(front)
    assert len(everyone) >= 3
    front.stop(signal.SIGKILL)
    assert until(lambda: gone(everyone))


def test_a_killed_worker_is_replaced_and_the_next_visitors_do_not_notice(front: LiveFront):
    victim = workers(front)[0]
    victim.kill()
    assert until(lambda: gone([victim]))
    time.sleep(0.3)  # the kernel forgets the listening socket a moment later
    assert all(get(front, "/healthz").status == 200 for _ in range(50))
    assert until(lambda: len(workers(front)) == 2 and victim.pid not in {each.pid for each in workers(front)})


def test_a_killed_server_process_begins_again(front: LiveFront):
    assert front.process
    old = workers(front)
    psutil.Process(front.process.pid).children()[0].kill()
    assert until(lambda: gone(old))
    assert until(front.answers)


def test_a_port_in_use_is_said_clearly_and_the_other_server_keeps_it(front: LiveFront, tmp_path: Path):
    environ = {**front.environ, "LIFELONG_DATA": str(tmp_path / "other")}
    line = [sys.executable, "-m", "lifelong.config.command", "serve", "--port", str(front.port), "--no-worker"]
    done = subprocess.run(line, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"端口 {front.port} 已被占用" in done.stderr
    assert "in use" in done.stderr
    assert front.answers()


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(ports.PortForbidden):
        ports.check("203.0.113.1", free_port())


def test_machines_are_told_how_it_stands(front: LiveFront):
    until = time.monotonic() + 30
    while (ready := get(front, "/readyz")).status != 200 and time.monotonic() < until:
        time.sleep(0.2)  # the feeder is still building the first index
    assert ready.status == 200, ready.body
    assert b'"storage"' in ready.body
    page = get(front, "/metrics").body.decode()
    assert 'lifelong_requests_total{way="page",status="2xx"}' in page
    assert 'lifelong_ready{check="database"} 1' in page
    assert get(front, "/metrics", X_Forwarded_For="203.0.113.7").status == 403


def supervised(children: list[Child]) -> int:
    """Runs a supervisor in a process of its own, so that its signals are not the tests'."""
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        os._exit(Supervisor(children, ("127.0.0.1", 9)).run())
    return pid


def test_a_child_that_keeps_dying_begins_again_more_and_more_slowly(tmp_path: Path):
    note = tmp_path / "begun"

    def die() -> None:
        with note.open("a") as file:
            file.write(".")
        raise SystemExit(3)

    pid = supervised([Child("brief", die)])
    assert until(lambda: note.exists() and note.read_text() == "...", 10)
    os.kill(pid, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert note.read_text() == "..."


def test_a_child_that_will_not_end_is_killed_at_the_second_signal(tmp_path: Path):
    note = tmp_path / "begun"

    def stay() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        note.touch()
        while True:
            time.sleep(1)

    pid = supervised([Child("stubborn", stay)])
    assert until(note.exists)
    os.kill(pid, signal.SIGTERM)
    time.sleep(0.5)
    os.kill(pid, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
