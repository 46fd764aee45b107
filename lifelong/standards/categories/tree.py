"""Nodes of the tree and how a written path finds its node: the longest match, from the area or any telling name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

AREAS = ("degree", "training", "older", "community")
DEEPEST = 8
PATHS_REMEMBERED = 20_000

_dashes = re.compile(r"[‐-―−﹘﹣－-]+")


def fold(name: str) -> str:
    """A name as it is compared: width, case, spaces and the sort of dash do not matter."""
    return "".join(_dashes.sub("-", unicodedata.normalize("NFKC", name)).casefold().split())


@dataclass(frozen=True, slots=True)
class Alias:
    """A name, and the parent (code) below which it stood, by which a node was known."""

    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """One category. ``parent`` and ``moved_to`` are codes; a node that moved away leads on and is listed nowhere."""

    code: str
    name: str
    parent: str | None = None
    state: Literal["settled", "pending"] = "settled"
    aliases: tuple[Alias, ...] = ()
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a written path came to.

    ``node`` is the deepest node found (``None``: nothing matches), ``rest`` the levels below it that the tree does not
    know, ``path`` the path as it is kept and shown. ``pending``: somebody has to settle it (待归类). ``moved``: an old
    name led here. ``candidates`` are paths, where several nodes fit equally well.
    """

    node: Node | None
    area: str | None = None
    path: str = ""
    rest: tuple[str, ...] = ()
    pending: bool = False
    moved: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    node: Node
    consumed: int
    moved: bool
    depth: int

    @property
    def rank(self) -> tuple[int, bool, int]:
        return self.consumed, not self.moved, -self.depth


class Tree:
    """An immutable tree. Parents may come after children; a parent or target that is missing is a ``ValueError``."""

    def __init__(self, nodes: Iterable[Node], *, version: str) -> None:
        self.version = version
        self.nodes = {node.code: node for node in nodes}
        self._children: dict[str | None, list[str]] = {}
        self._named: dict[tuple[str | None, str], tuple[str, bool]] = {}
        self._anywhere: dict[str, list[tuple[str, bool]]] = {}
        self._remembered: dict[tuple[str, str | None], Resolution] = {}
        for node in self.nodes.values():
            self._check(node)
        for node in self.nodes.values():
            if node.moved_to is None:
                self._children.setdefault(node.parent, []).append(node.code)
                self._name(node.parent, node.name, node.code, old=False)
        for node in self.nodes.values():
            if node.moved_to is not None:
                self._name(node.parent, node.name, node.code, old=True)
            for alias in node.aliases:
                self._name(alias.parent, alias.name, node.code, old=True)

    def _check(self, node: Node) -> None:
        if node.parent is None and node.code not in AREAS:
            raise ValueError(f"{node.code}: only {', '.join(AREAS)} stand at the top")
        if node.parent is not None and node.parent not in self.nodes:
            raise ValueError(f"{node.code}: no parent {node.parent}")
        if node.moved_to is not None and node.moved_to not in self.nodes:
            raise ValueError(f"{node.code}: no node {node.moved_to} to lead to")
        for start, step in ((node.code, "parent"), (node.code, "moved_to")):
            seen, at = {start}, getattr(node, step)
            while at is not None:
                if at in seen:
                    raise ValueError(f"{node.code}: its {step} leads in a circle")
                seen.add(at)
                if at not in self.nodes:
                    break
                at = getattr(self.nodes[at], step)

    def _name(self, parent: str | None, name: str, code: str, *, old: bool) -> None:
        key = fold(name)
        if (parent, key) in self._named:  # a living name stands before an old one
            return
        self._named[parent, key] = (code, old)
        self._anywhere.setdefault(key, []).append((code, old))

    def __iter__(self) -> Iterator[Node]:
        """Living nodes, parents before children, siblings in their order."""
        waiting = list(reversed(self._children.get(None, [])))
        while waiting:
            code = waiting.pop()
            yield self.nodes[code]
            waiting.extend(reversed(self._children.get(code, [])))

    def areas(self) -> list[Node]:
        return [self.nodes[code] for code in self._children.get(None, [])]

    def children(self, code: str) -> list[Node]:
        return [self.nodes[child] for child in self._children.get(code, [])]

    def settle(self, code: str) -> Node | None:
        """The living node that a code stands for today, following moves; ``None`` if there never was one."""
        node = self.nodes.get(code)
        while node is not None and node.moved_to is not None:
            node = self.nodes[node.moved_to]
        return node

    def chain(self, code: str) -> list[Node]:
        """From the area down to the node itself."""
        found = []
        at: str | None = code
        while at is not None:
            found.append(self.nodes[at])
            at = self.nodes[at].parent
        return found[::-1]

    def below(self, code: str) -> list[str]:
        """The node's own code and those of all living nodes beneath it."""
        found, waiting = [], [code]
        while waiting:
            at = waiting.pop()
            found.append(at)
            waiting.extend(self._children.get(at, []))
        return found

    def area_of(self, code: str) -> str:
        return self.chain(code)[0].code

    def path_of(self, code: str) -> str:
        """The path as the standard writes it: from the second level down (an area alone by its own name)."""
        names = [node.name for node in self.chain(code)]
        return "-".join(names[1:] or names)

    def area_named(self, text: str) -> str | None:
        """The code of the area that a person wrote: Chinese name, old name or the code itself."""
        key = fold(text)
        if key in AREAS:
            return key
        found = self._named.get((None, key))
        return found[0] if found else None

    def resolve(self, path: str, *, area: str | None = None) -> Resolution:
        """Find the node of a written path; ``area`` (a code) only helps where a name stands in several areas."""
        key = (path, area)
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= PATHS_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[key] = self._resolve(path, area)
        return found

    def _resolve(self, path: str, area: str | None) -> Resolution:
        by_code = self.settle(path.strip().lower())
        if by_code is not None:
            moved = by_code.code != path.strip().lower()
            return self._found(_Match(by_code, 1, moved, 0), [path])
        steps = _split(path)
        best = self._best(steps)
        if len(best) > 1 and area is not None:
            best = [match for match in best if self.area_of(match.node.code) == area] or best
        if not best:
            return Resolution(None)
        if len(best) > 1:
            return Resolution(None, candidates=tuple(self._full(match.node.code) for match in best))
        return self._found(best[0], steps)

    def _best(self, steps: list[str]) -> list[_Match]:
        """The matches that explain most of the path; among equals living names, then those nearest to the top."""
        matches = []
        for end in range(len(steps), 0, -1):
            for code, old in self._anywhere.get(fold("-".join(steps[:end])), []):
                matches.append(self._descend(self._living(code), steps, end, old))
        if not matches:
            return []
        best = max(match.rank for match in matches)
        return list({match.node.code: match for match in matches if match.rank == best}.values())

    def _living(self, code: str) -> Node:
        node = self.settle(code)
        assert node is not None, code
        return node

    def _descend(self, node: Node, steps: list[str], start: int, moved: bool) -> _Match:
        best = _Match(node, start, moved, len(self.chain(node.code)))
        for end in range(len(steps), start, -1):
            found = self._named.get((node.code, fold("-".join(steps[start:end]))))
            if found is None:
                continue
            deeper = self._descend(self._living(found[0]), steps, end, moved or found[1])
            if deeper.consumed > best.consumed:
                best = deeper
        return best

    def _found(self, match: _Match, steps: list[str]) -> Resolution:
        rest = tuple(steps[match.consumed :])
        node = match.node
        own_area = self.area_of(node.code)
        short = "-".join([self.path_of(node.code), *rest])
        full = "-".join([self._full(node.code), *rest])
        again = self._best(_split(short))
        if len(again) > 1:
            again = [other for other in again if self.area_of(other.node.code) == own_area]
        tells = len(again) == 1 and again[0].node.code == node.code
        return Resolution(
            node=node,
            area=own_area,
            path=short if tells else full,
            rest=rest,
            pending=bool(rest) or node.state == "pending",
            moved=match.moved,
        )

    def _full(self, code: str) -> str:
        return "-".join(node.name for node in self.chain(code))


def _split(path: str) -> list[str]:
    return [step for step in (step.strip() for step in _dashes.sub("-", path).split("-")) if step]
