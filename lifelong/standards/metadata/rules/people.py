"""主讲人 (12): several separated by ``;``, an ethnic group may stand before a name."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.text import once, one_space, split, unseen, without_unseen

ALL_LENGTH = 500
_label = re.compile(r"^主\s*讲\s*人\s*[:：]\s*")
_group = re.compile(r"[(（]\s*([^()（）]*?)\s*[)）]\s*")
_dots = re.compile("\\s*[\u2022\u30fb\uff65\u2027\u2219\u22c5\u0387\u00b7]\\s*")
_name = re.compile(r"[^\W\d_]+(?:[·.'’ -]{1,2}[^\W\d_]+)*\.?")
_two_letters_apart = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff])\s+([\u3400-\u9fff\U00020000-\U0003ffff])")
_chinese_apart = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]\s+[\u3400-\u9fff\U00020000-\U0003ffff]")
_other_separator = re.compile(r"[,，、/\n]")


@dataclass(frozen=True, slots=True)
class Speaker:
    name: str
    ethnic_group: str = ""

    def __str__(self) -> str:
        return f"({self.ethnic_group}){self.name}" if self.ethnic_group else self.name


def people(text: str) -> list[Speaker]:
    """The speakers of a kept value."""
    found = []
    for part in split(text):
        group = _group.match(part)
        found.append(Speaker(part[group.end() :], group.group(1)) if group else Speaker(part))
    return found


def speakers(check: Check, value: Any) -> str | None:
    text = check.text("speakers", value)
    if not text:
        return None
    if _other_separator.search(text):
        parts = [part.strip() for part in re.split(r"[;；,，、/\n]", _label.sub("", text))]
        proper = ";".join(part for part in parts if part)
        check.error("speakers", "separator", _("多人要用英文分号 ; 隔开"), found=text, example=proper[:60])
        return None
    if (hidden := unseen(text)) is not None:
        check.notice(
            "speakers", "cleaned", _("含有看不见的字符 U+%(code)04X，已去掉") % {"code": ord(hidden)}, found=text
        )
        text = without_unseen(text)
    kept = [_speaker(check, part) for part in split(text) if _label.sub("", part)]
    if "speakers" in check.failed:
        return None
    names, again = once([str(speaker) for speaker in kept if speaker is not None])
    if again:
        check.notice("speakers", "repeated", _("「%(name)s」写了两次，已去掉一个") % {"name": again[0]}, found=text)
    field = check.fields["speakers"]
    if len(names) > field.max_items or len(";".join(names)) > ALL_LENGTH:
        check.error("speakers", "count", _("人数或字数太多，请只写主要的主讲人"), found=text)
        return None
    return ";".join(names) or None


def _speaker(check: Check, part: str) -> Speaker | None:
    rest = _label.sub("", part)
    group = ""
    if found := _group.match(rest):
        group = unicodedata.normalize("NFKC", found.group(1))
        rest = rest[found.end() :]
        if group not in check.context.standard.ethnic_groups:
            near = group + "族"
            known = near in check.context.standard.ethnic_groups
            example = f"({near}){rest}" if known else None
            reason = _("「%(group)s」不是民族名称") % {"group": group}
            check.error("speakers", "ethnic_group", reason, found=part, wanted=_("(民族)姓名"), example=example)
            return None
    name = _name_of(rest)
    if _chinese_apart.search(name):
        example = ";".join(name.split())[:60]
        check.error(
            "speakers", "separator", _("多人要用英文分号 ; 隔开，一个人的姓名中间不空格"), found=part, example=example
        )
        return None
    if not _name.fullmatch(name):
        check.error("speakers", "name", _("不像姓名，职务、单位和序号不写在这里"), found=part)
        return None
    if len(name) > check.fields["speakers"].max_length:
        check.error("speakers", "length", _("姓名太长"), found=part)
        return None
    return Speaker(name, group)


def _name_of(text: str) -> str:
    name = one_space(_dots.sub("·", text))
    if not name.isascii():
        name = "".join(unicodedata.normalize("NFKC", c) if "！" <= c <= "～" else c for c in name)
    # 「张　三」 is how two-letter names are spaced out in tables.
    return _two_letters_apart.sub(r"\1\2", name) if _two_letters_apart.fullmatch(name) else name
