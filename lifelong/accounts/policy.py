"""The only table right × role. Which single thing a right reaches is said in each chapter's ``policy.py``."""

from collections.abc import Callable, Iterable, Set
from datetime import datetime

from django.utils import timezone

from lifelong.accounts.models import ADMINISTRATORS, Authority, AuthorityKind, Role, User

RIGHTS: dict[str, set[str]] = {
    # institution
    "resources.prepare": {"reporter", "deputy"},  # drafts, uploads, submission of one's own institution
    "resources.sign": {"reporter", "institution_reviewer", "deputy"},  # 单位自审
    "platforms.propose": {"reporter", Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.OPERATOR},
    # province
    "calls.read": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER, Role.OPERATOR},
    "calls.manage": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER},
    "calls.publish": {Role.DECIDING_OFFICER},
    "calls.extend": {Role.DECIDING_OFFICER},
    "questions.answer": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER},
    "registrations.check": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER},
    "institutions.read": {
        Role.HANDLING_OFFICER,
        Role.DECIDING_OFFICER,
        Role.FINAL_REVIEWER,
        Role.OPERATOR,
        Role.SYSTEM_ADMINISTRATOR,
    },
    "institutions.manage": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.SYSTEM_ADMINISTRATOR},
    "review.open": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER},
    "review.province": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER},  # open the desk, prepare
    "review.province.decide": {Role.DECIDING_OFFICER},
    "review.score": {Role.EXPERT},
    "panels.manage": {
        Role.HANDLING_OFFICER,
        Role.DECIDING_OFFICER,
        Role.FINAL_REVIEWER,
    },  # call experts, see their scores
    # ministry
    "calls.issue": {Role.FINAL_REVIEWER},
    "review.final": {Role.FINAL_REVIEWER},
    "batches.manage": {Role.FINAL_REVIEWER},
    "catalogue.withdraw": {Role.FINAL_REVIEWER},
    "catalogue.restore": {Role.FINAL_REVIEWER},
    # operator
    "catalogue.suspend": {Role.OPERATOR},
    "words.manage": {Role.OPERATOR},
    "categories.manage": {Role.OPERATOR},
    "platforms.manage": {Role.OPERATOR, Role.HANDLING_OFFICER, Role.DECIDING_OFFICER},
    "home.compose": {Role.OPERATOR},
    "texts.manage": {Role.OPERATOR},  # agreement, privacy policy, help, about, footer
    "comments.moderate": {Role.OPERATOR},
    "monitoring.read": {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER, Role.OPERATOR},
    "inspection.manage": {Role.OPERATOR},
    "evaluation.manage": {Role.OPERATOR},
    "evaluation.decide": {Role.FINAL_REVIEWER},  # grades in force, recommendation, withdrawal
    "evaluation.opine": {Role.EXPERT},
    "certificates.revoke": {Role.OPERATOR},
    "lti.manage": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},  # schools' platforms that launch our resources
    "statements.manage": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},  # where xAPI statements go
    "jobs.read": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},
    "jobs.manage": {Role.SYSTEM_ADMINISTRATOR, Role.OPERATOR},
    "operations.read": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},  # what is broken, slow, abused; what waits for whom
    "operations.manage": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},  # from when it is an alarm
    "storage.manage": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},  # who may keep how much
    "outbox.read": {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR},
    # three administrators apart
    "settings.manage": {Role.SYSTEM_ADMINISTRATOR},
    "accounts.manage": {Role.SYSTEM_ADMINISTRATOR},
    "people.read": {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR},
    "roles.grant": {Role.SECURITY_ADMINISTRATOR},
    "accounts.unlock": {Role.SECURITY_ADMINISTRATOR},
    "audit.read": {Role.AUDIT_ADMINISTRATOR},
    # everyone who works here
    "desk": set(Role.values) | {"reporter", "institution_reviewer"},
}

# Chapters whose records give roles beside appointments (mandates) add themselves in ``AppConfig.ready``.
ROLE_SOURCES: list[Callable[[User, datetime], Iterable[str]]] = []

SECOND_FACTOR: set[str] = set(Role.values)  # every reviewer and every administrator
STAFF: set[str] = set(Role.values) | {"reporter", "institution_reviewer"}  # idle sign-out


def roles_of(user: User) -> frozenset[str]:
    """The names of the roles a person holds now, mandates included; one query each, kept for the request."""
    known = getattr(user, "_roles", None)
    if known is None:
        now = timezone.now()
        held = set(user.appointments.open_at(now).values_list("role", flat=True))
        held.update(role for source in ROLE_SOURCES for role in source(user, now))
        known = user._roles = frozenset(held)  # type: ignore[attr-defined]
    return known


def rights_of(user: User) -> frozenset[str]:
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    roles = roles_of(user)
    return frozenset(right for right, holders in RIGHTS.items() if roles & holders)


def needs_second_factor(user: User) -> bool:
    return bool(roles_of(user) & SECOND_FACTOR)


def is_staff(user: User) -> bool:
    return bool(roles_of(user) & STAFF)


# In which kind of authority a role may be held; the three administrators serve any of them.
HOMES: dict[Role | str, set[AuthorityKind] | set[str]] = {
    Role.HANDLING_OFFICER: {AuthorityKind.PROVINCE},
    Role.DECIDING_OFFICER: {AuthorityKind.PROVINCE},
    Role.EXPERT: {AuthorityKind.PROVINCE, AuthorityKind.MINISTRY},
    Role.FINAL_REVIEWER: {AuthorityKind.MINISTRY},
    Role.OPERATOR: {AuthorityKind.OPERATOR},
}
HOMES.update({role: set(AuthorityKind.values) for role in ADMINISTRATORS})


def role_fits(role: str, authority: Authority) -> bool:
    return authority.kind in HOMES.get(role, set())


def may_hold_together(roles: Set[str]) -> bool:
    """Spec 9: an administrator holds that one role and nothing else, neither another administrator's nor content."""
    return len(roles) <= 1 or not roles & ADMINISTRATORS


def can_change_roles(user: User, person: User) -> bool:
    """Grant or withdraw: the security administrator, never for themselves."""
    return user.has_right("roles.grant") and user.pk != person.pk


def can_unlock(user: User, person: User) -> bool:
    return user.has_right("accounts.unlock") and user.pk != person.pk


def can_ask_factor_reset(user: User, person: User) -> bool:
    return user.has_right("accounts.unlock") and user.pk != person.pk


def can_confirm_factor_reset(user: User, person: User, asked_by: User) -> bool:
    """A second administrator, neither who asked nor who profits."""
    may = user.has_right("accounts.manage") or user.has_right("accounts.unlock")
    return may and user.pk not in {person.pk, asked_by.pk}


def can_send_activation(user: User, person: User) -> bool:
    may = user.has_right("accounts.manage") or user.has_right("roles.grant")
    return may and user.pk != person.pk
