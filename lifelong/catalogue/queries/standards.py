"""What the validator needs to know of the categories and platforms in service."""

from datetime import datetime

from django.utils import timezone

from lifelong.standards.categories import Alias, Node, Tree, packaged
from lifelong.standards.metadata import Context
from lifelong.standards.models import CategoryAlias, CategoryNode


def context_for_load(at: datetime) -> Context:
    return Context(today=timezone.localdate(at), tree=tree_in_service(), stage="load")


def tree_in_service() -> Tree:
    nodes = list(CategoryNode.objects.select_related("parent", "moved_to").order_by("position", "id"))
    if not nodes:
        return packaged()
    aliases: dict[int, list[Alias]] = {}
    for alias in CategoryAlias.objects.select_related("parent"):
        aliases.setdefault(alias.node_id, []).append(Alias(alias.name, alias.parent.code if alias.parent else None))
    return Tree(
        [
            Node(
                node.code, node.name, node.parent.code if node.parent else None,
                "pending" if node.state == "pending" else "settled", tuple(aliases.get(node.pk, ())),
                node.moved_to.code if node.moved_to else None,
            )
            for node in nodes
        ],
        version="",
    )  # fmt: skip
