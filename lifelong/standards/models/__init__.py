"""What the operator keeps in service: the category tree and the register of host platforms."""

from lifelong.standards.models.categories import CategoryAlias, CategoryNode, NodeState, TreeVersion
from lifelong.standards.models.platforms import EvidenceState, HostName, HostPlatform, ProtectionEvidence

__all__ = [
    "CategoryAlias",
    "CategoryNode",
    "EvidenceState",
    "HostName",
    "HostPlatform",
    "NodeState",
    "ProtectionEvidence",
    "TreeVersion",
]
