"""Which versions lie within a person's reach: their institution's, their province's, the whole country's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.calls.models import Deputation
from lifelong.institutions.models import Institution, MandateRole
from lifelong.institutions.queries import institutions_of
from lifelong.regions.queries import within
from lifelong.resources.lifecycle import BEFORE_PUBLICATION, State
from lifelong.resources.models import Resource, Version

PUBLIC_STATES = {State.PUBLISHED, State.SUPERSEDED}
# Officers see what has been handed in at least once, and what is public; never a draft that was not.
HANDED_IN = Q(first_submitted_at__isnull=False) | Q(state__in=PUBLIC_STATES)


@dataclass(frozen=True)
class Reach:
    """Ids of institutions by mandate, codes of regions by appointment; asked once per person and request.

    An expert's reach is what the review assigned to them, which this chapter does not know.
    """

    reports_for: frozenset[int] = frozenset()  # as their reporter, or as their deputy
    deputises: Mapping[int, str] = field(default_factory=dict)  # whom for: 「洛河开放大学 苗秀兰」
    signs_for: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()
    decides_finally: bool = False  # the ministry: whatever was handed in, everywhere
    operates: bool = False  # the operator: what is or was public, everywhere

    @property
    def own(self) -> frozenset[int]:
        return self.reports_for | self.signs_for


def reach_of(user: User) -> Reach:
    known: Reach | None = getattr(user, "_reach", None)
    if known is None:
        known = user._reach = _reach(user)  # type: ignore[attr-defined]
    return known


def _reach(user: User) -> Reach:
    if not user.is_authenticated or not user.is_active:
        return Reach()
    now = timezone.now()
    mandates = list(user.mandates.open_at(now).values_list("institution_id", "role"))
    offices = list(user.appointments.open_at(now).values_list("role", "authority__region_id"))
    officers = {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER}
    regions = frozenset[str]().union(*(within(region) for role, region in offices if role in officers and region))
    deputises = _deputises(user, now, regions) if any(role == MandateRole.DEPUTY for _pk, role in mandates) else {}
    return Reach(
        reports_for=frozenset(pk for pk, role in mandates if role == MandateRole.REPORTER) | deputises.keys(),
        deputises=deputises,
        signs_for=frozenset(pk for pk, role in mandates if role == MandateRole.INSTITUTION_REVIEWER),
        regions=regions,
        decides_finally=any(role == Role.FINAL_REVIEWER for role, _ in offices),
        operates=any(role == Role.OPERATOR for role, _ in offices),
    )


def _deputises(user: User, at: datetime, regions: frozenset[str]) -> dict[int, str]:
    """Who asked the person to act: the institution and whoever signed the request; for as long as they are its officer."""
    acting = Deputation.objects.filter(
        mandate__in=user.mandates.open_at(at), mandate__institution__region_id__in=regions
    )
    return {
        one.mandate.institution_id: f"{one.mandate.institution.name} {one.asked_by_name}"[:100]
        for one in acting.select_related("mandate__institution")
    }


def versions_seen_by(user: User) -> QuerySet[Version]:
    """Every version this person may open, deleted drafts of their own institution included."""
    reach = reach_of(user)
    seen = Q(resource__institution_id__in=reach.own)
    if reach.decides_finally:
        seen |= HANDED_IN
    if reach.operates:
        seen |= Q(state__in=PUBLIC_STATES)
    if reach.regions:
        seen |= HANDED_IN & Q(resource__institution__region_id__in=reach.regions)
    return Version.objects.filter(seen).select_related("resource__institution")


def under_way(resource: Resource) -> Version | None:
    """The one version that is on its way to publication: there is never a second beside it."""
    going = resource.versions.filter(state__in=BEFORE_PUBLICATION, deleted_at__isnull=True)
    return going.order_by("-number").first()


def institutions_reported_by(user: User) -> QuerySet[Institution]:
    return institutions_of(user).filter(pk__in=reach_of(user).reports_for)
