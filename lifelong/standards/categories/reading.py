"""The tree as a TOML file, as packaged and as the operator exports it: ``[[categories]]`` in the order they are shown."""

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from lifelong.standards.categories.tree import Alias, Node, Tree


@cache
def packaged() -> Tree:
    """The tree that comes with the platform."""
    return from_toml(files("lifelong.standards.categories").joinpath("2022.toml").read_text("utf-8"))


def from_toml(text: str) -> Tree:
    """Read a tree; ``ValueError`` names what is wrong. Other tables of the same file are left alone."""
    content = tomllib.loads(text)
    rows = content.get("categories")
    if not isinstance(rows, list) or not rows:
        raise ValueError("no [[categories]]")
    return Tree([_node(row) for row in rows], version=str(content.get("version", "")))


def _node(row: dict[str, Any]) -> Node:
    code, name = row.get("code"), row.get("name")
    if not isinstance(code, str) or not isinstance(name, str) or not code or not name.strip():
        raise ValueError(f"a category needs code and name: {row!r}")
    state = row.get("state", "settled")
    if state not in {"settled", "pending"}:
        raise ValueError(f"{code}: state is settled or pending, not {state!r}")
    parent = row.get("parent")
    aliases = tuple(
        Alias(alias["name"], alias.get("parent", parent)) if isinstance(alias, dict) else Alias(str(alias), parent)
        for alias in row.get("aliases", [])
    )
    return Node(code, name, parent, state, aliases, row.get("moved_to"))


def to_toml(tree: Tree) -> str:
    """The whole tree, with what moved away, such that reading it back gives the same tree."""
    blocks = [f"# 分类\nversion = {_quoted(tree.version)}\n"]
    living = list(tree)
    gone = [node for node in tree.nodes.values() if node.moved_to is not None]
    for node in living + gone:
        lines = ["[[categories]]", f"code = {_quoted(node.code)}"]
        if node.parent is not None:
            lines.append(f"parent = {_quoted(node.parent)}")
        lines.append(f"name = {_quoted(node.name)}")
        if node.state != "settled":
            lines.append(f"state = {_quoted(node.state)}")
        if node.aliases:
            lines.append(f"aliases = [{', '.join(_alias(alias, node) for alias in node.aliases)}]")
        if node.moved_to is not None:
            lines.append(f"moved_to = {_quoted(node.moved_to)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _alias(alias: Alias, node: Node) -> str:
    if alias.parent == node.parent:
        return _quoted(alias.name)
    return f"{{ name = {_quoted(alias.name)}, parent = {_quoted(alias.parent or '')} }}"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for the one control character TOML refuses.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
