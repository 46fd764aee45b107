"""Who may do what with which institution."""

from lifelong.accounts.models import ADMINISTRATORS, Role, User
from lifelong.accounts.policy import roles_of
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import institutions_seen_by, provinces_of, reports_for
from lifelong.regions.models import Region
from lifelong.regions.queries import within


def regions_managed_by(user: User) -> frozenset[str] | None:
    """Codes in which the person may enter and change institutions; None for everywhere."""
    if not user.has_right("institutions.manage"):
        return frozenset()
    if Role.SYSTEM_ADMINISTRATOR in roles_of(user):
        return None
    return frozenset().union(*(within(province) for province in provinces_of(user)))


def can_enter(user: User, region: Region | str | None) -> bool:
    """Without a region (an old library's owner) only who manages everywhere."""
    managed = regions_managed_by(user)
    code = region.code if isinstance(region, Region) else region
    return managed is None or code in managed


def can_see(user: User, institution: Institution) -> bool:
    return institutions_seen_by(user).filter(pk=institution.pk).exists()


def can_manage(user: User, institution: Institution) -> bool:
    return can_enter(user, institution.region_id)


def can_set_quota(user: User) -> bool:
    return user.has_right("storage.manage")


def can_name_reviewer(user: User, institution: Institution) -> bool:
    """The province, or the institution's own reporter."""
    return can_manage(user, institution) or reports_for(user, institution)


def may_hold_mandate(user: User) -> bool:
    """Administrators hold no role of content (spec 9)."""
    return not roles_of(user) & ADMINISTRATORS


def abilities(user: User, institution: Institution) -> dict[str, bool]:
    return {"manage": can_manage(user, institution), "name_reviewer": can_name_reviewer(user, institution)}
