"""Writing validated values into a version: what is right into its fields, what is not as it was typed."""

from collections.abc import Mapping
from typing import Any

from lifelong.resources.models import KEY_LENGTH, Version
from lifelong.resources.queries.duplicates import title_key
from lifelong.resources.queries.freezing import values_of
from lifelong.standards.metadata import Result, identity
from lifelong.standards.models import CategoryNode

TEXTS = (
    "title", "type", "host_platform", "link", "series_order", "summary", "rights_holder", "speakers", "outline",
    "keywords", "area",
)  # fmt: skip
PLAIN = ("duration", "created_date", "declared_views", "declared_learners", "rights_until")
FIELDS = (*TEXTS, *PLAIN, "series", "category")
TYPED = (*FIELDS, "own_number")  # what a form or a sheet gives


def as_typed(version: Version) -> dict[str, Any]:
    """Every field as a form shows it: what was kept, or what was typed and is not right."""
    kept = {name: value for name, value in values_of(version).items() if name in TYPED}
    return {name: "" if value is None else value for name, value in (kept | version.raw).items()}


def write(
    version: Version, result: Result, given: Mapping[str, Any], *, nodes: Mapping[str, CategoryNode] | None = None
) -> list[str]:
    """Put a verdict into the version (not saved); the names of the fields that changed.

    A field that broke a rule becomes empty and its text is kept in ``raw``; ``problems`` are the sentences about all of
    them, save what is merely still to do. ``nodes``: the categories by code, where many versions are written.
    """
    wrong = {problem.field for problem in result.errors}
    right = {name: value for name, value in result.values.items() if name not in wrong}
    before = {name: getattr(version, _column(name)) for name in FIELDS if name != "series"}
    for name in TEXTS:
        setattr(version, name, right.get(name, ""))
    for name in PLAIN:
        setattr(version, name, right.get(name))
    version.title_key = title_key(version.title)
    if not version.row_digest:  # what came by a sheet is known by its row, whatever its title becomes
        version.row_key = identity(right)[:KEY_LENGTH] if right.get("title") or right.get("own_number") else ""
    version.category_path = right.get("category", "")
    node = result.category.node if result.category and version.category_path else None
    version.category = _node(node.code, nodes) if node else None
    version.raw = {name: str(given[name]) for name in TYPED if name in wrong and given.get(name) not in (None, "")}
    version.problems = [p.to_json() for p in result.problems if not p.code.startswith("todo.")]
    return [name for name, value in before.items() if getattr(version, _column(name)) != value]


def _node(code: str, nodes: Mapping[str, CategoryNode] | None) -> CategoryNode | None:
    return CategoryNode.objects.filter(code=code).first() if nodes is None else nodes.get(code)


def _column(name: str) -> str:
    return "category_path" if name == "category" else name
