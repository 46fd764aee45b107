"""Texts and words about the content: summary, keywords, outline."""

import re
from typing import Any

from django.utils.translation import gettext as _

from lifelong.standards import outline as outlines
from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.text import once, one_space, split, unseen, without_unseen

_markup = re.compile(
    r"</?[A-Za-z][^<>]*>|<!--|<!\[CDATA\[|&(?:nbsp|lt|gt|amp|quot|ldquo|rdquo|middot|#\d+|#x[0-9A-Fa-f]+);"
)
_lines = re.compile(r"\r\n?|[\u2028\u2029\x85\v\f]")
_other_separator = re.compile(r"[,，、\n]")


def summary(check: Check, value: Any) -> str | None:
    """资源简介 (8): plain text; lines are kept."""
    text = check.text("summary", value)
    if not text:
        return None
    if not text.isprintable():
        lines = _lines.sub("\n", text).split("\n")
        hidden = next((h for line in lines if (h := unseen(line.replace("\t", " "))) is not None), None)
        if hidden is not None:
            check.notice("summary", "cleaned", _("含有看不见的字符 U+%(code)04X，已去掉") % {"code": ord(hidden)})
        text = "\n".join(without_unseen(line).rstrip() if unseen(line) else line.rstrip() for line in lines).strip()
    if found := _markup.search(text):
        check.error(
            "summary",
            "markup",
            _("含有网页代码 %(code)s") % {"code": found.group()[:30]},
            found=text,
            wanted=_("纯文字"),
        )
        return None
    field = check.fields["summary"]
    if text and not field.min_length <= len(text) <= field.max_length:
        check.error("summary", "length", _("共 %(count)s 个字") % {"count": len(text)}, found=text)
        return None
    return text or None


def keywords(check: Check, value: Any) -> str | None:
    """关键词 (17): each once; other separators are understood with a notice."""
    text = check.text("keywords", value)
    if not text:
        return None
    if _other_separator.search(text):
        check.notice("keywords", "separator", _("已按英文分号 ; 隔开"), found=text)
        text = _other_separator.sub(";", text)
    if (hidden := unseen(text)) is not None:
        check.notice(
            "keywords", "cleaned", _("含有看不见的字符 U+%(code)04X，已去掉") % {"code": ord(hidden)}, found=text
        )
        text = without_unseen(text)
    words, again = once([one_space(word) for word in split(text)])
    if again:
        check.notice("keywords", "repeated", _("「%(word)s」写了两次，已去掉一个") % {"word": again[0]}, found=text)
    field = check.fields["keywords"]
    if len(words) > field.max_items:
        check.error("keywords", "count", _("共 %(count)s 个，太多") % {"count": len(words)}, found=text)
        return None
    long = next((word for word in words if len(word) > field.max_length), None)
    if long is not None:
        check.error(
            "keywords",
            "length",
            _("「%(word)s」超过 %(most)s 个字") % {"word": long[:30], "most": field.max_length},
            found=text,
        )
        return None
    return ";".join(words) or None


def outline(check: Check, value: Any) -> str | None:
    """资源目录 (16): kept in one form, whatever the spaces and comments it came with."""
    if not isinstance(value, str):
        check.error("outline", "not_xml", _("不是 XML 字符串"), found=value)
        return None
    try:
        found = outlines.parse(value.strip())
    except outlines.OutlineError as error:
        check.error("outline", error.code, str(error), found=value.strip())
        return None
    if not check.silent:
        _remark(check, found)
    check.outline = found
    return outlines.to_xml(found)


def _remark(check: Check, found: outlines.Outline) -> None:
    media = check.context.media
    length = check.values.get("duration")
    if length is None and media is not None and media.duration_s is not None:
        length = int(media.duration_s + 0.5)
    for code, sentence in outlines.remarks(found, duration_s=length):
        check.notice("outline", code, sentence)
