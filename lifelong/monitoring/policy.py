"""Who may read and do what after publication."""

from typing import Any

from lifelong.accounts.models import Role
from lifelong.accounts.policy import roles_of
from lifelong.catalogue.models import Entry
from lifelong.institutions.queries import belongs_to
from lifelong.monitoring.lifecycle import Standing


def standing_of(user: Any, entry: Entry) -> Standing:
    """As whose a signed-in person's use is kept: neither who runs the platform nor the resource's own institution is the public."""
    roles = roles_of(user)
    if roles & set(Role.values):
        return Standing.STAFF
    if roles and belongs_to(user).filter(pk=entry.institution_id).exists():
        return Standing.OWN
    return Standing.PUBLIC
