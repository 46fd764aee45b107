"""Real worker processes, killed at the worst moment."""

import os
import signal
import socket
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from lifelong.jobs.tests.installation import installation, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("platform")) as found:
        yield found


@pytest.fixture(autouse=True)
def tidy(platform):
    yield
    for worker in platform.workers:
        if worker.poll() is None:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.wait()
    platform.workers.clear()
    (platform.folder / "lines").unlink(missing_ok=True)
    platform.sql("DELETE FROM jobs_job")
    platform.sql("DELETE FROM jobs_worker")


def enqueue(platform, code):
    return platform.python(f"path = {str(platform.folder / 'lines')!r}\n{code}")


@dataclass
class Row:
    state: str
    attempts: int
    fence: int
    worker: str
    result: str


def row_of(platform, number):
    return Row(*platform.sql(f"SELECT state, attempts, fence, worker, result FROM jobs_job WHERE id={number}")[0])


def test_a_killed_worker_loses_no_job_and_another_runs_it_without_waiting_for_its_lease(platform):
    first = platform.worker("--no-clock", "--lease", "600")
    number = enqueue(
        platform, "answer = tasks.slow.enqueue(path, 3).id\nfor n in range(30): tasks.note.enqueue(path, str(n))"
    )
    wait_for(lambda: any(line.startswith("start") for line in platform.lines()))
    first.send_signal(signal.SIGKILL)
    first.wait()
    platform.worker("--no-clock")
    wait_for(lambda: sum(line.startswith("start") for line in platform.lines()) == 2)
    wait_for(lambda: row_of(platform, number).state == "done")
    lines = platform.lines()
    assert sum(line.startswith("end") for line in lines) == 1
    assert {line for line in lines if line.isdigit()} == {str(n) for n in range(30)}
    assert row_of(platform, number).attempts == 2
    assert platform.sql("SELECT id FROM jobs_job WHERE state IN ('ready', 'running')") == []


def test_a_worker_that_hung_and_wakes_up_does_not_overwrite_who_took_over(platform):
    hung = platform.worker("--no-clock", "--lease", "2")
    number = enqueue(platform, "answer = tasks.slow.enqueue(path, 2).id")
    wait_for(platform.lines)
    hung.send_signal(signal.SIGSTOP)
    platform.worker("--no-clock", "--lease", "2")
    done = wait_for(lambda: (row := row_of(platform, number)).state == "done" and row)
    hung.send_signal(signal.SIGCONT)
    wait_for(lambda: sum(line.startswith("end") for line in platform.lines()) == 2)
    time.sleep(0.5)
    after = row_of(platform, number)
    assert (after, after.fence) == (done, 2)
    assert str(hung.pid) not in str(after.result)


def test_a_worker_that_is_told_to_stop_gives_its_job_back(platform):
    worker = platform.worker("--no-clock", "--grace", "0.3")
    number = enqueue(platform, "answer = tasks.slow.enqueue(path, 60).id")
    wait_for(platform.lines)
    worker.terminate()
    assert worker.wait(10) == 0
    row = row_of(platform, number)
    assert (row.state, row.attempts) == ("ready", 0)


def test_a_worker_that_is_told_to_stop_lets_a_short_job_end(platform):
    worker = platform.worker("--no-clock", "--grace", "20")
    number = enqueue(platform, "answer = tasks.slow.enqueue(path, 1.5).id")
    wait_for(platform.lines)
    worker.terminate()
    assert worker.wait(15) == 0
    assert row_of(platform, number).state == "done"


def test_a_cancelled_job_stops_while_it_runs(platform):
    platform.worker("--no-clock")
    number = enqueue(platform, "answer = tasks.watched.enqueue(path, 60).id")
    wait_for(platform.lines)
    platform.sql(f"UPDATE jobs_job SET state='cancelled', lease_until=NULL WHERE id={number}")
    marker = enqueue(platform, "answer = tasks.slow.enqueue(path, 0).id")  # the same slot is free again
    wait_for(lambda: row_of(platform, marker).state == "done")
    assert "end" not in platform.lines()


def test_a_job_starts_at_once_on_an_idle_worker(platform):
    platform.worker("--no-clock")
    wait_for(lambda: platform.sql("SELECT pid FROM jobs_worker"))
    time.sleep(1.5)  # the slots sleep their long sleep
    answer = enqueue(
        platform,
        "import time\nfrom lifelong.jobs.models import Job\nnumbers = []\n"
        "for n in range(5):\n  numbers.append(tasks.note.enqueue(path, str(n)).id)\n  time.sleep(1.3)\n"
        "answer = [(job.started_at - job.created_at).total_seconds() for job in Job.objects.filter(pk__in=numbers)]",
    )
    assert sorted(answer)[2] < 0.5, answer  # usually 0.1; the machine may be busy


def test_ten_racing_processes_run_each_job_once(platform):
    enqueue(platform, "for n in range(300): tasks.note.enqueue(path, str(n))")
    for _ in range(3):
        platform.worker("--no-clock", "--threads", "4")
    wait_for(lambda: len(platform.lines()) >= 300, 60)
    time.sleep(0.5)
    assert sorted(platform.lines(), key=int) == [str(n) for n in range(300)]


RACE = """
import os, sys
from datetime import datetime, timedelta, timezone
from lifelong.jobs.actions.clock import enqueue_slot
from lifelong.jobs.models import Job
from lifelong.jobs.schedule import Entry, every
from django.db import connections
entry = Entry(tasks.note, lambda at: at.replace(second=at.second - at.second % 10, microsecond=0))
begin = datetime(2026, 1, 1, tzinfo=timezone.utc)
children = []
for _ in range(4):
    child = os.fork()
    if not child:
        connections.close_all()
        for second in range(0, 100):
            enqueue_slot(entry, begin + timedelta(seconds=second))
            Job.objects.filter(state='ready', slot__isnull=False).update(state='done')
        os._exit(0)
    children.append(child)
failed = [os.waitpid(child, 0)[1] for child in children]
answer = [any(failed), sorted(Job.objects.filter(path=tasks.note.module_path).values_list('slot', flat=True))]
"""


def test_four_racing_schedulers_make_one_job_per_slot(platform):
    failed, slots = platform.python(RACE)
    assert not failed
    assert len(slots) == len(set(slots)) == 10


def test_a_worker_makes_the_jobs_of_the_clock_and_no_second_worker_doubles_them(platform):
    platform.worker()
    platform.worker()
    found = "SELECT slot FROM jobs_job WHERE slot IS NOT NULL"
    wait_for(lambda: platform.sql(found))
    time.sleep(2)
    slots = [slot for (slot,) in platform.sql(found)]
    assert any(slot.startswith("lifelong.jobs.tasks.sweep@") for slot in slots)
    of_each = Counter(slot.partition("@")[0] for slot in slots)
    assert max(of_each.values()) <= 2, "one, and one more where the minute turned meanwhile"


def test_the_lock_of_a_dead_worker_is_let_go(platform):
    worker = platform.worker("--no-clock")
    folder = platform.folder / "run" / "workers" / socket.gethostname()
    wait_for(lambda: list(folder.glob("*.lock")))
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    other = platform.worker("--no-clock")
    wait_for(lambda: [path for path in folder.glob("*.lock") if f"-{other.pid}-" in path.name])
    wait_for(lambda: len(list(folder.glob("*.lock"))) == 1)
    assert platform.sql("SELECT pid FROM jobs_worker") == [(other.pid,)]
