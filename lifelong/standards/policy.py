"""Who may keep the tree and the register."""

from typing import Any

from lifelong.accounts.models import User
from lifelong.standards.models import ProtectionEvidence


def can_manage_categories(user: User) -> bool:
    return user.has_right("categories.manage")


def can_manage_platforms(user: User) -> bool:
    return user.has_right("platforms.manage")


def can_propose_evidence(user: User) -> bool:
    """Any reporter may bring evidence; an officer ticks it once for all (spec 2, link.protection)."""
    return user.has_right("platforms.propose") or can_manage_platforms(user)


def can_see_evidence(user: User, evidence: ProtectionEvidence) -> bool:
    """The papers of a platform are for those who verify them and for whoever brought them."""
    return can_manage_platforms(user) or evidence.proposed_by_id == user.pk


def can_decide_evidence(user: User, evidence: ProtectionEvidence) -> bool:
    return can_manage_platforms(user) and evidence.state == "proposed"


def abilities(user: User, evidence: ProtectionEvidence | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "manage_categories": can_manage_categories(user),
        "manage_platforms": can_manage_platforms(user),
        "propose_evidence": can_propose_evidence(user),
    }
    if evidence is not None:
        found["see"] = can_see_evidence(user, evidence)
        found["decide"] = can_decide_evidence(user, evidence)
    return found
