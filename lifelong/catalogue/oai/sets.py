"""Sets: the areas and the category tree below them, ``older:health:…``."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from lifelong.catalogue.oai.errors import NoRecordsMatch
from lifelong.catalogue.queries.categories import below, category_path, category_tree
from lifelong.standards.models import CategoryNode
from lifelong.web.vocabulary import AREAS


@dataclass(frozen=True)
class Set:
    spec: str
    name: str


def spec_of(path: tuple[CategoryNode, ...]) -> str:
    """``older:health:digital`` of the nodes ``older``, ``older.health``, ``older.health.digital``; codes stay for ever."""
    steps, before = [], ""
    for node in path:
        steps.append(node.code.removeprefix(f"{before}.") if before else node.code)
        before = node.code
    return ":".join(steps)


def all_sets() -> Iterator[Set]:
    """A parent before its children, in the tree's own order; the areas are there even where the tree is empty."""
    tree = category_tree()
    for area, area_name in AREAS.items():
        yield Set(area, str(area_name))
        root = tree.by_code.get(area)
        waiting = list(reversed(tree.children.get(root.pk, []))) if root else []
        while waiting:
            node = waiting.pop()
            path = tree.path(node.pk)
            yield Set(spec_of(path), "-".join(one.name for one in path))
            waiting += reversed(tree.children.get(node.pk, []))


def specs_of(area: str, category_key: int | None) -> list[str]:
    """The sets of a record, each with all above it: its area and, where it has one, its category."""
    spec = spec_of(category_path(category_key))
    if not spec:
        return [area]
    return [spec] if spec.partition(":")[0] == area else [area, spec]


def members(spec: str) -> Q:
    """Which entries a set holds: everything in the node and below. Raises ``NoRecordsMatch`` for a set there is not."""
    tree = category_tree()
    if spec in AREAS:
        # a category that was merged into another area takes its resources along, their own area stays
        return Q(area=spec) | Q(category_id__in=below(spec))
    code = next((node.code for node in tree.nodes.values() if spec_of(tree.path(node.pk)) == spec), None)
    if code is None or ":" not in spec:
        raise NoRecordsMatch(f"there is no set {spec}")
    node = tree.path(tree.by_code[code].pk)[-1]
    return Q(category_id__in=below(node.code))
