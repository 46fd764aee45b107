"""Who may read and do what after publication."""

from typing import Any

from lifelong.accounts.models import Role, User
from lifelong.accounts.policy import roles_of
from lifelong.catalogue.models import Entry
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import belongs_to
from lifelong.monitoring.lifecycle import OPEN_FINDINGS, FindingState, Scope, Standing
from lifelong.monitoring.models import InspectionFinding
from lifelong.regions.queries import within
from lifelong.resources.queries.reach import reach_of


def standing_of(user: Any, entry: Entry) -> Standing:
    """As whose a signed-in person's use is kept: neither who runs the platform nor the resource's own institution is the public."""
    roles = roles_of(user)
    if roles & set(Role.values):
        return Standing.STAFF
    if roles and belongs_to(user).filter(pk=entry.institution_id).exists():
        return Standing.OWN
    return Standing.PUBLIC


def sees_all_use(user: Any) -> bool:
    """The ministry and the operator."""
    reach = reach_of(user)
    return user.has_right("monitoring.read") and (reach.decides_finally or reach.operates)


def can_see_region_use(user: Any, code: str) -> bool:
    return sees_all_use(user) or (user.has_right("monitoring.read") and code in reach_of(user).regions)


def can_see_institution_use(user: Any, institution: Institution) -> bool:
    """Its own people, the province that it reports to, ministry and operator."""
    own = institution.pk in reach_of(user).own
    return own or can_see_region_use(user, institution.region_id or "")


def can_see_scope_use(user: Any, scope: str, key: str) -> bool:
    """Categories and areas are of the whole country."""
    return can_see_region_use(user, key) if scope == Scope.REGION else sees_all_use(user)


def can_open_use(user: Any) -> bool:
    return user.has_right("monitoring.read") or bool(reach_of(user).own)


def tops_of_use(user: Any) -> list[str]:
    """Regions that a provincial officer's figures begin with: those whose line above is not theirs too."""
    codes = reach_of(user).regions
    inner = {code for one in codes for code in within(one) - {one}}
    return sorted(codes - inner)


def can_manage(user: User) -> bool:
    """Inspection is the operator's."""
    return user.has_right("inspection.manage")


def can_open_inspection(user: User) -> bool:
    """Whoever has findings of their own to see: institutions, provinces, the ministry, the operator."""
    return user.has_right("monitoring.read") or bool(reach_of(user).own)


def can_ask_recheck(user: User, finding: InspectionFinding) -> bool:
    own = finding.resource.institution_id in reach_of(user).own
    return finding.state in {FindingState.NOTICED, FindingState.HIDDEN} and (own or can_manage(user))


def can_extend(user: User, finding: InspectionFinding) -> bool:
    return finding.state == FindingState.NOTICED and can_manage(user)


def can_dismiss(user: User, finding: InspectionFinding) -> bool:
    return finding.state in OPEN_FINDINGS and can_manage(user)


def can_settle(user: User, finding: InspectionFinding) -> bool:
    return (
        finding.report_id is not None
        and finding.state in {FindingState.NOTICED, FindingState.HIDDEN}
        and can_manage(user)
    )


def finding_abilities(user: User, finding: InspectionFinding) -> dict[str, bool]:
    return {
        "recheck": can_ask_recheck(user, finding),
        "extend": can_extend(user, finding),
        "dismiss": can_dismiss(user, finding),
        "settle": can_settle(user, finding),
    }
