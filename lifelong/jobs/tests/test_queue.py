from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist, TaskResultMismatch
from hypothesis import given
from hypothesis import strategies as st

from lifelong import jobs
from lifelong.jobs.actions import leasing
from lifelong.jobs.actions.leasing import Queues
from lifelong.jobs.lifecycle import STEPS, State, may_step, pause_before_retry
from lifelong.jobs.models import Job
from lifelong.jobs.progress import Held
from lifelong.jobs.queries import job_of
from lifelong.jobs.running import drain, run
from lifelong.jobs.tests import sample_tasks as tasks

pytestmark = pytest.mark.django_db
NOTE = "lifelong.jobs.tests.sample_tasks.note"


@pytest.fixture
def path(tmp_path, settings):
    settings.DATA = tmp_path
    return str(tmp_path / "lines")


def lines(path):
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def run_next(**options):
    job = leasing.claim("me", **options)
    return run(Held(job)) if job else None


def test_an_enqueued_job_runs_and_its_result_can_be_read(path):
    result = tasks.note.enqueue(path, "一")
    assert result.status == TaskResultStatus.READY
    assert drain() == 1
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == (TaskResultStatus.SUCCESSFUL, "一", 1)
    assert lines(path) == ["一"]
    assert tasks.note.get_result(result.id).id == result.id
    assert job_of(result.id).state == State.DONE


def test_a_result_of_another_task_or_none_is_refused(path):
    result = tasks.note.enqueue(path, "一")
    with pytest.raises(TaskResultMismatch):
        tasks.slow.get_result(result.id)
    for unknown in ("0", "x", "9" * 30):
        with pytest.raises(TaskResultDoesNotExist):
            tasks.note.get_result(unknown)


def test_a_rolled_back_transaction_leaves_no_job(path):
    def enqueue_and_break():
        with transaction.atomic():
            jobs.enqueue(NOTE, path, "一")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_break()
    assert Job.objects.count() == 0


def test_a_slot_is_used_once(path):
    first = jobs.enqueue(NOTE, path, "一", slot="a")
    assert jobs.enqueue(NOTE, path, "二", slot="a").id == first.id
    drain()
    assert jobs.enqueue(NOTE, path, "三", slot="a").id == first.id
    assert lines(path) == ["一"]


def test_the_more_urgent_job_runs_first_and_equals_in_their_order(path):
    for text, priority in (("低", -5), ("平一", 0), ("高", 9), ("平二", 0)):
        jobs.enqueue(NOTE, path, text, priority=priority)
    drain()
    assert lines(path) == ["高", "平一", "平二", "低"]


def served(number):
    """What is claimed and done next, as (party, text)."""
    order = []
    for _ in range(number):
        job = leasing.claim("me")
        leasing.finish(job, None)
        order.append((job.party, job.args[1]))
    return order


def test_five_hundred_files_of_one_institution_do_not_keep_the_one_of_another_waiting(path):
    for number in range(500):
        jobs.enqueue(NOTE, path, number, party=41)
    assert served(20) == [("41", number) for number in range(20)]
    jobs.enqueue(NOTE, path, 0, party=42)
    for number in range(3):
        jobs.enqueue(NOTE, path, number, party=43)
    assert served(8) == [
        ("41", 20), ("42", 0), ("43", 0), ("41", 21), ("43", 1), ("41", 22), ("43", 2), ("41", 23)
    ]  # fmt: skip
    jobs.enqueue(NOTE, path, 0, party=44)
    assert served(2) == [("41", 24), ("44", 0)], (
        "who comes when the others have long been served is not put behind them"
    )


def test_many_jobs_of_one_priority_cost_an_institution_nothing_at_another(path):
    for number in range(9):
        jobs.enqueue(NOTE, path, number, party=41)
    for number in range(3):
        jobs.enqueue(NOTE, path, number, party=42, priority=5)
    jobs.enqueue(NOTE, path, "urgent", party=41, priority=5)
    assert served(3) == [("42", 0), ("41", "urgent"), ("42", 1)]


def test_a_job_waiting_for_its_time_holds_nobodys_turn(path):
    later = timezone.now() + timedelta(hours=1)
    jobs.enqueue(NOTE, path, "later", party=41, run_after=later)
    for number in range(5):
        jobs.enqueue(NOTE, path, number, party=41)
    served(3)
    for number in range(2):
        jobs.enqueue(NOTE, path, number, party=42)
    assert served(4) == [("41", 3), ("42", 0), ("41", 4), ("42", 1)]


def test_what_is_hurried_goes_first_and_only_that(path):
    for text in ("甲", "乙", "丙"):
        jobs.enqueue(NOTE, text, text, party=41)
    jobs.enqueue(NOTE, "丙", "丙", party=42)
    assert jobs.hurry([NOTE], ["丙"], party=41, priority=7) == 1
    assert jobs.hurry([NOTE], ["丙"], party=41, priority=7) == 0
    assert jobs.hurry(["another.task"], ["甲"], party=41, priority=7) == 0
    assert served(4) == [("41", "丙"), ("41", "甲"), ("42", "丙"), ("41", "乙")]


def test_a_job_does_not_start_before_its_time(path):
    later = timezone.now() + timedelta(hours=1)
    jobs.enqueue(NOTE, path, "一", run_after=later)
    assert drain() == 0
    assert drain(until=later) == 1


def test_a_slot_for_short_jobs_leaves_the_long_ones_alone(path):
    tasks.slow.enqueue(path, 0)
    tasks.note.enqueue(path, "一")
    quick, long = Queues(("media",)), Queues(("media",), but=False)
    assert leasing.claim("me", quick).path == NOTE
    assert leasing.claim("me", quick) is None
    assert leasing.claim("me", long).queue == "media"


def test_a_claimed_job_is_not_claimed_again(path):
    tasks.note.enqueue(path, "一")
    assert leasing.claim("a") is not None
    assert leasing.claim("b") is None


def test_a_failed_job_waits_longer_each_time_and_dies_after_its_last_attempt(path):
    result = tasks.always_fails.enqueue(path)
    pauses = []
    for attempt in (1, 2):
        assert run_next() == State.READY
        job = job_of(result.id)
        assert (job.state, job.attempts) == (State.READY, attempt)
        assert "盘满了" in job.error
        pauses.append((job.run_after - timezone.now()).total_seconds())
        Job.objects.update(run_after=timezone.now())
    assert 0.5 < pauses[0] < 3.1
    assert 1.5 < pauses[1] < 6.1
    assert run_next() == State.DEAD
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert "RuntimeError" in result.errors[0].traceback


def test_the_death_of_a_job_enqueues_what_its_task_asked_for(path):
    tasks.always_fails.enqueue(path)
    for _ in range(3):
        run_next()
        Job.objects.waiting().update(run_after=timezone.now())
    assert lines(path) == []
    drain()
    assert lines(path) == ["dead"]


@pytest.mark.parametrize(
    ("task", "words"),
    [(tasks.gives_up, "文件已被删除，无法检测。"), (tasks.is_refused, "征集已截止。")],
)
def test_what_will_never_succeed_is_not_tried_again(task, words):
    result = task.enqueue()
    assert run_next() == State.DEAD
    job = job_of(result.id)
    assert (job.attempts, job.error) == (1, words)


def test_a_task_that_is_not_there_is_tried_again_until_it_dies(path):
    result = tasks.note.enqueue(path, "一")
    Job.objects.update(path="lifelong.jobs.tests.sample_tasks.gone", max_attempts=1)
    assert run_next() == State.DEAD
    assert "ImportError" in job_of(result.id).error


def test_a_result_that_is_no_json_is_a_failure():
    result = tasks.returns_no_json.enqueue()
    assert run_next() == State.READY
    assert "TypeError" in job_of(result.id).error


@pytest.mark.parametrize(("task", "value"), [(tasks.says_its_attempt, 1), (tasks.answers_later, 7)])
def test_context_and_coroutines_of_the_api_work(task, value):
    result = task.enqueue()
    drain()
    result.refresh()
    assert result.return_value == value


def test_who_lost_the_lease_cannot_finish_or_fail_the_job(path):
    tasks.note.enqueue(path, "一")
    slow_worker = leasing.claim("a", lease_s=0)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leasing.reap() == 1
    new_owner = leasing.claim("b")
    assert new_owner.fence == slow_worker.fence + 1
    assert not leasing.finish(slow_worker, "alt")
    assert leasing.fail(slow_worker, error="alt") is None
    assert not leasing.release(slow_worker)
    assert leasing.keep("a", [slow_worker]) == {slow_worker.pk}
    assert leasing.finish(new_owner, "neu")
    assert Job.objects.get().result == "neu"


def test_a_lease_that_is_kept_is_not_reaped(path):
    tasks.note.enqueue(path, "一")
    job = leasing.claim("a", lease_s=0.01)
    assert leasing.keep("a", [job], lease_s=60) == set()
    assert leasing.reap() == 0


def test_a_job_that_kills_its_worker_every_time_dies_at_last(path):
    tasks.always_fails.enqueue(path)
    for _ in range(3):
        assert leasing.claim("a") is not None
        Job.objects.running().update(lease_until=timezone.now() - timedelta(seconds=1))
        leasing.reap()
    job = Job.objects.get(path__endswith="always_fails")
    assert job.state == State.DEAD
    assert "进程中途消失" in job.error
    assert Job.objects.filter(path__endswith="note_death").exists()


def test_a_worker_that_is_gone_for_certain_gives_up_its_jobs_at_once(path):
    tasks.note.enqueue(path, "一")
    leasing.claim("a", lease_s=3600)
    leasing.vanish("a")
    assert leasing.reap() == 1
    assert leasing.claim("b") is not None


def test_a_released_job_has_its_attempt_back(path):
    tasks.note.enqueue(path, "一")
    assert leasing.release(leasing.claim("a"))
    job = Job.objects.get()
    assert (job.state, job.attempts) == (State.READY, 0)


def test_progress_is_written_at_most_twice_a_second_and_at_the_end(django_assert_max_num_queries):
    result = tasks.reports.enqueue(500)
    job = leasing.claim("me")
    held = Held(job)
    with django_assert_max_num_queries(12):
        run(held)
    found = job_of(result.id)
    assert (found.state, found.percent) == (State.DONE, 100)


@pytest.mark.django_db(transaction=True)
def test_progress_tells_how_far_a_job_is():
    result = tasks.reports.enqueue(3)
    run(Held(leasing.claim("me")))
    found = job_of(result.id)
    assert (found.progress_done, found.progress_total, found.progress_note) == (3, 3, "第 3 步")


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_job_stops_at_its_next_report():
    result = tasks.is_cancelled_meanwhile.enqueue()
    assert run_next() is None
    assert job_of(result.id).state == State.CANCELLED


def test_a_report_outside_a_job_does_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        jobs.progress.report(1, 2)


@given(attempt=st.integers(1, 500), first=st.floats(0.1, 60), chance=st.floats(0, 1))
def test_the_pause_grows_to_an_hour_and_a_half_at_most_and_is_never_nothing(attempt, first, chance):
    pause = pause_before_retry(attempt, first=first, chance=lambda: chance)
    assert 0 < pause <= 3600 * 1.5
    assert pause <= pause_before_retry(attempt + 1, first=first, chance=lambda: chance)


def test_what_is_done_stays_done_and_what_is_dead_runs_only_by_way_of_ready():
    assert not STEPS[State.DONE]
    assert [state for state in State if may_step(state, State.RUNNING)] == [State.READY]
