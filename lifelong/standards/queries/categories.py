"""The tree in service, built once per change and process."""

from collections.abc import Iterable

from lifelong.standards.categories import Alias, Node, Tree, packaged
from lifelong.standards.models import CategoryAlias, CategoryNode, NodeState, TreeVersion

_held: dict[str, Tree] = {}


def category_tree() -> Tree:
    """The tree as it stands now: one query, three when it has changed."""
    row = TreeVersion.objects.first()
    if row is None:  # an empty database in the middle of its migrations
        return packaged()
    tree = _held.get(row.stamp)
    if tree is None:
        tree = _built(f"{packaged().version}.{row.number}")
        _held.clear()
        _held[row.stamp] = tree
    return tree


def _built(version: str) -> Tree:
    codes = dict(CategoryNode.objects.values_list("pk", "code"))
    aliases: dict[int, list[Alias]] = {}
    for node, parent, name in CategoryAlias.objects.values_list("node_id", "parent_id", "name"):
        aliases.setdefault(node, []).append(Alias(name, codes[parent] if parent else None))
    rows = CategoryNode.objects.order_by("position", "id").values_list(
        "pk", "code", "name", "parent_id", "state", "moved_to_id"
    )
    return Tree(
        (
            Node(
                code=code,
                name=name,
                parent=codes[parent] if parent else None,
                state="pending" if state == NodeState.PENDING else "settled",
                aliases=tuple(aliases.get(pk, ())),
                moved_to=codes[moved_to] if moved_to else None,
            )
            for pk, code, name, parent, state, moved_to in rows
        ),
        version=version,
    )


def nodes_by_code(codes: Iterable[str]) -> dict[str, CategoryNode]:
    return {node.code: node for node in CategoryNode.objects.filter(code__in=list(codes))}
