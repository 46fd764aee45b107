"""Reads for pages and other chapters; nothing here writes."""

from lifelong.standards.queries.categories import category_tree, nodes_by_code
from lifelong.standards.queries.judging import metadata_context
from lifelong.standards.queries.platforms import expiring, platform_for, platforms, register, waiting_evidence

__all__ = [
    "category_tree",
    "expiring",
    "metadata_context",
    "nodes_by_code",
    "platform_for",
    "platforms",
    "register",
    "waiting_evidence",
]
