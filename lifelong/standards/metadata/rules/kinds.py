"""What kind of thing it is, for whom, and where in the tree: type, area, category."""

import re
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.categories import fold
from lifelong.standards.categories.tree import DEEPEST
from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.text import folded, unseen, without_unseen

LONGEST_PATH = 300
LONGEST_STEP = 60
_other_steps = re.compile(r"[/\\>＞／→|、]+")


def type_(check: Check, value: Any) -> str | None:
    """资源类型 (3): the code, the Chinese word, or both if they agree; must fit the file."""
    text = check.text("type", value)
    if not text:
        return None
    code = check.context.standard.type_codes.get(folded(text))
    if code is None:
        hint = None
        if folded(text).replace("o", "0") in {"a01", "a02", "a03"}:
            hint = _("数字 0，而不是字母 O：A01、A02 或 A03")
        check.error("type", "unknown", found=text, wanted=hint)
        return None
    media = check.context.media
    if media is not None and code != "A03" and media.kinds and media.kinds != {code}:
        words = {kind.code: f"{kind.code} {_(kind.label)}" for kind in check.context.standard.types}
        found = "、".join(words[kind] for kind in sorted(media.kinds))
        check.error(
            "type", "file", _("与文件不符，文件是 %(kinds)s") % {"kinds": found}, found=text, wanted=found, example=""
        )
        return None
    return code


def area(check: Check, value: Any) -> str | None:
    """所属领域: code or Chinese name."""
    text = check.text("area", value)
    if not text:
        return None
    code = check.context.tree.area_named(text)
    if code is None:
        names = "、".join(node.name for node in check.context.tree.areas())
        check.error("area", "unknown", found=text, wanted=names)
    return code


def category(check: Check, value: Any) -> str | None:
    """所属分类 (18): the longest match in the tree; fills the area; what the tree does not know deeper down waits."""
    text = check.text("category", value)
    if not text:
        return None
    if unseen(text) is not None:
        text = without_unseen(text)
    area = check.values.get("area")
    found = check.context.tree.resolve(text, area=area)
    if found.node is None:
        _not_found(check, text, found.candidates)
        return None
    if len(found.path) > LONGEST_PATH or len(found.rest) >= DEEPEST or any(len(s) > LONGEST_STEP for s in found.rest):
        check.error("category", "length", _("路径太长或层级太多"), found=text)
        return None
    if area is not None and area != found.area:
        names = {node.code: node.name for node in check.context.tree.areas()}
        said = {"category": found.path, "own": names[found.area or ""], "given": names[area]}
        reason = _("与所属分类不一致，「%(category)s」属于%(own)s") % said
        check.error("area", "category", reason, found=said["given"], wanted=said["own"], example=said["own"])
    else:
        check.values["area"] = found.area
    if found.moved:
        check.notice("category", "moved", _("已按现在的分类记为「%(path)s」") % {"path": found.path}, found=text)
    if found.pending:
        check.notice("category", "pending", _("分类表中没有这一级，先按所写记录，标为待归类"), found=text)
    check.category = found
    return found.path


def _not_found(check: Check, text: str, candidates: tuple[str, ...]) -> None:
    if candidates:
        wanted = _("从领域写起，是下面的一个：%(paths)s") % {"paths": "、".join(candidates[:5])}
        check.error("category", "ambiguous", _("有几个同名的分类"), found=text, wanted=wanted, example=candidates[0])
        return
    tree = check.context.tree
    area = check.values.get("area")
    if (parted := "-".join(part.strip() for part in _other_steps.split(text))) != text and tree.resolve(
        parted, area=area
    ).node:
        check.error("category", "separator", _("各级之间要用 - 隔开"), found=text, wanted=parted, example=parted)
        return
    near = [node.name for node in tree.children(area)] if area else [node.name for node in tree.areas()]
    if fold(text) == fold(""):
        near = [node.name for node in tree.areas()]
    wanted = _("从这些写起：%(names)s") % {"names": "、".join(near)}
    check.error("category", "unknown", _("分类表中一级也找不到"), found=text, wanted=wanted)
