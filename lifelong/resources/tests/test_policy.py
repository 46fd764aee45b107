"""Role × state × verb: what a person may do with a version, and that the list and the single page agree."""

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import ANHUI, holder
from lifelong.institutions.models import Institution, MandateRole
from lifelong.resources import policy
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Resource, Version
from lifelong.resources.queries.reach import versions_seen_by
from lifelong.resources.tests import cast

S = State
HANDED_IN = {S.SUBMITTED, S.FORWARDED, S.ACCEPTED, S.PUBLISHED, S.SUPERSEDED, S.RETURNED, S.REFUSED, S.WITHDRAWN}
ALL = set(State)
NONE: set[State] = set()
EDITING = {S.DRAFT, S.RETURNED}
PENDING = {S.UNIT_REVIEW, S.SUBMITTED, S.FORWARDED, S.ACCEPTED, S.RETURNED}

# role → verb → states in which it is allowed; a verb not named is allowed in none
MATRIX: dict[str, dict[str, set[State]]] = {
    "reporter": {
        "see": ALL, "preview": ALL, "edit": EDITING, "upload": EDITING, "check_link": EDITING, "delete": {S.DRAFT},
        "copy": ALL, "ask": ALL, "start_version": {S.PUBLISHED}, "sign": EDITING | {S.UNIT_REVIEW}, "submit": EDITING | {S.UNIT_REVIEW},
        "fetch_back": {S.UNIT_REVIEW}, "withdraw": PENDING,
    },
    "reporter who may not sign alone": {
        "see": ALL, "preview": ALL, "edit": EDITING, "upload": EDITING, "check_link": EDITING, "delete": {S.DRAFT},
        "copy": ALL, "ask": ALL, "start_version": {S.PUBLISHED}, "send_to_unit_review": EDITING, "fetch_back": {S.UNIT_REVIEW},
        "withdraw": PENDING,
    },
    "institution reviewer": {
        "see": ALL, "preview": ALL, "sign": {S.UNIT_REVIEW}, "submit": {S.UNIT_REVIEW}, "send_back": {S.UNIT_REVIEW},
    },
    "rival reporter": {},
    "handling officer": {"see": HANDED_IN, "preview": HANDED_IN - EDITING, "ask": HANDED_IN},
    "deciding officer": {"see": HANDED_IN, "preview": HANDED_IN - EDITING, "ask": HANDED_IN},
    "officer of another province": {},
    "expert": {},
    "final reviewer": {"see": HANDED_IN, "preview": HANDED_IN - EDITING, "ask": HANDED_IN},
    "operator": {"see": {S.PUBLISHED, S.SUPERSEDED}, "preview": {S.PUBLISHED, S.SUPERSEDED}},
    "system administrator": {},
    "stranger": {},
}  # fmt: skip


def somebody(role: str, college: Institution):
    match role:
        case "reporter":
            return cast.member(college)
        case "reporter who may not sign alone":
            college.reporter_signs_alone = False
            college.save()
            return cast.member(college)
        case "institution reviewer":
            return cast.member(college, MandateRole.INSTITUTION_REVIEWER, "丁若谷")
        case "rival reporter":
            return cast.member(cast.institution("4110002", "嵩山职业学院", "410300"), name="郝明远")
        case "officer of another province":
            return holder(Role.DECIDING_OFFICER, code=ANHUI)
        case "stranger":
            return cast.person("stranger@example.org", "路人")
        case _:
            return holder(role.replace(" ", "_"))


def standing(college: Institution, state: State) -> Version:
    resource = Resource.objects.create(
        resource_id=f"TEST{state[:5].upper()}", institution=college,
        availability=Availability.ONLINE if state == S.PUBLISHED else Availability.NEVER,
    )  # fmt: skip
    return Version.objects.create(
        resource=resource,
        state=state,
        link="https://course.example.org/1",
        first_submitted_at=timezone.now() if state in HANDED_IN else None,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", MATRIX)
def test_the_matrix_of_role_state_and_verb(role, college):
    user = somebody(role, college)
    for state in State:
        version = standing(college, state)
        allowed = {verb for verb, yes in policy.abilities(user, version).items() if yes}
        expected = {verb for verb, states in MATRIX[role].items() if state in states}
        assert allowed == expected, (role, state)


@pytest.mark.django_db
@pytest.mark.parametrize("role", MATRIX)
def test_the_list_holds_exactly_what_the_page_would_show(role, college):
    user = somebody(role, college)
    versions = [standing(college, state) for state in State]
    seen = set(versions_seen_by(user).values_list("pk", flat=True))
    assert seen == {version.pk for version in versions if policy.can_see(user, version)}


def test_a_deleted_draft_is_only_looked_at_and_restored(draft, reporter):
    draft.deleted_at = timezone.now()
    allowed = {verb for verb, yes in policy.abilities(reporter, draft).items() if yes}
    assert allowed == {"see", "preview", "copy", "restore"}


def test_a_closed_mandate_reaches_nothing(draft, reporter):
    reporter.mandates.update(ends_at=timezone.now())
    same_person = User.objects.get(pk=reporter.pk)
    assert not any(policy.abilities(same_person, draft).values())


def test_a_returned_version_the_province_never_saw_stays_the_institutions(college):
    version = standing(college, S.RETURNED)
    version.first_submitted_at = None
    officer = holder(Role.DECIDING_OFFICER)
    assert not policy.can_see(officer, version)
