"""Values of facets and filters in words: areas, categories, regions, institutions, batches."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lifelong.catalogue.queries.categories import category_tree
from lifelong.catalogue.search.schema import LENGTH_NAMES
from lifelong.institutions.models import Institution
from lifelong.regions.queries import full_name
from lifelong.resources.models import Series
from lifelong.review.models import Batch
from lifelong.web.vocabulary import AREAS, TYPES

SHOWN = 12  # values of a facet on a page
SPOKEN = 100  # in the API


@dataclass(slots=True)
class Value:
    """A value of a facet; ``depth`` below the top where values form a tree; ``chosen`` where it filters already."""

    value: str
    label: str
    count: int
    depth: int = 0
    chosen: bool = False


_TITLES = {
    "area": gettext_lazy("领域"), "category": gettext_lazy("分类"), "type": gettext_lazy("类型"),
    "institution": gettext_lazy("单位"), "region": gettext_lazy("地区"), "year": gettext_lazy("发布年份"),
    "length": gettext_lazy("时长"), "batch": gettext_lazy("批次"), "captions": gettext_lazy("字幕"),
    "series": gettext_lazy("系列"), "speaker": gettext_lazy("主讲人"),
}  # fmt: skip


def title_of(facet: str) -> str:
    return str(_TITLES[facet])


@lru_cache(maxsize=32)
def fixed_labels(facet: str, _language: str) -> dict[str, str]:
    """Words of the small lists that nobody changes, looked up once for each language."""
    if facet == "area":
        return {code: str(name) for code, name in AREAS.items()}
    if facet == "type":
        return {code: str(name) for code, name in TYPES.items()}
    if facet == "captions":
        return {"yes": _("有字幕"), "no": _("无字幕")}
    return {
        "short": _("10 分钟以内"), "medium": _("10–30 分钟"), "long": _("30–60 分钟"), "longer": _("1 小时以上"),
        "unknown": _("未注明"),
    }  # fmt: skip


FIXED = ("area", "type", "captions", "length")


def labels(facet: str, values: Iterable[str]) -> dict[str, str]:
    """Value → its words; at most one query, and none for the small fixed lists. What has no words keeps its code."""
    wanted = list(values)
    found: dict[str, str] = {}
    if facet in FIXED:
        found = fixed_labels(facet, get_language() or "")
    elif facet == "year":
        words = _("%(year)s 年")
        found = {value: words % {"year": value} for value in wanted}
    elif facet == "category":
        nodes = category_tree().by_code
        found = {code: nodes[code].name for code in wanted if code in nodes}
    elif facet == "region":
        found = {code: region_name(code) for code in wanted}
    elif facet in NAMED:
        found = _names(facet, wanted)
    return {value: found.get(value) or value for value in wanted}


@lru_cache(maxsize=5_000)
def region_name(code: str) -> str:
    return full_name(code).rpartition(" ")[2]


NAMED: dict[str, Callable[[list[str]], Iterable[tuple[Any, str]]]] = {
    "institution": lambda codes: Institution.objects.filter(code__in=codes).values_list("code", "name"),
    "batch": lambda numbers: Batch.objects.filter(number__in=numbers).values_list("number", "title"),
    "series": lambda keys: Series.objects.filter(pk__in=keys).values_list("pk", "title"),
}
FRESH_S = 8.0  # of the names that were read: as long as a page is kept
_read: dict[str, tuple[float, dict[str, str]]] = {}


def _names(facet: str, wanted: list[str]) -> dict[str, str]:
    """Names from their small tables; those of a facet are let go together every few seconds."""
    at, known = _read.get(facet, (float("-inf"), {}))
    if time.monotonic() - at > FRESH_S or len(known) > 20_000:
        known = {}
        _read[facet] = (time.monotonic(), known)
    if missing := [value for value in wanted if value not in known]:
        known |= dict.fromkeys(missing, "") | {str(value): name for value, name in NAMED[facet](missing)}
    return known


def forget_names() -> None:
    _read.clear()


def facet_values(
    facet: str, counted: list[tuple[str, int]], chosen: Iterable[str] = (), most: int = SHOWN
) -> list[Value]:
    """The commonest values with their words, and every chosen one even where its count is nothing."""
    chosen = list(chosen)
    counts = dict(counted)
    if facet == "category":  # the areas are a facet of their own
        counted = [(code, count) for code, count in counted if code not in AREAS]
    if facet == "year":
        counted = sorted(counted, reverse=True)
    elif facet == "length":
        counted = [(name, counts[name]) for name in LENGTH_NAMES if name in counts]
    shown = counted[:most]
    shown += [(value, counts.get(value, 0)) for value in chosen if value not in dict(shown)]
    words = labels(facet, [value for value, _count in shown])
    if facet != "category":
        return [Value(value, words[value], count, chosen=value in chosen) for value, count in shown]
    tree = category_tree()
    depths = [max(0, len(tree.path_of(value)) - 1) for value, _count in shown]
    return _as_tree([
        Value(value, words[value], count, depth, value in chosen)
        for (value, count), depth in zip(shown, depths, strict=True)
    ])  # fmt: skip


def _as_tree(values: list[Value]) -> list[Value]:
    """Children right after their parent, the commoner branch first."""
    tree = category_tree()
    counts = {value.value: value.count for value in values}

    def place(value: Value) -> list[tuple[int, str]]:
        return [(-counts.get(step.code, 0), step.code) for step in tree.path_of(value.value)]

    return sorted(values, key=place)
