from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifelong.jobs import schedule
from lifelong.jobs.actions import clock, operating
from lifelong.jobs.lifecycle import KEEP_DAYS, State
from lifelong.jobs.models import Duty, Job, Worker
from lifelong.jobs.queries import trouble
from lifelong.jobs.tasks import learn_sizes
from lifelong.jobs.tests import sample_tasks as tasks


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(schedule, "entries", [])
    monkeypatch.setattr(schedule, "duties", [])
    return schedule


def beijing(*parts):
    return timezone.make_aware(datetime(*parts))


def test_a_daily_slot_is_the_last_time_of_day_that_has_passed(declared):
    declared.daily(at="03:10")(tasks.note)
    (entry,) = declared.entries
    assert entry.key(beijing(2026, 5, 20, 3, 10)).endswith("note@2026-05-20T03:10:00")
    assert entry.key(beijing(2026, 5, 20, 3, 9, 59)).endswith("note@2026-05-19T03:10:00")
    assert entry.key(beijing(2026, 5, 20, 23, 59)).endswith("note@2026-05-20T03:10:00")


def test_a_declaration_gives_the_task_back_and_counts_once(declared):
    assert declared.every(minutes=5)(tasks.note) is tasks.note
    declared.every(minutes=5)(tasks.note)
    assert len(declared.entries) == 1
    with pytest.raises(ValueError, match="longer than nothing"):
        declared.every()


@given(at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), minutes=st.integers(1, 3000))
def test_every_instant_lies_in_the_slot_that_began_at_most_a_period_before(at, minutes):
    entries = schedule.entries
    schedule.entries = []
    try:
        schedule.every(minutes=minutes)(tasks.note)
        entry = schedule.entries[0]
    finally:
        schedule.entries = entries
    at = at.replace(tzinfo=UTC)
    begin = entry.slot_at(at)
    assert timedelta(0) <= at - begin < timedelta(minutes=minutes)
    assert abs(begin.timestamp() / (60 * minutes) - round(begin.timestamp() / (60 * minutes))) < 1e-6
    assert entry.key(begin + timedelta(milliseconds=1)) == entry.key(at)


@pytest.mark.django_db
def test_a_slot_makes_one_job_however_often_it_is_asked_for(declared):
    declared.every(minutes=5)(tasks.note)
    at = beijing(2026, 5, 20, 12, 3)
    assert clock.enqueue_slot(declared.entries[0], at)
    assert clock.enqueue_slot(declared.entries[0], at + timedelta(seconds=60))
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_no_further_slot_is_made_while_an_earlier_job_is_unfinished(declared):
    declared.every(minutes=5)(tasks.note)
    at = beijing(2026, 5, 20, 12, 3)
    clock.enqueue_slot(declared.entries[0], at)
    assert not clock.enqueue_slot(declared.entries[0], at + timedelta(minutes=5))
    Job.objects.update(state=State.DONE)
    assert clock.enqueue_slot(declared.entries[0], at + timedelta(minutes=5))
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_a_duty_has_one_holder_until_its_lease_ends():
    assert clock.take_duty("seal", "a")
    assert clock.take_duty("seal", "a")
    assert not clock.take_duty("seal", "b")
    Duty.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert clock.take_duty("seal", "b")
    assert not clock.take_duty("seal", "a")


@pytest.mark.django_db
def test_what_has_long_been_over_is_swept_and_nothing_else():
    at = timezone.now()
    for state, days in KEEP_DAYS.items():
        Job.objects.create(path="x.y", queue="default", state=state, finished_at=at - timedelta(days=days, hours=1))
        Job.objects.create(path="x.y", queue="default", state=state, finished_at=at - timedelta(days=days - 1))
    Job.objects.create(path="x.y", queue="default", created_at=at - timedelta(days=4000))
    Worker.objects.create(name="old", host="h", pid=1, slots="*", started_at=at, seen_at=at - timedelta(days=2))
    assert operating.sweep(at=at) == 3
    assert Job.objects.count() == 4
    assert Worker.objects.count() == 0


@pytest.mark.django_db
def test_the_readiness_check_names_what_keeps_the_queue_from_moving():
    at = timezone.now()
    assert trouble(at) == ""
    job = Job.objects.create(path="x.y", queue="default", run_after=at - timedelta(seconds=60))
    assert "no worker" in trouble(at)
    Worker.objects.create(name="w", host="h", pid=1, slots="*", started_at=at, seen_at=at)
    assert trouble(at) == ""
    Job.objects.filter(pk=job.pk).update(run_after=at - timedelta(seconds=400))
    assert "400 s" in trouble(at)


@pytest.mark.django_db
def test_work_that_may_take_its_time_does_not_make_the_platform_unready():
    at = timezone.now()
    Job.objects.create(path="a.b", queue="media", priority=-50, run_after=at - timedelta(hours=5))
    Job.objects.create(path="a.b", queue="media", priority=10, run_after=at - timedelta(hours=5))
    assert trouble(at) == ""


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")
def test_the_database_knows_how_long_its_tables_are():
    learn_sizes.call()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'regions_region'")
        assert cursor.fetchone()[0] > 0
