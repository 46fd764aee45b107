"""Who may give which role to whom, and what that brings."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts import actions
from lifelong.accounts.actions import lockout
from lifelong.accounts.actions.appointments import (
    AdministratorsApart,
    AlreadyAppointed,
    LastAdministrator,
    RoleDoesNotFit,
)
from lifelong.accounts.models import ADMINISTRATORS, AuthorityKind, Role, User
from lifelong.accounts.policy import RIGHTS
from lifelong.accounts.tests.cast import ANHUI, HENAN, authority, holder, person
from lifelong.audit.models import AuditEntry
from lifelong.web import desk
from lifelong.web.refusals import Conflict, NotAllowed

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def security() -> User:
    return holder(Role.SECURITY_ADMINISTRATOR)


def test_an_appointment_gives_its_rights_and_its_end_takes_them_at_once(security: User) -> None:
    home = authority(AuthorityKind.PROVINCE, HENAN)
    appointment, invitation = actions.appoint(
        "qian@example.org", name="钱一", role=Role.DECIDING_OFFICER, authority=home, by=security, at=NOW
    )
    assert invitation.url
    assert User.objects.get(email="qian@example.org").has_right("calls.extend")
    actions.withdraw(appointment, by=security, at=timezone.now(), reason="调离")
    assert not User.objects.get(email="qian@example.org").has_right("calls.extend")
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {
        "accounts.role_granted",
        "accounts.role_withdrawn",
    }


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECURITY_ADMINISTRATOR])
def test_only_the_security_administrator_grants(role: Role) -> None:
    other = holder(role)
    with pytest.raises(NotAllowed):
        actions.appoint(
            "x@example.org", role=Role.OPERATOR, authority=authority(AuthorityKind.OPERATOR), by=other, at=NOW
        )
    assert not User.objects.filter(email="x@example.org").exists()


def test_nobody_grants_themselves(security: User) -> None:
    with pytest.raises(NotAllowed):
        actions.appoint(
            security.email, role=Role.OPERATOR, authority=authority(AuthorityKind.OPERATOR), by=security, at=NOW
        )


@pytest.mark.parametrize("held", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("wanted", list(Role))
def test_an_administrator_holds_nothing_else(held: str, wanted: Role) -> None:
    security = holder(Role.SECURITY_ADMINISTRATOR, email="first@example.org")
    administrator = holder(held, email="second@example.org")
    kinds = {
        Role.HANDLING_OFFICER: AuthorityKind.PROVINCE, Role.DECIDING_OFFICER: AuthorityKind.PROVINCE,
        Role.EXPERT: AuthorityKind.PROVINCE, Role.FINAL_REVIEWER: AuthorityKind.MINISTRY,
    }  # fmt: skip
    kind = kinds.get(wanted, AuthorityKind.OPERATOR)
    home = authority(kind, HENAN if kind == AuthorityKind.PROVINCE else "")
    with pytest.raises((AdministratorsApart, AlreadyAppointed)):
        actions.appoint(administrator.email, role=wanted, authority=home, by=security, at=timezone.now())


def test_who_holds_content_cannot_become_an_administrator(security: User) -> None:
    officer = holder(Role.DECIDING_OFFICER)
    with pytest.raises(AdministratorsApart, match="省级审定"):
        actions.appoint(
            officer.email, role=Role.AUDIT_ADMINISTRATOR, authority=authority(AuthorityKind.OPERATOR), by=security,
            at=timezone.now(),
        )  # fmt: skip


def test_an_officer_may_serve_two_provinces(security: User) -> None:
    officer = holder(Role.HANDLING_OFFICER)
    actions.appoint(
        officer.email, role=Role.HANDLING_OFFICER, authority=authority(AuthorityKind.PROVINCE, ANHUI), by=security,
        at=timezone.now(),
    )  # fmt: skip
    assert officer.appointments.count() == 2


def test_a_role_is_held_only_where_it_belongs(security: User) -> None:
    with pytest.raises(RoleDoesNotFit):
        actions.appoint(
            "x@example.org", role=Role.FINAL_REVIEWER, authority=authority(AuthorityKind.PROVINCE, HENAN),
            by=security, at=NOW,
        )  # fmt: skip


def test_the_last_security_administrator_stays(security: User) -> None:
    other = holder(Role.SECURITY_ADMINISTRATOR, email="other@example.org")
    actions.withdraw(security.appointments.get(), by=other, at=timezone.now())
    fresh = User.objects.get(pk=security.pk)
    with pytest.raises(NotAllowed):
        actions.withdraw(other.appointments.get(), by=fresh, at=timezone.now())
    third = holder(Role.SECURITY_ADMINISTRATOR, email="third@example.org")
    actions.withdraw(other.appointments.get(), by=third, at=timezone.now())
    with pytest.raises((LastAdministrator, NotAllowed)):
        actions.withdraw(third.appointments.get(), by=third, at=timezone.now())


def test_a_role_is_withdrawn_once(security: User) -> None:
    appointment = holder(Role.EXPERT).appointments.get()
    actions.withdraw(appointment, by=security, at=timezone.now())
    with pytest.raises(Conflict):
        actions.withdraw(appointment, by=security, at=timezone.now() + timedelta(seconds=1))


def test_no_administrator_has_a_right_of_content_and_no_two_share_their_core() -> None:
    content = {right for right in RIGHTS if right.startswith(("review", "resources", "catalogue", "batches", "words"))}
    for right in content:
        assert not RIGHTS[right] & ADMINISTRATORS, right
    assert RIGHTS["roles.grant"] == {Role.SECURITY_ADMINISTRATOR}
    assert RIGHTS["audit.read"] == {Role.AUDIT_ADMINISTRATOR}
    assert RIGHTS["settings.manage"] == {Role.SYSTEM_ADMINISTRATOR}


class TestFactorReset:
    def test_it_takes_two_persons(self, security: User) -> None:
        system = holder(Role.SYSTEM_ADMINISTRATOR)
        someone = person("li@example.org")
        reset = actions.ask_factor_reset(someone, reason="手机遗失", by=security, at=NOW)
        with pytest.raises(NotAllowed):
            actions.confirm_factor_reset(reset, by=security, at=NOW)
        with pytest.raises(NotAllowed):
            actions.confirm_factor_reset(reset, by=someone, at=NOW)
        actions.confirm_factor_reset(reset, by=system, at=NOW)
        with pytest.raises(Conflict):
            actions.confirm_factor_reset(reset, by=system, at=NOW)

    def test_an_administrator_does_not_profit_from_their_own_request(self, security: User) -> None:
        system = holder(Role.SYSTEM_ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            actions.ask_factor_reset(security, reason="x", by=security, at=NOW)
        reset = actions.ask_factor_reset(system, reason="x", by=security, at=NOW)
        with pytest.raises(NotAllowed):
            actions.confirm_factor_reset(reset, by=system, at=NOW)

    def test_a_request_lives_a_day(self, security: User) -> None:
        system = holder(Role.SYSTEM_ADMINISTRATOR)
        someone = person("li@example.org")
        reset = actions.ask_factor_reset(someone, reason="x", by=security, at=NOW)
        with pytest.raises(Conflict, match="24"):
            actions.confirm_factor_reset(reset, by=system, at=NOW + timedelta(hours=25))
        actions.ask_factor_reset(someone, reason="again", by=security, at=NOW + timedelta(hours=25))


@pytest.mark.django_db
def test_a_locked_sign_in_waits_for_the_security_administrator_alone():
    security, system = holder(Role.SECURITY_ADMINISTRATOR), holder(Role.SYSTEM_ADMINISTRATOR)
    locked, now = holder(Role.OPERATOR), timezone.now()
    for _n in range(lockout.LIMIT):
        lockout.note_failure(locked.email, at=now)
        lockout.note_failure("nobody@example.org", at=now)
    assert ("登录被锁定的人员", 1) in [(item.title, item.count) for item in desk.waiting_for(security)]
    assert "登录被锁定的人员" not in [item.title for item in desk.waiting_for(system)]


def test_an_empty_platform_tells_each_administrator_what_comes_first() -> None:
    security, system = holder(Role.SECURITY_ADMINISTRATOR), holder(Role.SYSTEM_ADMINISTRATOR)

    def waits(user: User) -> list[tuple[str, int, str]]:
        return [(item.title, item.count, item.note) for item in desk.waiting_for(user)]

    assert waits(system) == [("还没有登记省级教育行政部门", 1, "登记以后，安全管理员才能任命省级经办和审定")]
    assert waits(security) == [("还没有人担任的岗位", 3, "省级审定、终审、运营：至少各任命一人，征集才能开始")]
    officer = holder(Role.DECIDING_OFFICER)
    holder(Role.FINAL_REVIEWER)
    assert waits(system) == []
    assert waits(security) == [("还没有人担任的岗位", 1, "运营：至少各任命一人，征集才能开始")]
    holder(Role.OPERATOR)
    assert waits(security) == []
    officer.is_active = False
    officer.save()
    assert [count for _title, count, _note in waits(security)] == [1]
