import pytest
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.institutions.models import Mandate, MandateRole
from lifelong.media.lifecycle import ProbeState
from lifelong.media.models import MediaFile
from lifelong.media.probe.facts import AudioTrack, Facts, WholeFacts
from lifelong.resources.lifecycle import State
from lifelong.review.actions import waivers
from lifelong.review.actions.decisions import (
    AlreadyDecided,
    CannotTakeBack,
    MayNotDecide,
    NotReady,
    ReasonMissing,
    decide,
    decide_many,
    note_opening,
    take_back,
)  # fmt: skip
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import Decision, Waiver
from lifelong.review.queries.desk import waiting_numbers
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db
WHY = [{"field": "title", "text": "标题过于笼统"}]


@pytest.fixture
def officer():
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def final():
    return holder(Role.FINAL_REVIEWER)


def forward(round, by):
    return decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.FORWARD, by=by, at=timezone.now())


def test_the_province_forwards_and_the_ministry_accepts(officer, final):
    round = desk.handed_in()
    forward(round, officer)
    decision = decide(round, stage=Stage.FINAL, outcome=Outcome.ACCEPT, by=final, at=timezone.now())
    round.version.refresh_from_db()
    assert round.version.state == State.ACCEPTED
    assert decision.authority.kind == "ministry"
    assert [s.verb for s in round.version.steps.all()] == ["forwarded", "accepted"]


def test_the_second_of_two_officers_is_told_who_was_first(officer):
    round = desk.handed_in()
    forward(round, officer)
    other = holder(Role.DECIDING_OFFICER, email="second@example.org")
    with pytest.raises(AlreadyDecided, match="请刷新"):
        decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.REFUSE, by=other, at=timezone.now(), reasons=WHY)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("outcome", [Outcome.RETURN, Outcome.REFUSE])
def test_a_return_or_refusal_without_a_reason_is_not_taken(officer, outcome):
    round = desk.handed_in()
    with pytest.raises(ReasonMissing):
        decide(round, stage=Stage.PROVINCIAL, outcome=outcome, by=officer, at=timezone.now(), reasons=[{"text": "  "}])
    round.version.refresh_from_db()
    assert round.version.state == State.SUBMITTED


def test_a_return_carries_reasons_by_field_and_a_due_date(officer):
    round = desk.handed_in()
    now = timezone.now()
    decision = decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.RETURN, by=officer, at=now, reasons=WHY)
    round.version.refresh_from_db()
    assert round.version.state == State.RETURNED
    assert round.version.return_due_at == decision.due_at
    assert (decision.due_at - now).days == 3
    assert decision.reasons == WHY


def test_a_return_by_the_ministry_lands_at_the_province(officer, final):
    round = desk.handed_in()
    forward(round, officer)
    decide(round, stage=Stage.FINAL, outcome=Outcome.RETURN, by=final, at=timezone.now(), reasons=WHY)
    round.version.refresh_from_db()
    assert round.version.state == State.SUBMITTED
    forward(round, officer)  # the province answers and forwards again
    round.version.refresh_from_db()
    assert round.version.state == State.FORWARDED


def test_forwarding_is_refused_while_a_check_runs(officer):
    round = desk.handed_in(probe_state=ProbeState.FACTS)
    with pytest.raises(NotReady, match="检测正在进行"):
        forward(round, officer)


def test_a_long_film_is_forwarded_while_it_is_decoded_fully_but_not_accepted(officer, final):
    round = desk.handed_in()
    file = MediaFile.objects.filter(pk=round.files[0]["id"])
    file.update(whole={"method": "sampled"})
    assert waiting_numbers(officer, Stage.PROVINCIAL) == {"waiting": 1, "clean": 1}
    forward(round, officer)
    assert waiting_numbers(final, Stage.FINAL) == {"waiting": 1, "clean": 0}
    with pytest.raises(NotReady, match="完整解码"):
        decide(round, stage=Stage.FINAL, outcome=Outcome.ACCEPT, by=final, at=timezone.now())
    file.update(whole={"method": "full"})
    assert decide(round, stage=Stage.FINAL, outcome=Outcome.ACCEPT, by=final, at=timezone.now())


def test_what_was_measured_while_a_round_was_closed_goes_into_it_once_the_decision_is_taken_back(officer):
    round = desk.handed_in()
    refusal = decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.REFUSE, by=officer, at=timezone.now(), reasons=WHY)
    facts = Facts(readable=True, duration_s=60.0, container="mp3", audio=(AudioTrack(codec="mp3", channels=2),))
    whole = WholeFacts(duration_s=60.0, read_error=True)
    MediaFile.objects.update(facts=facts.to_json(), whole=whole.to_json())
    take_back(refusal, by=officer, at=timezone.now())
    assert round.findings.get(rule="file.complete").verdict == "fail"
    with pytest.raises(NotReady):
        forward(round, officer)


def test_forwarding_is_refused_with_an_unwaived_fail_and_allowed_once_it_is_waived(officer):
    round = desk.handed_in()
    finding = desk.failing(round)
    with pytest.raises(NotReady, match="未豁免"):
        forward(round, officer)
    waivers.waive(finding, reason="静止课件，观看清晰", by=officer, at=timezone.now())
    assert forward(round, officer).outcome == Outcome.FORWARD


def test_forwarding_is_refused_with_a_blocking_hit_until_it_is_cleared(officer):
    round = desk.handed_in()
    hit = desk.hit(round)
    desk.hit(round, severity="look")
    with pytest.raises(NotReady, match="包治百病"):
        forward(round, officer)
    waivers.clear(hit, reason="原文是在揭穿骗局", by=officer, at=timezone.now())
    assert forward(round, officer)


def test_an_unreadable_file_cannot_be_waived(officer):
    finding = desk.failing(desk.handed_in(), rule="file.readable")
    with pytest.raises(waivers.NothingToWaive):
        waivers.waive(finding, reason="看得清", by=officer, at=timezone.now())


def test_the_ministry_lifts_a_waiver_and_the_resource_returns_to_the_province(officer, final):
    round = desk.handed_in()
    waiver = waivers.waive(desk.failing(round), reason="静止课件", by=officer, at=timezone.now())
    forward(round, officer)
    waivers.lift(waiver, reason="应重新导出", by=final, at=timezone.now())
    round.version.refresh_from_db()
    assert round.version.state == State.SUBMITTED
    with pytest.raises(NotReady):
        forward(round, officer)
    assert Waiver.objects.get().lifted_reason == "应重新导出"  # it stays visible


def test_nobody_decides_on_their_own_institution(officer):
    round = desk.handed_in()
    Mandate.objects.create(
        user=officer, institution=round.version.resource.institution, role=MandateRole.INSTITUTION_REVIEWER
    )
    with pytest.raises(MayNotDecide, match="本单位"):
        forward(round, officer)


def test_nobody_decides_both_stages(officer, final):
    round = desk.handed_in()
    forward(round, officer)
    from lifelong.accounts.models import Appointment

    Appointment.objects.create(user=officer, role=Role.FINAL_REVIEWER, authority=final.appointments.get().authority)
    both = type(officer).objects.get(pk=officer.pk)
    with pytest.raises(MayNotDecide, match="两个阶段"):
        decide(round, stage=Stage.FINAL, outcome=Outcome.ACCEPT, by=both, at=timezone.now())


def test_an_officer_of_another_province_decides_nothing_here():
    stranger = holder(Role.DECIDING_OFFICER, code="340000")
    with pytest.raises(MayNotDecide):
        forward(desk.handed_in(), stranger)


def test_many_at_once_does_the_clean_ones_and_lists_the_rest(officer):
    clean, failing = desk.handed_in("一"), desk.handed_in("二")
    desk.failing(failing)
    result = decide_many(
        [clean, failing], stage=Stage.PROVINCIAL, outcome=Outcome.FORWARD, by=officer, at=timezone.now()
    )
    assert [d.round for d in result.done] == [clean]
    assert [(v.title, "未豁免" in why) for v, why in result.left] == [("二", True)]


def test_the_maker_takes_a_forward_back_until_the_ministry_has_opened_it(officer, final):
    round = desk.handed_in()
    decision = forward(round, officer)
    row = take_back(decision, by=officer, at=timezone.now())
    round.version.refresh_from_db()
    assert round.version.state == State.SUBMITTED
    assert row.takes_back == decision
    again = forward(round, officer)
    note_opening(round, stage=Stage.FINAL, by=final, at=timezone.now())
    with pytest.raises(CannotTakeBack, match="终审已打开"):
        take_back(again, by=officer, at=timezone.now())


def test_nobody_but_the_maker_takes_a_decision_back(officer):
    decision = forward(desk.handed_in(), officer)
    with pytest.raises(MayNotDecide):
        take_back(decision, by=holder(Role.DECIDING_OFFICER, email="other@example.org"), at=timezone.now())


def test_a_refusal_is_taken_back(officer):
    round = desk.handed_in()
    decision = decide(round, stage=Stage.PROVINCIAL, outcome=Outcome.REFUSE, by=officer, at=timezone.now(), reasons=WHY)
    take_back(decision, by=officer, at=timezone.now(), note="点错了")
    round.version.refresh_from_db()
    assert round.version.state == State.SUBMITTED
