"""The link of a course: visited once, tried again after 1 h and 6 h where it did not answer, judged by its platform."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.jobs.models import Job
from lifelong.resources import tasks
from lifelong.resources.actions import drafts, explanations, links, submission
from lifelong.resources.lifecycle import State
from lifelong.resources.models import LinkCheck, Version
from lifelong.resources.tests import cast
from lifelong.standards import events
from lifelong.standards.links import checker
from lifelong.standards.links.checker import LinkFacts
from lifelong.standards.models import HostName, HostPlatform
from lifelong.web.refusals import NotAllowed

NOW = timezone.now
LINK = "https://course.example.org/learn/12"


@pytest.fixture
def course(college, reporter) -> Version:
    version = cast.draft(college, reporter, type="A03", area="degree", category="", link=LINK)
    version.refresh_from_db()
    return version


def visited(check: LinkCheck, outcome: str, attempt: int, at=None) -> LinkCheck:
    return links.record_check(check, facts=LinkFacts(check.url, outcome), attempt=attempt, at=at or NOW())


def verdict(version: Version, rule: str = "link.reachable", round=None) -> str:
    return version.findings.get(rule=rule, round=round).verdict


def handed_in(course: Version, call, reporter):
    from lifelong.resources.actions import attachments

    attachments.set_cover(course, name="封面.jpg", content=cast.jpeg(), by=reporter, at=NOW())
    protection = course.findings.get(rule="link.protection", round=None)
    explanations.explain(course, sentences={protection.pk: "平台正在测评"}, by=reporter, at=NOW())
    course.refresh_from_db()
    return submission.submit(course, call=call, signature=cast.signed(course, reporter), by=reporter, at=NOW())


def test_an_unproven_platform_fails_at_once_and_is_explained(course):
    assert verdict(course, "link.protection") == "fail"


def test_a_platform_that_is_proven_later_passes_for_drafts_and_open_rounds(course, call, reporter):
    round = handed_in(course, call, reporter)
    platform = HostPlatform.objects.create(name="某某慕课", level=3, verified_at=NOW())
    HostName.objects.create(platform=platform, host="example.org")
    events.platform_verified.send(HostPlatform, platform=platform)
    assert verdict(course, "link.protection", round) == "pass"
    assert round.findings.get(rule="link.protection").explanation == "平台正在测评"


def test_a_link_that_opens_passes(course, reporter):
    visited(links.ask_for_check(course, by=reporter, at=NOW()), "works", 1)
    assert verdict(course) == "pass"


def test_a_host_that_does_not_answer_is_tried_after_one_and_six_hours_and_then_fails(course, call, reporter):
    round = handed_in(course, call, reporter)
    check, at = LinkCheck.objects.get(), NOW()
    assert check.checked_at is None
    check = visited(check, "no_answer", 1, at)
    assert (verdict(course, round=round), check.next_at - at) == ("warn", timedelta(hours=1))
    again = Job.objects.filter(path="lifelong.resources.tasks.check_link").order_by("-pk").first()
    assert again.run_after == check.next_at
    check = visited(check, "server_error", 2, at)
    assert (verdict(course, round=round), check.next_at - at) == ("warn", timedelta(hours=6))
    check = visited(check, "timed_out", 3, at)
    assert (verdict(course, round=round), check.next_at) == ("fail", None)


def test_a_visit_written_down_twice_counts_once(course, reporter):
    check = links.ask_for_check(course, by=reporter, at=NOW())
    visited(check, "no_answer", 1)
    visited(check, "no_answer", 1)
    assert LinkCheck.objects.get().attempts == 1


def test_a_changed_link_forgets_what_was_found_of_the_old_one(course, reporter):
    check = links.ask_for_check(course, by=reporter, at=NOW())
    visited(check, "not_found", 1)
    saved = drafts.save_draft(
        course, values={"link": "https://other.example.net/2"}, revision=course.revision, by=reporter, at=NOW()
    )
    assert not saved.findings.filter(rule="link.reachable").exists()
    assert not LinkCheck.objects.exists()
    assert visited(check, "works", 2) is None


def test_a_removed_link_takes_its_findings_along(course, reporter):
    drafts.save_draft(course, values={"link": ""}, revision=course.revision, by=reporter, at=NOW())
    assert not course.findings.exists()


def test_who_asks_twice_in_a_minute_is_given_the_check_under_way(course, reporter):
    first = links.ask_for_check(course, by=reporter, at=NOW())
    visited(first, "works", 1)
    links.ask_for_check(course, by=reporter, at=NOW())
    assert LinkCheck.objects.get().attempts == 1
    links.ask_for_check(course, by=reporter, at=NOW() + timedelta(minutes=2))
    assert LinkCheck.objects.get().attempts == 0


def test_only_the_own_reporter_asks_for_a_check(course, rival):
    with pytest.raises(NotAllowed):
        links.ask_for_check(course, by=rival, at=NOW())


def test_the_job_visits_once_and_passes_over_what_is_done(course, reporter, monkeypatch):
    visits = []

    def visit(url):
        visits.append(url)
        return LinkFacts(url, "works")

    monkeypatch.setattr(checker, "check_link", visit)
    check = links.ask_for_check(course, by=reporter, at=NOW())
    tasks.check_link.func(check.pk, LINK, 1)
    tasks.check_link.func(check.pk, LINK, 1)
    assert visits == [LINK]
    assert verdict(course) == "pass"


def test_a_verdict_of_a_decided_version_is_left_alone(course, call, reporter):
    round = handed_in(course, call, reporter)
    Version.objects.filter(pk=course.pk).update(state=State.PUBLISHED)
    type(round).objects.filter(pk=round.pk).update(closed_at=NOW())
    visited(LinkCheck.objects.get(), "not_found", 1)
    assert not round.findings.filter(rule="link.reachable").exists()
