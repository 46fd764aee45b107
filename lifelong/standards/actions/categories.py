"""The category tree: bring in, add, rename, move, settle, merge. A name or place that is left stays as an alias."""

import re
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.standards import events
from lifelong.standards.categories import AREAS, Resolution, Tree, fold, packaged
from lifelong.standards.models import CategoryAlias, CategoryNode, NodeState, TreeVersion
from lifelong.web.refusals import Refusal

LONGEST_CODE = 80
LONGEST_LABEL = 24


class CategoryRefused(Refusal):
    code = "category.refused"
    status = 422


class FixedByStandard(CategoryRefused):
    """The areas and the second level are the standard's, not the operator's."""

    code = "category.fixed"


class NameTaken(CategoryRefused):
    code = "category.name_taken"


class LeadsInCircle(CategoryRefused):
    code = "category.circle"


class AlreadySettled(CategoryRefused):
    code = "category.settled"


@transaction.atomic
def load_tree(tree: Tree | None = None, *, at: datetime | None = None) -> int:
    """Bring in the nodes of a tree (the packaged one) that are not there yet; what the operator changed stays.

    Returns how many were made. ``at`` defaults to now.
    """
    tree, at = tree or packaged(), at or timezone.now()
    known = dict(CategoryNode.objects.values_list("code", "pk"))
    made = 0
    for position, node in enumerate([*tree, *(n for n in tree.nodes.values() if n.moved_to)]):
        if node.code in known:
            continue
        row = CategoryNode.objects.create(
            code=node.code, name=node.name, parent_id=known[node.parent] if node.parent else None,
            area=tree.area_of(node.code), state=node.state, position=position * 10, created_at=at, changed_at=at,
            moved_to_id=known[node.moved_to] if node.moved_to else None,
        )  # fmt: skip
        known[node.code] = row.pk
        made += 1
        CategoryAlias.objects.bulk_create(
            CategoryAlias(node=row, parent_id=known[alias.parent] if alias.parent else None, name=alias.name)
            for alias in node.aliases
        )
    _stamp()
    return made


@transaction.atomic
def add_node(parent: CategoryNode, name: str, *, by: User, at: datetime, code: str = "") -> CategoryNode:
    """A settled node below the second level; its code is made from the name's pinyin unless given."""
    parent = _locked(parent)
    if parent.parent_id is None:
        raise FixedByStandard(_("第二级分类由标准规定，不能增加；请加在第二级以下。"))
    name = _name(name)
    _free(parent, name)
    node = _create(parent, name, NodeState.SETTLED, by=by, at=at, code=code)
    return _changed(node, "added", by=by, at=at, detail={"name": name, "parent": parent.code})


@transaction.atomic
def rename_node(node: CategoryNode, name: str, *, by: User, at: datetime) -> CategoryNode:
    """The old name keeps leading here."""
    node = _own(node)
    name = _name(name)
    before = node.name
    if name == before:
        return node
    _free(node.parent, name, but=node)
    CategoryAlias.objects.filter(node=node, parent=node.parent, name=name).delete()
    if fold(name) != fold(before):
        CategoryAlias.objects.get_or_create(node=node, parent=node.parent, name=before)
    node.name = name
    return _changed(node, "renamed", by=by, at=at, detail={"before": before, "after": name})


@transaction.atomic
def move_node(node: CategoryNode, parent: CategoryNode, *, by: User, at: datetime) -> CategoryNode:
    """Under another parent, with all below it; the code stays, the old place keeps leading here."""
    node, parent = _own(node), _locked(parent)
    before = node.parent
    if parent.pk == node.parent_id:
        return node
    if parent.parent_id is None:
        raise FixedByStandard(_("第二级分类由标准规定，不能移到领域的下面；请移到第二级以下。"))
    _outside(node, parent)
    _free(parent, node.name, but=node)
    CategoryAlias.objects.filter(node=node, parent=parent, name=node.name).delete()
    CategoryAlias.objects.get_or_create(node=node, parent=before, name=node.name)
    node.parent = parent
    if node.area != parent.area:
        node.area = parent.area
        CategoryNode.objects.filter(pk__in=_below(node)).update(area=parent.area, changed_at=at)
    assert before is not None
    return _changed(node, "moved", by=by, at=at, detail={"before": before.code, "after": parent.code})


@transaction.atomic
def settle_node(node: CategoryNode, *, by: User, at: datetime) -> CategoryNode:
    """A level that somebody wrote becomes one of the tree (待归类 → 已归类), and with it those it stands below."""
    node = _own(node)
    if node.state == NodeState.SETTLED:
        raise AlreadySettled(_("「%(name)s」已经归类。") % {"name": node.name})
    if node.parent is not None and node.parent.state == NodeState.PENDING:
        settle_node(node.parent, by=by, at=at)
    node.state = NodeState.SETTLED
    return _changed(node, "settled", by=by, at=at, detail={"name": node.name})


@transaction.atomic
def merge_node(node: CategoryNode, into: CategoryNode, *, by: User, at: datetime) -> CategoryNode:
    """The node becomes a sign that leads to another; what stood below it moves along. Returns the other."""
    node, into = _own(node), _locked(into)
    if into.parent_id is None:
        raise FixedByStandard(_("请并入第二级或更低的分类，不能并入领域。"))
    if into.pk == node.pk:
        raise LeadsInCircle(_("不能并入它自己。"))
    _outside(node, into)
    for child in list(node.children.living()):
        same = _same_name(into, child.name)
        if same is not None:
            merge_node(child, same, by=by, at=at)
        else:
            move_node(child, into, by=by, at=at)
    node.moved_to = into
    _changed(node, "merged", by=by, at=at, detail={"into": into.code})
    return into


@transaction.atomic
def remember_pending(resolution: Resolution, *, by: User | None, at: datetime) -> CategoryNode:
    """The node of a resolved path, made 待归类 level by level where the tree does not know it yet."""
    if resolution.node is None:
        raise CategoryRefused(_("分类表中一级也找不到。"))
    node = _locked(CategoryNode.objects.get(code=resolution.node.code))
    for step in resolution.rest:
        found = _same_name(node, step)
        if found is None:
            found = _create(node, step[:60], NodeState.PENDING, by=by, at=at)
            _changed(found, "proposed", by=by, at=at, detail={"name": found.name, "parent": node.code})
        node = found
    return node


def _create(
    parent: CategoryNode, name: str, state: str, *, by: User | None, at: datetime, code: str = ""
) -> CategoryNode:
    last = CategoryNode.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return CategoryNode.objects.create(
        code=_code(parent, code or name), name=name, parent=parent, area=parent.area, state=state,
        position=last + 10, proposed_by=by, created_at=at, changed_at=at,
    )  # fmt: skip


def _code(parent: CategoryNode, text: str) -> str:
    """Short, Latin, safe in an address, and nobody else's: ``community.science.hangkong``."""
    from pypinyin import lazy_pinyin

    label = "".join(lazy_pinyin(text)) if not text.isascii() else text
    label = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:LONGEST_LABEL].strip("-") or "node"
    lead = f"{parent.code}." if len(parent.code) + len(label) + 6 <= LONGEST_CODE else f"{parent.area}."
    taken = set(CategoryNode.objects.filter(code__startswith=lead + label).values_list("code", flat=True))
    found, number = lead + label, 2
    while found in taken or found in AREAS:
        found, number = f"{lead}{label}-{number}", number + 1
    return found


def _changed(node: CategoryNode, change: str, *, by: User | None, at: datetime, detail: dict[str, Any]) -> CategoryNode:
    node.changed_at = at
    node.save()
    _stamp()
    audit.record(f"standards.category_{change}", by=by, of=node, detail={"code": node.code, **detail}, at=at)
    events.category_changed.send(CategoryNode, code=node.code, change=change, by=by, at=at)
    return node


def _stamp() -> None:
    stamp = secrets.token_hex(16)
    if not TreeVersion.objects.filter(pk=1).update(number=F("number") + 1, stamp=stamp):
        TreeVersion.objects.create(pk=1, stamp=stamp)


def _locked(node: CategoryNode) -> CategoryNode:
    """The node as it stands, following a merge; the tree's one version row is the lock that all changes share."""
    TreeVersion.objects.select_for_update().filter(pk=1).first()
    found = CategoryNode.objects.select_for_update(of=("self",)).get(pk=node.pk)
    while found.moved_to is not None:
        found = found.moved_to
    return found


def _own(node: CategoryNode) -> CategoryNode:
    """A node that the operator may change: below the second level."""
    found = _locked(node)
    if found.parent is None or found.parent.parent_id is None:
        raise FixedByStandard(_("「%(name)s」由标准规定，不能修改。") % {"name": found.name})
    return found


def _name(name: str) -> str:
    kept = " ".join(name.split())
    if not kept or len(kept) > 60 or not kept.isprintable():
        raise CategoryRefused(_("分类名称应是 1–60 个字。"), fields={"name": _("应是 1–60 个字。")})
    return kept


def _same_name(parent: CategoryNode, name: str) -> CategoryNode | None:
    wanted = fold(name)
    return next((child for child in parent.children.living() if fold(child.name) == wanted), None)


def _free(parent: CategoryNode | None, name: str, *, but: CategoryNode | None = None) -> None:
    assert parent is not None
    same = _same_name(parent, name)
    if same is not None and (but is None or same.pk != but.pk):
        text = _("「%(parent)s」下已有「%(name)s」。") % {"parent": parent.name, "name": same.name}
        raise NameTaken(text, fields={"name": text})


def _below(node: CategoryNode) -> list[int]:
    found, waiting = [], [node.pk]
    while waiting:
        children = list(CategoryNode.objects.filter(parent__in=waiting).values_list("pk", flat=True))
        found += children
        waiting = children
    return found


def _outside(node: CategoryNode, place: CategoryNode) -> None:
    if place.pk == node.pk or place.pk in _below(node):
        raise LeadsInCircle(_("不能放到它自己的下级里。"))
