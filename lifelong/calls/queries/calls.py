"""Calls: which ones a person works on, which ones reach an institution, whom a call asks."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from lifelong.accounts.models import Authority, AuthorityKind, Role, User
from lifelong.calls import windows
from lifelong.calls.lifecycle import CallState, RegistrationState, Stage
from lifelong.calls.models import Call, Deputation, Registration
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import institutions_in, provinces_of, sees_all
from lifelong.regions.queries import province_of, within

ISSUERS = {
    AuthorityKind.PROVINCE: {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER},
    AuthorityKind.MINISTRY: {Role.FINAL_REVIEWER},
}


def authorities_issuing(user: User, at: datetime | None = None) -> list[Authority]:
    """The departments in whose name the person composes calls: for a second body, the department it is part of.

    Kept on the user for the request, because every ability asks for it.
    """
    if at is None and (known := getattr(user, "_issuing", None)) is not None:
        return known
    found: dict[int, Authority] = {}
    held = user.appointments.open_at(at or timezone.now()).select_related("authority__part_of")
    for appointment in held:
        if appointment.role in ISSUERS.get(AuthorityKind(appointment.authority.kind), set()):
            department = appointment.authority.part_of or appointment.authority
            found[department.pk] = department
    if at is None:
        user._issuing = list(found.values())  # type: ignore[attr-defined]
    return list(found.values())


def calls_of(user: User) -> QuerySet[Call]:
    """The calls an officer works with: their own authority's drafts too, others once published; a province also sees
    the ministry's."""
    calls = Call.objects.with_windows()
    own = [authority.pk for authority in authorities_issuing(user)]
    if sees_all(user):
        return calls.filter(Q(issued_by__in=own) | ~Q(state=CallState.DRAFT))
    provinces = [province.code for province in provinces_of(user)]
    reach = Q(issued_by__region__in=provinces) | Q(issued_by__kind=AuthorityKind.MINISTRY)
    return calls.filter(Q(issued_by__in=own) | (reach & ~Q(state=CallState.DRAFT)))


def public_calls() -> QuerySet[Call]:
    return Call.objects.public().with_windows()


def reaches(call: Call, institution: Institution) -> bool:
    """Whether the call asks this institution: its region and its kind."""
    here = call.region is None or institution.region_id in within(call.region)
    return here and (not call.answer_kinds or institution.kind in call.answer_kinds)


def calls_for(institution: Institution) -> list[Call]:
    """Open calls that ask this institution; the one whose submission ends first leads."""
    province = province_of(institution.region_id) if institution.region_id else None
    here = Q(issued_by__region=province) | Q(issued_by__region=None)
    calls = [call for call in Call.objects.open().filter(here).with_windows() if reaches(call, institution)]
    return sorted(calls, key=lambda call: _end(call, institution))


def open_calls_for(institution: Institution, at: datetime) -> list[Call]:
    """Those of them whose door of submission is open to this institution now."""
    return [call for call in calls_for(institution) if windows.is_open(call, Stage.SUBMISSION, institution, at)]


def joined_calls(calls: list[Call], institution: Institution) -> list[Call]:
    """Those of them in which the institution takes part."""
    own = Registration.objects.filter(call__in=calls, institution=institution, state=RegistrationState.APPROVED)
    taken = set(own.values_list("call_id", flat=True))
    return [call for call in calls if call.pk in taken]


def _end(call: Call, institution: Institution) -> float:
    ends_at = windows.effective_end(call, Stage.SUBMISSION, institution)
    return ends_at.timestamp() if ends_at else float("inf")


def joined(call: Call, institution: Institution) -> Registration | None:
    """The approved registration with which the institution takes part."""
    return Registration.objects.filter(call=call, institution=institution, state=RegistrationState.APPROVED).first()


def deputies(call: Call, institution: Institution, at: datetime) -> list[str]:
    """The officers who act for the institution now, at its request."""
    acting = Deputation.objects.filter(call=call, mandate__institution=institution, mandate__ends_at__gt=at)
    return list(acting.values_list("mandate__user__name", flat=True))


def recipients_of(call: Call) -> QuerySet[Institution]:
    """All institutions that the call asks."""
    found = institutions_in(call.region)
    return found.filter(kind__in=call.answer_kinds) if call.answer_kinds else found
