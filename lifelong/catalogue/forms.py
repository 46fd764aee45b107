"""What the address of a search asks for, and what a visitor writes into a report."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.catalogue.lifecycle import ReportKind
from lifelong.catalogue.models import HomeSection
from lifelong.catalogue.queries.categories import category
from lifelong.catalogue.queries.home import SHOWN as MOST_CHOSEN
from lifelong.catalogue.queries.listing import online_keys
from lifelong.catalogue.search.asking import DEEPEST, Question
from lifelong.catalogue.search.schema import LENGTH_NAMES
from lifelong.resources.identifiers import as_written
from lifelong.standards.categories import packaged
from lifelong.standards.metadata import standard
from lifelong.web.refusals import Refusal

SORTS = ("relevance", "views", "learners", "newest", "series")
WHERE = ("about", "said")  # what is written of a resource, what is said in it
SIZE, MOST = 20, 100
MANY = 50  # values of one filter
_PATTERNS = {
    "region": re.compile(r"[0-9]{6}"), "year": re.compile(r"[0-9]{4}"), "institution": re.compile(r"[0-9A-Za-z._-]{1,60}"),
    "category": re.compile(r"[0-9A-Za-z._-]{1,80}"), "batch": re.compile(r"[^\s/]{1,30}"), "series": re.compile(r"[0-9]{1,18}"),
    "speaker": re.compile(r"[0-9]{1,18}"),
}  # fmt: skip
_WORDS: dict[str, set[str]] = {
    "captions": {"yes", "no"},
    "length": set(LENGTH_NAMES),
}
SEARCHED = {"q", "in", "area", "type", "sort", *_PATTERNS, *_WORDS}
LONGEST_SEARCH = HomeSection._meta.get_field("query").max_length or 0


class BadQuery(Refusal):
    """A parameter of a search that cannot be understood."""

    code = "bad_query"
    status = 400


class TooDeepRefused(BadQuery):
    code = "too_deep"


@dataclass
class Wanted:
    """A search as asked for; ``filters`` holds what the index understands."""

    text: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    size: int = SIZE
    where: str = "about"

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def question(self, facets: Iterable[str] = ()) -> Question:
        if self.offset + self.size > DEEPEST:
            raise TooDeepRefused(
                _("只能翻到前 %(most)s 条，请增加筛选条件；需要全部资源请使用数据接口。") % {"most": f"{DEEPEST:,}"}
            )
        return Question.of(
            self.text, self.filters, sort=self.sort, offset=self.offset, limit=self.size, facets=tuple(facets),
            where=self.where,
        )  # fmt: skip


def wanted(params: Mapping[str, list[str]], *, strict: bool = True) -> Wanted:
    """Read ``q``, ``in``, filters (repeated for 「或」), ``sort``, ``page``, ``size``.

    ``strict``: what cannot be understood raises ``BadQuery``; else it is passed over, as a page does for a person.
    """
    found = Wanted(text=" ".join("".join(params.get("q", [""])[-1:]).replace("\x00", " ").split())[:200])
    for name in ("area", "type", *_PATTERNS, *_WORDS):
        given = params.get(name, [])
        values = [value.strip() for value in given if value.strip()]
        if len(given) > MANY and strict:
            raise BadQuery(_("%(name)s 最多写 %(most)s 个。") % {"name": name, "most": MANY}, fields={name: _("太多")})
        kept = [known for value in values[:MANY] if (known := _value(name, value, strict=strict)) is not None]
        if kept:
            found.filters[name] = list(dict.fromkeys(kept))
    found.sort = _one(params, "sort", SORTS, "relevance", strict=strict)
    where = _one(params, "in", WHERE, "about", strict=strict)
    found.where = where if found.text else "about"
    found.page = _number(params, "page", 1, DEEPEST, 1, strict=strict)
    found.size = _number(params, "size", 1, MOST, SIZE, strict=strict)
    return found


def _value(name: str, value: str, *, strict: bool) -> str | None:
    if name == "area":
        known = packaged().area_named(value)
    elif name == "type":
        known = _type_named(value)
    elif name in _WORDS:
        known = value if value in _WORDS[name] else None
    else:
        known = value if _PATTERNS[name].fullmatch(value) else None
    if known is None and strict:
        raise BadQuery(
            _("%(name)s 不能是“%(value)s”。") % {"name": name, "value": value[:40]}, fields={name: _("无法识别")}
        )
    if name == "category" and known is not None:
        node = category(known)
        return node.code if node else known
    return known


def _type_named(value: str) -> str | None:
    folded = value.upper()
    for kind in standard().types:
        if folded == kind.code or value in kind.words or value == kind.label:
            return kind.code
    return None


def _one(params: Mapping[str, list[str]], name: str, known: tuple[str, ...], default: str, *, strict: bool) -> str:
    value = "".join(params.get(name, [""])[-1:]).strip() or default
    if value in known:
        return value
    if strict:
        raise BadQuery(
            _("%(name)s 只能是 %(known)s 之一。") % {"name": name, "known": "、".join(known)},
            fields={name: _("无法识别")},
        )
    return default


def _number(params: Mapping[str, list[str]], name: str, least: int, most: int, default: int, *, strict: bool) -> int:
    text = "".join(params.get(name, [""])[-1:]).strip()
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if number is not None and least <= number <= most:
        return number
    if number is not None and number > most and name == "page":
        return number  # deeper than can be: refused as such, not as a mistake
    if strict:
        raise BadQuery(
            _("%(name)s 应为 %(least)s 到 %(most)s 的整数。") % {"name": name, "least": least, "most": most},
            fields={name: _("超出范围")},
        )
    return default


class ReportForm(forms.Form):
    """问题反馈. A hidden field that people leave empty keeps simple robots out."""

    kind = forms.ChoiceField(label=gettext_lazy("什么问题"), choices=ReportKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("说明"), max_length=1000, min_length=2, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("请写清在哪里、看到什么。请不要写身份证号等个人信息。"),
    )  # fmt: skip
    contact = forms.CharField(
        label=gettext_lazy("联系方式"), max_length=100, required=False,
        help_text=gettext_lazy("手机或邮箱，便于答复；不留也可以凭受理编号查询。"),
    )  # fmt: skip
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("website"):
            raise forms.ValidationError(_("没有收到，请重新填写。"))
        return cleaned


class SectionForm(forms.Form):
    """首页栏目: either resources by name of their pages, or a search."""

    title = forms.CharField(label=gettext_lazy("栏目名称"), max_length=30)
    note = forms.CharField(label=gettext_lazy("一句说明"), max_length=60, required=False)
    resources = forms.CharField(
        label=gettext_lazy("选定的资源"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("一行一个，写资源ID或粘贴资源页的网址，按这个次序显示，最多 8 个。"),
    )  # fmt: skip
    query = forms.CharField(
        label=gettext_lazy("或者：按搜索选取"), required=False, max_length=2000,
        help_text=gettext_lazy("在门户上搜索、筛选、排序好，把网址粘贴到这里；栏目随新资源自动更新。"),
    )  # fmt: skip
    begins_date = forms.DateField(
        label=gettext_lazy("从这一天起显示"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_date = forms.DateField(
        label=gettext_lazy("显示到这一天为止"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("不填就一直显示，例如重阳节栏目可以写明起止。"),
    )  # fmt: skip

    def clean_resources(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["resources"].splitlines() if line.strip()]
        names = [as_written(line.split("?")[0].rstrip("/").rpartition("/")[2]) or "" for line in lines]
        known = set(online_keys(names)) | set(self.initial.get("resources", "").split())  # what is out for now stays
        missing = [line for line, name in zip(lines, names, strict=True) if name not in known]
        if missing:
            raise forms.ValidationError(
                _("没有找到在线的资源：%(lines)s。请核对资源ID，或从资源页复制网址。")
                % {"lines": "、".join(missing[:5])}
            )
        if len(names) > MOST_CHOSEN:
            raise forms.ValidationError(_("写了 %(n)s 个，最多 %(most)s 个。") % {"n": len(names), "most": MOST_CHOSEN})
        return list(dict.fromkeys(names))

    def clean_query(self) -> str:
        """What stands behind the question mark of a search's address."""
        typed = self.cleaned_data["query"].strip().partition("#")[0]
        query = typed.partition("?")[2] or typed
        if typed and not set(parse_qs(query)) & SEARCHED:
            raise forms.ValidationError(
                _("这不是搜索的网址。请在门户上搜索或筛选好，复制地址栏里的整个网址，例如 %(site)s/search?q=太极拳。")
                % {"site": settings.SITE_URL}
            )
        if len(query) > LONGEST_SEARCH:
            raise forms.ValidationError(_("这个搜索的条件太多，记不下。请减少筛选条件，再复制网址。"))
        return query

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        query, begins, ends = cleaned.get("query", ""), cleaned.get("begins_date"), cleaned.get("ends_date")
        if begins and ends and ends < begins:
            self.add_error("ends_date", _("结束日期早于开始日期，请改正其中一个。"))
        if {"resources", "query"} <= set(cleaned) and bool(cleaned["resources"]) == bool(query):
            self.add_error("resources", _("请写资源，或粘贴一个搜索网址，两样取一样。"))
        if query:
            try:
                found = wanted(parse_qs(query))
            except BadQuery as refusal:
                self.add_error("query", str(refusal))
            else:
                cleaned["search"] = {
                    "text": found.text, "filters": found.filters, "sort": found.sort, "where": found.where,
                }  # fmt: skip
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "title": cleaned["title"], "note": cleaned["note"], "identifiers": cleaned["resources"],
            "query": cleaned["query"], "search": cleaned.get("search", {}), "begins_date": cleaned["begins_date"],
            "ends_date": cleaned["ends_date"],
        }  # fmt: skip
