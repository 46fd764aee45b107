"""Which institutions a person sees and acts for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from lifelong.accounts.models import AuthorityKind, Role, User
from lifelong.accounts.policy import roles_of
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.institutions.names import spellings
from lifelong.regions.models import Region
from lifelong.regions.queries import within

PROVINCIAL = {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.EXPERT}
NATIONAL = {Role.FINAL_REVIEWER, Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR}


def institutions_of(user: User, at: datetime | None = None) -> QuerySet[Institution]:
    """The institutions for which the person holds an open mandate."""
    if not user.is_authenticated:
        return Institution.objects.none()
    held = Mandate.objects.open_at(at or timezone.now()).filter(user=user)
    return Institution.objects.filter(pk__in=held.values("institution_id"))


def belongs_to(user: User, at: datetime | None = None) -> QuerySet[Institution]:
    """Those of them that the person is one of; who only acts at an institution's request is not."""
    held = Mandate.objects.open_at(at or timezone.now()).filter(user=user).exclude(role=MandateRole.DEPUTY)
    return Institution.objects.filter(pk__in=held.values("institution_id"))


def provinces_of(user: User, at: datetime | None = None) -> list[Region]:
    """The provinces for which the person holds an open provincial appointment."""
    if not user.is_authenticated:
        return []
    held = user.appointments.open_at(at or timezone.now()).filter(
        role__in=PROVINCIAL, authority__kind=AuthorityKind.PROVINCE
    )
    return list(Region.objects.filter(pk__in=held.values("authority__region_id")))


def sees_all(user: User, at: datetime | None = None) -> bool:
    """Whether the person's authority is the whole country: final review, operation, system administration."""
    if not user.is_authenticated:
        return False
    return user.appointments.open_at(at or timezone.now()).filter(role__in=NATIONAL).exists()


def institutions_seen_by(user: User, at: datetime | None = None) -> QuerySet[Institution]:
    """The ministry and the operator see all, a province those that lie within it, an institution its own."""
    at = at or timezone.now()
    if not user.is_authenticated:
        return Institution.objects.none()
    if sees_all(user, at):
        return Institution.objects.all()
    seen = Q(pk__in=institutions_of(user, at).values("pk"))
    for province in provinces_of(user, at):
        seen |= Q(region_id__in=within(province))
    return Institution.objects.filter(seen)


def institutions_in(region: Region | None) -> QuerySet[Institution]:
    """All institutions that lie within a region; the whole country where there is none."""
    return Institution.objects.filter(region_id__in=within(region)) if region else Institution.objects.all()


def reporter_of(institution: Institution, at: datetime | None = None) -> Mandate | None:
    """The open reporter's mandate; there is never more than one."""
    return (
        institution.mandates.open_at(at or timezone.now())
        .filter(role=MandateRole.REPORTER)
        .select_related("user")
        .first()
    )


def reporters_of(institutions: Iterable[int] | QuerySet[Any], at: datetime) -> QuerySet[User]:
    """Who reports for these now: whom to tell, each once."""
    held = Mandate.objects.open_at(at).filter(role=MandateRole.REPORTER, institution__in=institutions)
    return User.objects.filter(pk__in=held.values("user_id"))


def register(
    user: User, *, text: str = "", kind: str = "", region: str = "", reporter: str = "", at: datetime | None = None
) -> QuerySet[Institution]:
    """The register as the person sees it; ``reporters`` holds the open reporter's mandate.

    ``reporter``: ``yes`` or ``no``; ``region`` a code, a province meaning all below it.
    """
    at = at or timezone.now()
    open_reporters = Mandate.objects.open_at(at).filter(role=MandateRole.REPORTER)
    found = (
        institutions_seen_by(user, at)
        .select_related("region")
        .prefetch_related(Prefetch("mandates", open_reporters.select_related("user"), to_attr="reporters"))
    )
    if text := text.strip():
        found = found.filter(Q(name__icontains=text) | Q(former_name__icontains=text) | Q(code__startswith=text))
    if kind:
        found = found.filter(kind=kind)
    if region:
        found = found.filter(region_id__in=within(region))
    if reporter in {"yes", "no"}:
        has = Exists(open_reporters.filter(institution=OuterRef("pk")))
        found = found.filter(has if reporter == "yes" else ~has)
    return found.order_by("region_id", "name")


def reports_for(user: User, institution: Institution, at: datetime | None = None) -> bool:
    """Whether the person is the institution's reporter now."""
    held = Mandate.objects.open_at(at or timezone.now())
    return (
        "reporter" in roles_of(user)
        and held.filter(user=user, institution=institution, role=MandateRole.REPORTER).exists()
    )


def named(text: str, region: Region | str | None = None) -> QuerySet[Institution]:
    """Institutions of this name, now or formerly, whatever spaces and widths were typed."""
    names = spellings(text)
    found = Institution.objects.filter(Q(name__in=names) | Q(former_name__in=names))
    return found.filter(region_id__in=within(region)) if region else found
