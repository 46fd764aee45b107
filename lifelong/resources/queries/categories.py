"""The category tree as a select box, and a written path as a choice in it plus what goes deeper."""

from typing import Any

from lifelong.resources.models import Version
from lifelong.standards.queries import category_tree

INDENT = "　"


def category_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups by area: ``(area, [(code, name indented by level)])``; works without a script."""
    known = category_tree()
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for area in known.areas():
        below = set(known.below(area.code)[1:])
        nodes = [node for node in known if node.code in below and node.state == "settled"]
        groups.append(
            (area.name, [(node.code, INDENT * (len(known.chain(node.code)) - 2) + node.name) for node in nodes])
        )
    return groups


def choice_of(code: str, more: str) -> str:
    """The written path of what was chosen and what was typed beneath it; what was typed alone is a path by itself."""
    known, more = category_tree(), more.strip()
    node = known.settle(code) if code else None
    if node is None:
        return more
    names = [step.name for step in known.chain(node.code)]
    return "-".join([*names, more] if more else names)


def split_path(version: Version, shown: str) -> tuple[str, str]:
    """``(code, what goes deeper)``; what the box does not offer (an area alone, an unknown path) is wholly what was typed."""
    if not shown:
        return "", ""
    known = category_tree()
    found = known.resolve(shown, area=version.area or None)
    if found.node is None:
        return "", shown
    chain = known.chain(found.node.code)
    settled: Any = next((node for node in reversed(chain) if node.state == "settled"), None)
    if settled is None or settled is chain[0]:
        return "", shown
    deeper = [node.name for node in chain[chain.index(settled) + 1 :]]
    return settled.code, "-".join([*deeper, *found.rest])
