"""A learner of a school's platform: no account, no cookie, the same evidence; the score comes from what was measured."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts.models import GUESTS, User
from lifelong.accounts.queries import people
from lifelong.catalogue.actions import lti
from lifelong.catalogue.lti.fetching import Unreachable
from lifelong.catalogue.lti.tickets import Launch
from lifelong.catalogue.models import LtiPlatform
from lifelong.catalogue.tests.school import ISSUER, school
from lifelong.jobs.models import Job
from lifelong.learning import tasks
from lifelong.learning.actions import launches, scores
from lifelong.learning.actions.study import take_in
from lifelong.learning.beats.rules import beat_of
from lifelong.learning.models import SchoolLearner, SchoolScore, StudySession
from lifelong.learning.tests.studying import playable

pytestmark = pytest.mark.django_db


@pytest.fixture
def lms(tmp_path, monkeypatch):
    with school(tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def platform(operator, lms):
    return lti.save_platform(
        lti.PlatformFacts(
            "某校学习平台", ISSUER, "client-1", f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/jwks", ["dep-1"]
        ),
        by=operator, at=timezone.now(),
    )  # fmt: skip


def launch(platform, entry, *, sub="student-7", line="/courses/1/lineitems/2"):
    return Launch(platform.pk, entry.identifier, sub, f"{ISSUER}{line}", int(time.time())).written()


def begin(client, ticket, file=1, **headers):
    body = json.dumps({"resource": "anything", "file": file, "launch": ticket})
    return client.post("/lti/study", body, content_type="application/json", headers=headers)


def watch(answer, begin_s, end_s, *, n, after_s):
    """A heartbeat as the front takes it, so many seconds after the session began."""
    told = {"ticket": answer.json()["ticket"], "n": n, "from": begin_s, "to": end_s, "speed": 1, "place": end_s}
    began = StudySession.objects.get(pk=answer.json()["session"]).began_at
    take_in([beat_of(json.dumps(told).encode(), (began + timedelta(seconds=after_s)).timestamp())])


def report_jobs():
    return list(Job.objects.filter(path="lifelong.learning.tasks.report_score").order_by("pk"))


def test_the_score_is_the_measured_share_step_by_step_and_done_at_nine_tenths(client, platform, lms):
    entry = playable(files=2)  # of 100 s each
    answer = begin(client, launch(platform, entry), Cookie="")
    assert answer.status_code == 200
    assert not answer.cookies
    watch(answer, 0, 100, n=1, after_s=0.5)  # the whole film in half a second
    assert SchoolScore.objects.get().share < 0.01
    assert report_jobs() == []
    watch(answer, 0, 50, n=2, after_s=50.5)
    score = SchoolScore.objects.get()
    assert score.share == pytest.approx(0.25, abs=0.01)
    for job in report_jobs():
        tasks.report_score.func(*job.args)
    [(path, _headers, told)] = lms.scores
    assert path == "/courses/1/lineitems/2/scores"
    assert told["scoreGiven"] == pytest.approx(0.25, abs=0.01)
    assert (told["userId"], told["activityProgress"]) == ("student-7", "InProgress")
    watch(answer, 50, 100, n=3, after_s=101)
    second = begin(client, launch(platform, entry), file=2)
    watch(second, 0, 85, n=1, after_s=85)
    tasks.report_score.func(report_jobs()[-1].args[0])
    assert lms.scores[-1][2]["activityProgress"] == "Completed"
    assert lms.scores[-1][2]["scoreGiven"] == pytest.approx(0.925, abs=0.01)
    sent = len(lms.scores)
    for job in report_jobs():  # run again, or late: nothing new to say
        tasks.report_score.func(*job.args)
    assert len(lms.scores) == sent


def test_what_rests_between_two_steps_is_told_too_and_what_fails_waits(client, platform, lms):
    entry = playable()
    answer = begin(client, launch(platform, entry))
    watch(answer, 0, 5, n=1, after_s=5)
    assert report_jobs() == []
    later = timezone.now() + timedelta(minutes=6)
    assert scores.tell_settled(at=later) == 1
    scores.tell_settled(at=later)
    [job] = report_jobs()
    lms.failing = [503]
    with pytest.raises(Unreachable):
        tasks.report_score.func(*job.args)
    assert SchoolScore.objects.get().told_at is None
    tasks.report_score.func(*job.args)
    assert SchoolScore.objects.get().told_share == SchoolScore.objects.get().share
    assert scores.tell_settled(at=later) == 0


def test_the_pseudonym_is_no_account_and_another_course_begins_with_what_is_known(client, platform, lms):
    entry = playable()
    watch(begin(client, launch(platform, entry)), 0, 50, n=1, after_s=50)
    begin(client, launch(platform, entry, line="/courses/2/lineitems/9"))
    begin(client, launch(platform, entry, sub="STUDENT-7"))
    assert SchoolLearner.objects.count() == 2  # names differ in their case alone
    mine = SchoolLearner.objects.order_by("pk").first()
    assert [round(score.share, 2) for score in mine.scores.order_by("pk")] == [0.5, 0.5]
    assert mine.sub == "student-7"
    user = mine.user
    assert not user.is_active
    assert not user.has_usable_password()
    assert not people().filter(pk=user.pk).exists()
    assert User.objects.filter(pk=user.pk).exists()


def test_one_platform_brings_no_more_learners_than_a_school_has(client, platform, lms, monkeypatch):
    monkeypatch.setattr(launches, "MOST_NEW_IN_A_DAY", 2)
    entry = playable()
    assert [begin(client, launch(platform, entry, sub=f"s{n}")).status_code for n in range(4)] == [200, 200, 429, 429]
    assert begin(client, launch(platform, entry, sub="s1")).status_code == 200  # who is known goes on
    assert SchoolLearner.objects.count() == 2
    SchoolLearner.objects.update(came_at=timezone.now() - timedelta(days=2))
    assert begin(client, launch(platform, entry, sub="s3")).status_code == 200


def test_who_never_studied_is_forgotten_after_a_month_and_evidence_stays(client, platform, lms):
    entry = playable()
    watch(begin(client, launch(platform, entry, sub="studied")), 0, 20, n=1, after_s=20)
    begin(client, launch(platform, entry, sub="looked"))
    assert launches.forget_idle(at=timezone.now() + timedelta(days=29)) == 0
    assert launches.forget_idle(at=timezone.now() + timedelta(days=31)) == 1
    assert [learner.sub for learner in SchoolLearner.objects.all()] == ["studied"]
    assert StudySession.objects.count() == SchoolScore.objects.count() == 1
    assert User.objects.filter(email__endswith=GUESTS).count() == 1


def test_nobody_begins_without_a_fresh_launch_of_an_open_platform(client, platform, lms, monkeypatch):
    entry = playable()
    ticket = launch(platform, entry)
    assert begin(client, ticket[:-2]).status_code == 403
    assert begin(client, "").status_code == 403
    assert client.post("/lti/study", "[1]", content_type="application/json").status_code == 400
    assert client.get("/lti/study").status_code == 405
    assert begin(client, launch(platform, entry, sub="")).status_code == 403
    assert begin(client, ticket, file=7).status_code == 422
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 13 * 3600)
    assert begin(client, ticket).status_code == 403
    monkeypatch.undo()
    LtiPlatform.objects.update(is_open=False)
    assert begin(client, launch(platform, entry)).status_code == 403
    assert not SchoolLearner.objects.exists()
