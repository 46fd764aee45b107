"""Role × state × verb for everything under review."""

import pytest

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.resources.lifecycle import State
from lifelong.review import policy
from lifelong.review.lifecycle import WAITS_IN, Stage
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db

ROLES = [*Role.values, "reporter", "officer_elsewhere"]


def who(name, round):
    if name == "reporter":
        return desk.reporter(round.version.resource.institution)
    return holder(Role.DECIDING_OFFICER, code="340000") if name == "officer_elsewhere" else holder(name)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("role", ROLES)
def test_who_looks_and_who_decides(role, state, stage):
    round = desk.handed_in(state=state)
    user = who(role, round)
    lookers = {Stage.PROVINCIAL: {"handling_officer", "deciding_officer"}, Stage.FINAL: {"final_reviewer"}}[stage]
    deciders = {Stage.PROVINCIAL: {"deciding_officer"}, Stage.FINAL: {"final_reviewer"}}[stage]
    shown = state in policy.SHOWN
    assert policy.can_review(user, round.version, stage) == (role in lookers and shown)
    deciding = role in deciders and WAITS_IN[stage] == state
    assert policy.can_decide(user, round, stage) == deciding
    abilities = policy.abilities(user, round, stage)
    assert abilities["waive"] == (deciding and stage == Stage.PROVINCIAL)
    assert abilities["lift"] == (deciding and stage == Stage.FINAL)
    clearing = {"submitted": {"handling_officer", "deciding_officer"}, "forwarded": {"final_reviewer"}}.get(
        state, set()
    )
    assert abilities["clear"] == (role in clearing)
    assert policy.can_manage_batches(user) == (role == "final_reviewer")
