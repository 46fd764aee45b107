"""Tasks that the tests enqueue. They leave lines in a file, so that other processes can be watched."""

import os
import time

from django_tasks import task

from lifelong.jobs import GiveUp, progress
from lifelong.jobs.models import Job
from lifelong.web.refusals import Refusal


def _line(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{text}\n".encode())
    os.close(handle)


@task(title="记一行")
def note(path: str, text: str) -> str:
    _line(path, text)
    return text


@task(queue_name="media")
def slow(path: str, seconds: float) -> str:
    _line(path, f"start {os.getpid()}")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
    _line(path, f"end {os.getpid()}")
    return str(os.getpid())


@task(queue_name="media")
def watched(path: str, seconds: float) -> None:
    """Like ``slow``, and asks at every step whether it still holds the job."""
    _line(path, "start")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        progress.report(1, 2)
    _line(path, "end")


@task(max_attempts=3, on_dead="lifelong.jobs.tests.sample_tasks.note_death")
def always_fails(path: str) -> None:
    raise RuntimeError("盘满了")


@task
def note_death(path: str) -> None:
    _line(path, "dead")


@task
def gives_up() -> None:
    raise GiveUp("文件已被删除，无法检测。")


@task
def is_refused() -> None:
    raise Refusal("征集已截止。")


@task(takes_context=True)
def says_its_attempt(context) -> int:  # type: ignore[no-untyped-def]
    return context.attempt


@task
async def answers_later() -> int:
    return 7


@task
def returns_no_json() -> object:
    return object()


@task
def reports(steps: int) -> None:
    for step in range(1, steps + 1):
        progress.report(step, steps, f"第 {step} 步")


@task
def is_cancelled_meanwhile() -> None:
    Job.objects.filter(pk=progress.job_id()).update(state="cancelled", lease_until=None)
    progress.report(1, 1)
    raise AssertionError("goes on after the lease is gone")
