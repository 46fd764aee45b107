"""Whose turn it is, one host at a time; kills, stand-still, what is reported and what is published."""

import time
from datetime import timedelta

import pytest
from django.core import mail

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.jobs.models import Job
from lifelong.monitoring.actions import inspection_running
from lifelong.monitoring.actions.inspection_targets import claim, take_up
from lifelong.monitoring.lifecycle import FindingState, Subject
from lifelong.monitoring.looks import links
from lifelong.monitoring.models import HostPace, InspectionFinding, InspectionTarget
from lifelong.monitoring.queries import inspection
from lifelong.monitoring.tests.inspecting import *  # noqa: F403 - its fixtures
from lifelong.monitoring.tests.inspecting import BEGIN, Days, confirmed, courses, facts_of, found, run
from lifelong.standards.links.checker import LinkFacts

pytestmark = pytest.mark.django_db


def test_what_waited_longest_comes_first_and_each_host_gets_its_turn(now: Days, operator) -> None:
    targets = courses(*(f"http://big.example.org/{n}" for n in range(5)), "http://small.example.net/1")
    for age, target in enumerate(targets):
        InspectionTarget.objects.filter(pk=target.pk).update(waits_since=BEGIN - timedelta(days=100 - age))
    asked: list[str] = []

    def look(url: str) -> LinkFacts:
        asked.append(url)
        return facts_of("works")

    inspection_running.inspect_links(visit=look, now=now, pause_s=0.1, budget_s=0.2)  # two of a host
    assert len(asked) == 1  # six in seven days: one in ten minutes is plenty
    for _run in range(5):
        now.go(minutes=10)
        inspection_running.inspect_links(visit=look, now=now, pause_s=0.1, budget_s=0.2)
    assert asked == [target.address for target in targets]
    now.go(minutes=10)
    assert run(now, facts_of("works")).looked == 0  # not again before three quarters of the days


def test_everything_comes_round_within_the_days_of_the_plan(now: Days) -> None:
    courses(*(f"http://host{n % 9}.example.org/{n}" for n in range(40)))
    for _run in range(7 * 144 // 6):
        run(now, facts_of("works"))
        now.go(hours=1)
    oldest = min(InspectionTarget.objects.filter(subject=Subject.LINK).values_list("waits_since", flat=True))
    assert oldest > BEGIN
    assert not next(one for one in inspection.standings(now()) if one.subject == Subject.LINK).is_late


def test_a_host_that_asks_to_wait_is_left_alone_so_long(now: Days) -> None:
    targets = courses(*(f"http://host.example.org/{n}" for n in range(3)))
    InspectionTarget.objects.filter(pk__in=[t.pk for t in targets]).update(look_at=BEGIN)
    asked: list[str] = []

    def look(url: str) -> LinkFacts:
        asked.append(url)
        return facts_of("turned_away", status=429, retry_after_s=3600)

    inspection_running.inspect_links(visit=look, now=now, pause_s=0.0)
    assert len(asked) == 1
    assert HostPace.objects.get().not_before == BEGIN + timedelta(hours=1)
    now.go(minutes=50)
    inspection_running.inspect_links(visit=look, now=now, pause_s=0.0)
    assert len(asked) == 1
    now.go(minutes=11)
    inspection_running.inspect_links(visit=look, now=now, pause_s=0.0)
    assert len(asked) == 2
    assert not InspectionTarget.objects.filter(claims__gt=1).exists()  # who was not asked was given back untouched


def test_one_host_is_asked_one_thing_at_a_time_while_others_go_on_beside_it() -> None:
    targets = [InspectionTarget(pk=n, host=f"h{n % 3}", address=str(n)) for n in range(12)]
    at_once: dict[str, int] = {}
    most: dict[str, int] = {}

    def look(url: str) -> LinkFacts:
        host = f"h{int(url) % 3}"
        at_once[host] = at_once.get(host, 0) + 1
        most[host] = max(most.get(host, 0), at_once[host])
        time.sleep(0.01)
        at_once[host] -= 1
        return facts_of("works")

    began = time.monotonic()
    came = list(inspection_running.rounds(targets, visit=look, pause_s=0.02, budget_s=5))
    assert len(came) == 12
    assert all(facts for _target, facts in came)
    assert set(most.values()) == {1}
    assert time.monotonic() - began >= 3 * 0.02


def test_a_kill_during_a_check_leaves_it_unchecked_and_first_in_line(now: Days) -> None:
    target = courses("http://course.example.org/1")[0]
    run(now, facts_of("works"))
    now.go(days=6)
    mine = claim([target], at=now())  # and then the worker was gone
    target.refresh_from_db()
    assert target.last_checked_at is None
    assert target.waits_since == BEGIN
    assert run(now, facts_of("works")).looked == 0  # it might still be at work
    now.go(minutes=21)
    assert run(now, facts_of("works")).looked == 1
    from lifelong.monitoring.actions.inspection_looks import record

    assert record(mine[0], links.judged(facts_of("not_found"), at=now()), at=now()) is None  # back from the dead
    assert not InspectionFinding.objects.exists()


def test_a_new_link_is_another_target(now: Days) -> None:
    target = courses("http://course.example.org/1")[0]
    confirmed(now, facts_of("not_found", status=404))
    Entry.objects.update(link="http://new.example.org/2")
    assert take_up([target.resource_id], at=now()) == 2  # the link, and the platform it stands on
    assert found().state == FindingState.CURED
    assert "新版本" in found().reason
    assert InspectionTarget.objects.get(subject=Subject.LINK).address == "http://new.example.org/2"


def test_inspection_that_stands_still_is_noticed(now: Days) -> None:
    courses("http://course.example.org/1")
    InspectionTarget.objects.exclude(subject=Subject.LINK).delete()
    run(now, facts_of("works"))
    assert inspection.stands_still(now.go(days=5)) is None  # nothing is due yet
    assert inspection.stands_still(now.go(days=2)) is not None
    now.go(minutes=1)
    run(now, facts_of("works"))
    assert inspection.stands_still(now()) is None


def test_a_report_that_it_does_not_play_has_it_looked_at_next(now: Days) -> None:
    from lifelong.catalogue.actions.reports import file_report

    target = courses("http://course.example.org/1")[0]
    run(now, facts_of("works"))
    now.go(hours=2)
    file_report(kind="playback", text="打不开了", resource=target.resource, at=now())
    assert run(now, facts_of("not_found", status=404)).looked == 1
    file_report(kind="playback", text="还是打不开", resource=target.resource, at=now.go(minutes=1))
    assert run(now, facts_of("not_found", status=404)).looked == 0  # the second look keeps its pause


def test_publishing_lists_what_there_is_to_inspect(final) -> None:
    world.published(final)
    jobs = Job.objects.filter(path="lifelong.monitoring.tasks.take_up")
    assert jobs.count() >= 1
    take_up([pk for job in jobs for pk in job.args[0]], at=BEGIN)
    kinds = set(InspectionTarget.objects.values_list("subject", flat=True))
    assert {Subject.TEXT, Subject.FILE, Subject.RENDITION, Subject.PLAYBACK} <= kinds
    assert mail.outbox == []
    assert holder(Role.AUDIT_ADMINISTRATOR)
