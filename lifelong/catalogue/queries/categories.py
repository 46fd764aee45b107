"""The category tree in service, read once in a while: a few hundred rows that the operator changes by hand."""

import time
from dataclasses import dataclass, field

from lifelong.standards.models import CategoryNode

FRESH_S = 5.0


@dataclass
class CategoryTree:
    """All nodes by key and by code; a node that was merged away leads to where it went."""

    nodes: dict[int, CategoryNode] = field(default_factory=dict)
    by_code: dict[str, CategoryNode] = field(default_factory=dict)
    children: dict[int | None, list[CategoryNode]] = field(default_factory=dict)
    read_at: float = float("-inf")
    paths: dict[int | None, tuple[CategoryNode, ...]] = field(default_factory=dict)

    def path(self, key: int | None) -> tuple[CategoryNode, ...]:
        """From the area down to the node; empty for none."""
        if (known := self.paths.get(key)) is not None:
            return known
        path: list[CategoryNode] = []
        node = self.nodes.get(key) if key else None
        while node is not None and len(path) < 12:
            if node.moved_to_id and not path:
                node = self.nodes.get(node.moved_to_id)
                continue
            path.insert(0, node)
            node = self.nodes.get(node.parent_id) if node.parent_id else None
        self.paths[key] = tuple(path)
        return self.paths[key]

    def path_of(self, code: str) -> tuple[CategoryNode, ...]:
        node = self.by_code.get(code)
        return self.path(node.pk if node else None)


_tree = CategoryTree()


def category_tree() -> CategoryTree:
    global _tree  # noqa: PLW0603 - one per process, renewed after a few seconds
    if time.monotonic() - _tree.read_at > FRESH_S:
        nodes = list(CategoryNode.objects.order_by("position", "id"))
        fresh = CategoryTree(read_at=time.monotonic())
        for node in nodes:
            fresh.nodes[node.pk] = node
            fresh.by_code[node.code] = node
            if not node.moved_to_id:
                fresh.children.setdefault(node.parent_id, []).append(node)
        _tree = fresh
    return _tree


def forget_tree() -> None:
    global _tree  # noqa: PLW0603
    _tree = CategoryTree()


def category_path(key: int | None) -> tuple[CategoryNode, ...]:
    return category_tree().path(key)


def category(code: str) -> CategoryNode | None:
    """The living node of a code; a merged one leads on. ``older.skills`` or an area."""
    tree = category_tree()
    node = tree.by_code.get(code)
    for _ in range(8):
        if node is None or not node.moved_to_id:
            break
        node = tree.nodes.get(node.moved_to_id)
    return node


def below(code: str) -> set[int]:
    """Keys of a node, of everything under it, and of what was merged into any of these; read afresh."""
    nodes = list(CategoryNode.objects.values_list("pk", "code", "parent_id", "moved_to_id"))
    found = {key for key, node_code, _parent, _moved in nodes if node_code == code}
    while True:
        more = {key for key, _code, parent, moved in nodes if parent in found or moved in found} - found
        if not more:
            return found
        found |= more
