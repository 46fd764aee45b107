"""A random walk over the way of a version: no illegal step gets through, and what a round froze stays."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifelong.audit.models import AuditEntry
from lifelong.resources import events
from lifelong.resources.actions import steps
from lifelong.resources.actions.steps import IllegalStep, move, set_availability
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import AVAILABILITY_NEXT, NEXT, Availability, State, allowed
from lifelong.resources.models import Resource, Round, Signature, Step, Version
from lifelong.web.refusals import TooLong

START = timezone.now() - timedelta(days=30)


def begun(college, state=State.DRAFT) -> Version:
    resource = Resource.objects.create(resource_id=new_id(), institution=college)
    return Version.objects.create(resource=resource, title="太极拳起势", state=state)


def handed_in(college, reporter, state=State.SUBMITTED) -> Round:
    version = begun(college, state)
    return Round.objects.create(
        version=version, submitted_by=reporter, submitted_at=START, receipt_number=f"r-{version.pk}", standard="2022",
        values={"title": "太极拳起势"}, files=[{"id": 1, "sha256": "0" * 64}],
    )  # fmt: skip


def test_every_state_is_in_the_table_and_leads_only_to_states():
    assert set(NEXT) == set(State)
    assert all(then in set(State) for targets in NEXT.values() for then in targets)
    assert set(AVAILABILITY_NEXT) == set(Availability)


def test_nothing_leaves_an_end():
    assert not NEXT[State.WITHDRAWN]
    assert not NEXT[State.SUPERSEDED]
    assert not AVAILABILITY_NEXT[Availability.RETIRED]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from(list(State)), min_size=1, max_size=14))
def test_a_random_walk_never_leaves_the_table_and_never_changes_a_round(walk, college, reporter):
    with transaction.atomic():
        round = handed_in(college, reporter)
        version, frozen = round.version, (round.values, round.files, round.receipt_number)
        seen = [version.state]
        for number, target in enumerate(walk):
            legal = allowed(version.state, target)
            at = START + timedelta(hours=number)
            if legal:
                move(version, to=target, verb="walked", by=reporter, at=at)
                seen.append(target)
            else:
                with pytest.raises(IllegalStep):
                    move(version, to=target, verb="walked", by=reporter, at=at)
            assert Version.objects.get(pk=version.pk).state == seen[-1]
        taken = list(Step.objects.filter(version=version).values_list("from_state", "to_state"))
        assert taken == list(pairwise(seen))
        round.refresh_from_db()
        assert (round.values, round.files, round.receipt_number) == frozen
        transaction.set_rollback(True)


def test_a_step_leaves_a_line_an_audit_row_and_tells_the_chapters_above(college, reporter):
    version, heard = begun(college, State.RETURNED), []

    def listener(sender, **facts):
        heard.append((facts["from_state"], facts["to_state"]))

    events.version_moved.connect(listener)
    try:
        step = move(version, to=State.SUBMITTED, verb="submitted", by=reporter, at=START, note="重新报送")
    finally:
        events.version_moved.disconnect(listener)
    assert (step.from_state, step.to_state, step.by, step.note) == ("returned", "submitted", reporter, "重新报送")
    assert heard == [(State.RETURNED, State.SUBMITTED)]
    assert AuditEntry.objects.get(verb="resources.submitted").detail["to"] == "submitted"


def test_whoever_comes_second_is_told_who_decided_and_when(college, reporter):
    round = handed_in(college, reporter)
    mine, theirs = Version.objects.get(pk=round.version_id), Version.objects.get(pk=round.version_id)
    move(theirs, to=State.FORWARDED, verb="forwarded", by=reporter, at=START)
    with pytest.raises(IllegalStep) as refused:
        move(mine, to=State.RETURNED, verb="returned", by=reporter, at=START)
    assert "苗*" in refused.value.message
    assert "终审中" in refused.value.message


def test_a_decision_on_what_moved_on_is_refused_even_where_the_table_would_allow_it(college, reporter):
    """Accepted by one, returned by another in the same minute: ACCEPTED → SUBMITTED is in the table, yet nobody meant it."""
    round = handed_in(college, reporter, State.FORWARDED)
    one, other = Version.objects.get(pk=round.version_id), Version.objects.get(pk=round.version_id)
    move(one, to=State.ACCEPTED, verb="accepted", by=reporter, at=START)
    with pytest.raises(IllegalStep):
        move(other, to=State.SUBMITTED, verb="returned_to_province", by=reporter, at=START)


def test_a_round_closes_with_its_answer_and_opens_again_when_the_answer_is_taken_back(college, reporter):
    round = handed_in(college, reporter)
    due_at = START + timedelta(days=3)
    move(round.version, to=State.RETURNED, verb="returned", by=reporter, at=START, due_at=due_at)
    round.refresh_from_db()
    assert (round.closed_at, round.version.return_due_at) == (START, due_at)
    move(round.version, to=State.SUBMITTED, verb="taken_back", by=reporter, at=START)
    round.refresh_from_db()
    assert (round.closed_at, round.version.return_due_at) == (None, None)


@pytest.mark.parametrize("column", ["values", "files", "receipt_number", "standard", "submitted_at"])
def test_the_database_refuses_to_change_what_a_round_froze(column, college, reporter):
    round = handed_in(college, reporter)
    change = {"values": {}, "files": [], "receipt_number": "x", "standard": "x", "submitted_at": timezone.now()}[column]
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(**{column: change})


def test_the_database_refuses_to_change_a_signature_or_a_line_of_the_timeline(college, reporter):
    signature = Signature.objects.create(
        institution=college,
        signed_by=reporter,
        signed_name="苗秀兰",
        signed_at=START,
        checklist_version="2024",
        promise="…",
    )
    step = Step.objects.create(version=begun(college), verb="created", at=START)
    for row in (Signature.objects.filter(pk=signature.pk), Step.objects.filter(pk=step.pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**({"promise": "x"} if row.model is Signature else {"note": "x"}))


def public(college) -> Resource:
    version = begun(college, State.PUBLISHED)
    resource = version.resource
    resource.online_version, resource.availability = version, Availability.ONLINE
    resource.save()
    return resource


def test_only_what_is_suspended_comes_back(college, reporter):
    resource = public(college)
    set_availability(resource, to=Availability.SUSPENDED, by=reporter, at=START, reason="画面有误")
    assert Resource.objects.get().availability_reason == "画面有误"
    set_availability(resource, to=Availability.ONLINE, by=reporter, at=START, reason="已更正")
    set_availability(resource, to=Availability.RETIRED, by=reporter, at=START, reason="内容过时")
    with pytest.raises(IllegalStep):
        set_availability(resource, to=Availability.ONLINE, by=reporter, at=START, reason="想恢复")
    assert [step.verb for step in Step.objects.all()] == ["suspended", "brought_back", "retired"]


def test_availability_wants_a_reason(college, reporter):
    with pytest.raises(IllegalStep) as refused:
        set_availability(public(college), to=Availability.SUSPENDED, by=reporter, at=START, reason=" ")
    assert "reason" in refused.value.fields


def test_what_was_never_online_cannot_be_suspended(college, reporter):
    with pytest.raises(IllegalStep):
        set_availability(begun(college).resource, to=Availability.SUSPENDED, by=reporter, at=START, reason="试试")


def test_masks_show_a_surname_only(reporter):
    assert steps.masked(reporter) == "苗*"
    assert steps.masked(None) == "系统"


def test_a_reason_longer_than_what_is_kept_is_refused_in_words(college, reporter):
    resource = public(college)
    with pytest.raises(TooLong, match="最多 500 字，现在有 501 字"):
        set_availability(resource, to=Availability.SUSPENDED, by=reporter, at=START, reason="长" * 501)
    assert Resource.objects.get().availability == Availability.ONLINE
