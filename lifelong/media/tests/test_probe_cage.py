"""The cage: what a child can reach, and that nothing it does harms the parent."""

import errno
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from lifelong.media.probe import cage, probing
from lifelong.media.probe.cage import Broken, Interrupted, Limits, run

JOBS = "lifelong.media.tests.caged:"
SHORT = Limits(wall_s=10, cpu_s=10)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


def broken_by(job: str, limits: Limits = SHORT) -> str:
    with pytest.raises(Broken) as caught:
        run(JOBS + job, [], limits=limits)
    return caught.value.reason


def test_a_job_gets_open_files_and_values_and_answers(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_text("hello")
    with path.open("rb") as file:
        assert run(JOBS + "answer", [file.fileno()], limits=SHORT, values={"n": 1}) == {"read": ["hello"], "n": 1}


def test_progress_is_told_on_the_way() -> None:
    told: list[float] = []
    run(JOBS + "steps", [], limits=SHORT, progress=told.append)
    assert told == [0.25, 0.5, 1.0]


def test_a_crash_a_stumble_and_a_lack_of_memory_have_their_reasons() -> None:
    assert broken_by("crash") == "crashed"
    assert broken_by("stumble") == "crashed"
    assert broken_by("eat") == "out_of_memory"
    assert broken_by("babble") == "crashed"
    assert broken_by("flood") == "crashed"


def test_a_hang_ends_at_the_wall_clock_and_a_spin_at_the_processor_limit() -> None:
    began = time.monotonic()
    assert broken_by("hang", Limits(wall_s=0.4, cpu_s=10)) == "timed_out"
    assert broken_by("spin", Limits(wall_s=90, cpu_s=1)) == "timed_out"
    assert time.monotonic() - began < 80  # it stands back behind whatever else runs here


def test_a_hanging_child_is_gone_afterwards() -> None:
    before = _children_of_keeper()
    broken_by("hang", Limits(wall_s=0.3, cpu_s=10))
    assert _children_of_keeper() <= before


def test_the_next_file_does_not_notice_that_the_last_one_crashed() -> None:
    broken_by("crash")
    assert run(JOBS + "answer", [], limits=SHORT) == {"read": []}


@linux_only
def test_a_child_can_open_no_file_and_has_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    found = run(JOBS + "look_around", [], limits=SHORT, values={"path": str(secret), "folder": str(tmp_path)})
    if not _landlock():
        pytest.skip("this kernel has no Landlock; RLIMIT_FSIZE and the name space still hold")
    assert found["reached"] == {"file": False, "folder": False, "new file": False, "network": False, "names": False}
    assert found["group"]
    assert set(found["environment"]) <= {
        "PATH",
        "LANG",
        "LD_LIBRARY_PATH",
        "TMPDIR",
        "PYTHONPATH",
        "OPENBLAS_NUM_THREADS",
        "LC_CTYPE",
    }


@linux_only
def test_a_child_stands_back_among_the_processes_of_its_platform(tmp_path: Path) -> None:
    """Linux may divide the processor by session first: niceness counts inside one alone."""
    found = run(JOBS + "look_around", [], limits=SHORT, values={"path": str(tmp_path / "a"), "folder": str(tmp_path)})
    assert found["session"] == os.getsid(0)
    assert found["nice"] == min(os.nice(0) + 10, 19)


@linux_only
@pytest.mark.skipif(os.geteuid() != 0, reason="a name space of one's own needs root or user name spaces")
def test_a_child_cannot_reach_a_server_on_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert run(JOBS + "connect_to", [], limits=SHORT, values={"port": port}) == {"connected": False}


def test_a_child_writes_no_more_than_it_may(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        limits = Limits(wall_s=10, cpu_s=10, write_bytes=1 << 20)
        assert run(JOBS + "write_much", [out.fileno()], limits=limits) == {"stopped": errno.EFBIG, "size": 1 << 20}
    with (tmp_path / "none").open("wb") as out:
        assert run(JOBS + "write_much", [out.fileno()], limits=SHORT)["stopped"] == errno.EFBIG


def test_an_answer_that_no_honest_child_gives_reads_as_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")

    def lying(_job: str, files: list[int], **options: object) -> dict[str, object]:
        return run(JOBS + "lie", files, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(probing, "run", lying)
    facts = probing.probe_facts(path)
    assert (facts.readable, facts.reason) == (False, "crashed")


def test_many_threads_each_get_their_own_answer() -> None:
    answers: dict[int, object] = {}

    def ask(number: int) -> None:
        answers[number] = run(JOBS + "answer", [], limits=SHORT, values={"number": number})["number"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number for number in range(8)}


def test_a_killed_keeper_is_replaced() -> None:
    run(JOBS + "answer", [], limits=SHORT)
    keeper = cage._keeper._process
    assert keeper is not None
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.wait()
    assert run(JOBS + "answer", [], limits=SHORT) == {"read": []}


def test_a_keeper_that_cannot_serve_says_nothing_of_the_file_and_comes_back() -> None:
    with pytest.raises(Interrupted):
        run(JOBS + "no_such_job", [], limits=SHORT)
    assert run(JOBS + "answer", [], limits=SHORT) == {"read": []}


@pytest.mark.parametrize("whom", ["keeper", "child"])
def test_a_shutdown_in_the_middle_is_no_fault_of_the_file(whom: str) -> None:
    run(JOBS + "answer", [], limits=SHORT)
    keeper = cage._keeper._process
    assert keeper is not None

    def stop() -> None:
        time.sleep(0.3)
        pids = [keeper.pid] if whom == "keeper" else [int(pid) for pid in _children_of_keeper()]
        for pid in pids:
            os.kill(pid, signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Interrupted):
        run(JOBS + "hang", [], limits=SHORT)
    thread.join()
    assert run(JOBS + "answer", [], limits=SHORT) == {"read": []}


def test_no_descriptor_is_left_open_in_the_parent() -> None:
    run(JOBS + "answer", [], limits=SHORT)
    before = set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()
    for _ in range(5):
        run(JOBS + "answer", [], limits=SHORT)
        broken_by("crash")
    after = set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()
    assert len(after) == len(before)


def _children_of_keeper() -> set[str]:
    keeper = cage._keeper._process
    if keeper is None or sys.platform != "linux":
        return set()
    return set(Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children").read_text().split())


def _landlock() -> bool:
    import ctypes

    return bool(ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1)
