"""Scores: by hand, by property, and the same again."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lifelong.jobs import GiveUp
from lifelong.learning.models import Rating
from lifelong.monitoring.actions import evaluation_runs
from lifelong.monitoring.evaluating import effect, reckoning
from lifelong.monitoring.evaluating.indicators import INDICATORS, Facts, Reading
from lifelong.monitoring.evaluating.scheme import PERCENTILE, problems, read, written
from lifelong.monitoring.lifecycle import FindingState, RunState, Subject
from lifelong.monitoring.models import Evaluation, EvaluationRun, InspectionFinding, InspectionTarget
from lifelong.monitoring.tests.evaluation_world import *  # noqa: F403 - its fixtures
from lifelong.monitoring.tests.evaluation_world import NOW, crowd, learned, online, rated, run_of, used
from lifelong.review.tests import desk

SCHEME = read(written()["2026"])


def test_the_wilson_bound_is_the_textbooks():
    assert effect.wilson(0, 0) == 0
    assert effect.wilson(9, 10) == pytest.approx(0.5958, abs=1e-4)
    assert effect.wilson(90, 100) == pytest.approx(0.8256, abs=1e-4)
    assert effect.wilson(100, 100) > effect.wilson(10, 10)


def test_two_who_start_a_year_at_once_start_it_once(operator, monkeypatch):
    run = evaluation_runs.start_run(2026, version="2026", by=operator, at=NOW)
    monkeypatch.setattr(evaluation_runs, "living_of", lambda _year: None)  # each saw none yet
    with pytest.raises(evaluation_runs.RunMoved, match="刚刚已经发起"):
        evaluation_runs.start_run(run.year, version="2026", by=operator, at=NOW)
    assert EvaluationRun.objects.get() == run


def test_of_fewer_than_ten_people_no_share_is_told():
    months = [("2026-05", n < 3) for n in range(9)] + [("2026-06", n < 5) for n in range(10)]
    told = [(one.month, one.began, one.completed, one.share) for one in effect.cohorts(months)]
    assert told == [("2026-05", 9, 3, None), ("2026-06", 10, 5, 0.5)]


def test_retention_counts_whoever_saw_a_part_of_the_stretch():
    assert effect.retention([([[0, 50]], 100), ([[0, 10], [90, 100]], 100), ([], 100)], bins=4) == [2, 1, 0, 1]
    assert effect.retention([([[0, 50]], 100), ([[0, 50]], 200)], bins=4) == [2, 1, 0, 0]  # cut longer in a new version
    assert effect.retention([([[0, 50]], 0)], bins=3) == [0, 0, 0]
    assert effect.retention([([[-5, 500]], 100)], bins=2) == [1, 1]


def test_a_theme_is_a_word_that_three_comments_share_however_often_one_says_it():
    texts = [["字幕", "字幕", "清楚"], ["字幕"], ["字幕", "清楚"], ["好"]]
    assert effect.themes(texts) == [("字幕", 3)]


def test_a_scheme_says_what_is_wrong_with_it():
    good = written()["2026"]
    assert problems(good) == []
    heavy = {**good, "indicators": [{**one, "weight": 50} for one in good["indicators"]]}
    few = {**good, "indicators": [{**one, "least": 1} for one in good["indicators"]]}
    bands = {**good, "bands": [{**one, "from": 40} for one in good["bands"]]}
    assert [len(problems(one)) for one in (heavy, few, bands)] == [1, 2, 1]


readings = st.fixed_dictionaries(
    {
        one.id: st.one_of(st.none(), st.floats(0, 100, allow_nan=False).map(lambda x: round(x, 3)))
        for one in SCHEME.indicators
    }
)


@given(readings, st.sampled_from(SCHEME.indicators), st.floats(0, 50), st.lists(st.floats(0, 100), min_size=1))
def test_a_better_reading_never_lowers_the_score(values, changed, more, others):
    groups = {one.id: sorted([*others, values[one.id] or 0]) for one in SCHEME.indicators}

    def score(given: dict[str, Any]) -> reckoning.Outcome:
        told = {id: Reading(value, 100) for id, value in given.items()}
        beside = {id: sorted([*others, given[id] or 0]) for id in groups}
        return reckoning.outcome(SCHEME, told, beside, days=365)

    before = score(values)
    if values[changed.id] is not None:
        after = score({**values, changed.id: values[changed.id] + more})
        assert after.score >= before.score
    known = sum(line["weight"] for line in before.working if "norm" in line)
    points = sum((Decimal(line["points"]) for line in before.working if "norm" in line), Decimal(0))
    assert sum(line["weight"] for line in before.working) == 100
    if known:
        assert abs(before.score - 100 * points / known) <= Decimal("0.5")
        assert 0 <= before.score <= 100
    assert (before.grade == "") == (known < SCHEME.least_weight)


def test_a_score_by_hand():
    """(20·75 + 20·50 + 15·50 + 15·59.58 + 10·40) / 80; running and opinions are not known and weigh nothing."""
    told = {
        "visitors": Reading(30, 365), "hours": Reading(2, 365), "completion": Reading(0.4, 20),
        "rating": Reading(effect.wilson(9, 10), 10), "running": Reading(None), "information": Reading(0.4, 5),
        "opinions": Reading(80, 1),
    }  # fmt: skip
    groups = {"visitors": [10, 20, 30, 30], "hours": [1, 2, 3], "completion": [0.4]}
    found = reckoning.outcome(SCHEME, told, groups, days=365)
    assert (found.score, found.grade, found.ungraded) == (Decimal("56.80"), "fair", "")
    missing = {line["id"]: line["missing"] for line in found.working if "missing" in line}
    assert missing == {"running": "none", "opinions": "few"}
    assert reckoning.again(SCHEME, found.working) == (found.score, "fair")
    fresh = reckoning.outcome(SCHEME, told, groups, days=89)
    assert (fresh.score, fresh.grade, fresh.ungraded) == (None, "", "fresh")


@pytest.mark.django_db
def test_the_run_reads_what_happened_in_its_year_and_says_the_same_again(operator, here, client):
    entries = crowd(here, 12)
    learned(entries[-1], 20, 8)
    rated(entries[-1], 9, 1)
    Rating.objects.create(
        user=desk.reporter(here), resource=entries[-1].resource, stars=5, at=NOW - timedelta(days=9)
    )  # praises their own: not counted
    fresh = online(here, "新来的", since=(NOW - timedelta(days=30)).date())
    used(fresh, 5_000)
    used(entries[0], 9_999, day=entries[0].published_at.date())  # the year before
    alone = online(here, "独一份", area="degree", type="A02")
    run = run_of(operator)
    best, first = (Evaluation.objects.get(run=run, resource=one.resource) for one in (entries[-1], entries[0]))
    lines = {line["id"]: line for line in best.working}
    assert lines["visitors"]["value"] == pytest.approx(120 * 30 / 330)
    assert lines["completion"]["value"] == 0.4
    assert lines["rating"]["of"] == 10
    assert lines["visitors"]["norm"] == "95.83"
    assert lines["visitors"]["group"] == 12
    assert best.days == 330
    assert best.score > first.score
    assert Evaluation.objects.get(run=run, resource=fresh.resource).ungraded == "fresh"
    single = Evaluation.objects.get(run=run, resource=alone.resource)
    assert {line["id"]: line.get("group") for line in single.working}["visitors"] == 1
    evaluation_runs.reckon_again(run, by=operator, at=NOW)
    before = list(Evaluation.objects.order_by("resource").values_list("resource", "score", "grade", "working"))
    evaluation_runs.reckon(run, at=NOW)
    assert list(Evaluation.objects.order_by("resource").values_list("resource", "score", "grade", "working")) == before
    assert EvaluationRun.objects.get().digest == run.digest != ""


@pytest.mark.django_db
def test_a_year_without_counting_is_not_a_year_without_visitors(operator, here):
    online(here)
    run = run_of(operator)
    found = Evaluation.objects.get(run=run)
    assert found.ungraded == "thin"
    assert {line["id"]: line.get("missing") for line in found.working}["visitors"] == "none"


@pytest.mark.django_db
def test_a_job_that_was_overtaken_writes_nothing_more(operator, here, monkeypatch):
    crowd(here, 3)
    run = evaluation_runs.start_run(2026, version="2026", by=operator, at=NOW)
    facts_of = evaluation_runs.known.facts_of
    with monkeypatch.context() as patched:

        def overtaken(*args, **kwargs):
            found = facts_of(*args, **kwargs)
            patched.undo()
            evaluation_runs.reckon(run, at=NOW)  # the other job, from beginning to end
            return found

        patched.setattr(evaluation_runs.known, "facts_of", overtaken)
        with pytest.raises(GiveUp):
            evaluation_runs.reckon(run, at=NOW)
    run.refresh_from_db()
    assert run.state == RunState.RECKONED
    assert run.evaluations.count() == 3


@pytest.mark.django_db
def test_a_lot_of_resources_costs_as_many_queries_as_two(operator, here):
    crowd(here, 2)
    run = evaluation_runs.start_run(2026, version="2026", by=operator, at=NOW)
    with CaptureQueriesContext(connection) as few:
        evaluation_runs.reckon(run, at=NOW)
    crowd(here, 30)
    evaluation_runs.reckon_again(EvaluationRun.objects.get(), by=operator, at=NOW)
    with CaptureQueriesContext(connection) as many:
        evaluation_runs.reckon(run, at=NOW)
    assert len(many) <= len(few)


def test_every_indicator_says_nothing_of_nothing():
    nothing = Facts(days=0)
    assert {one.id: one.read(nothing).value for one in INDICATORS.values()} == dict.fromkeys(INDICATORS)
    assert {one.norm for one in SCHEME.indicators} == {PERCENTILE, "linear"}


@pytest.mark.django_db
def test_days_with_a_confirmed_fault_are_not_sound_and_what_was_no_fault_counts_for_nothing(operator, here):
    entries = crowd(here, 4)
    for entry in entries[:3]:
        InspectionTarget.objects.create(
            resource=entry.resource, subject=Subject.LINK, waits_since=NOW, last_checked_at=NOW
        )
    faulty, cleared = entries[0].resource, entries[1].resource
    for days, length, resource, state in (
        (100, 10, faulty, FindingState.CURED),
        (95, 15, faulty, FindingState.CURED),  # over the same days in part
        (50, 20, cleared, FindingState.DISMISSED),
    ):
        begin = NOW - timedelta(days=days)
        InspectionFinding.objects.create(
            resource=resource, trouble="link.dead", state=state, found_at=begin, second_at=begin, confirmed_at=begin,
            ended_at=begin + timedelta(days=length),
        )  # fmt: skip
    run = run_of(operator)
    found = {
        one.resource_id: next(line for line in one.working if line["id"] == "running")
        for one in Evaluation.objects.filter(run=run)
    }
    assert found[faulty.pk]["value"] == pytest.approx((330 - 21) / 330)
    assert found[cleared.pk]["value"] == found[entries[2].resource.pk]["value"] == 1
    assert found[entries[3].resource.pk]["missing"] == "none"
