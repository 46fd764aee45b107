"""The portal's front door and its search."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lifelong.catalogue import forms
from lifelong.catalogue.queries import pages
from lifelong.catalogue.queries.labels import Value, facet_values, labels, title_of
from lifelong.catalogue.queries.listing import card, rows_of, the_reader
from lifelong.catalogue.search import text
from lifelong.catalogue.search.asking import Answer, ask
from lifelong.catalogue.search.said import places
from lifelong.catalogue.search.shelf import IndexMissing, View
from lifelong.catalogue.views.paging import page_of
from lifelong.resources.identifiers import as_written
from lifelong.web.rights import PUBLIC, right

FACETS = ("area", "category", "type", "region", "institution", "year", "length", "batch", "captions")
OPENS_ELDER = {
    "长辈版", "长者版", "关怀版", "亲情版", "老年版", "老人版", "适老版", "大字版",
    "长辈模式", "长者模式", "关怀模式", "老年模式", "老人模式", "适老化",
}  # fmt: skip
YEAR_S = 365 * 24 * 3600


@require_safe
@right(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """What can I learn today."""
    return render(request, "catalogue/home.html", {"home": pages.home(), "now": timezone.now()})


@dataclass
class FacetBox:
    name: str
    title: str
    values: list[Value]


@require_safe
@right(PUBLIC)
def search(request: HttpRequest) -> HttpResponse:
    """The address is the query; works by itself without a script."""
    wanted = forms.wanted(dict(request.GET.lists()), strict=False)
    if (elsewhere := shortcut(request, wanted)) is not None:
        return elsewhere
    shown: dict[str, Any] = {"wanted": wanted, "q": wanted.text, "sorts": sorts(), "area": _only_area(wanted)}
    try:
        view = the_reader().now()
    except IndexMissing:
        answer = render(request, "catalogue/search_not_ready.html", shown, status=503)
        answer["Retry-After"] = "5"
        return answer
    try:
        answer_ = ask(view, wanted.question(FACETS))
    except forms.TooDeepRefused as refusal:
        return render(request, "catalogue/search_too_deep.html", {**shown, "refusal": refusal}, status=400)
    shown |= result(view, answer_, wanted)
    return render(request, "catalogue/search.html", shown)


def result(view: View, answer: Answer, wanted: forms.Wanted) -> dict[str, Any]:
    boxes = [
        FacetBox(name, title_of(name), facet_values(name, answer.facets[name], wanted.filters.get(name, ())))
        for name in FACETS
    ]
    return {
        "answer": answer,
        "rows": [card(row, answer.words, places(view, row["resource_id"], answer.said)) for row in rows_of(answer.ids)],
        "tabs": places_to_look(answer) if answer.totals.get("said") or wanted.where == "said" else [],
        "boxes": [box for box in boxes if len(box.values) > 1 or any(value.chosen for value in box.values)],
        "chosen": chosen(wanted),
        "page": page_of(answer.total, wanted.page, wanted.size),
        "milliseconds": max(1, round(answer.seconds * 1000)),
        "popular": pages.listing(sort="views", size=6)[1] if not answer.total else [],
    }


def chosen(wanted: forms.Wanted) -> list[tuple[str, str, str, str]]:
    """``(name, its title, value, its words)`` of every filter that is on."""
    return [
        (name, title_of(name), value, word)
        for name, values in wanted.filters.items()
        for value, word in labels(name, values).items()
    ]


def places_to_look(answer: Answer) -> list[tuple[str, str, int]]:
    """``(in, its words, how many)`` of what is written and what is said."""
    return [("about", _("资源"), answer.totals["about"]), ("said", _("在讲解中说到"), answer.totals["said"])]


def sorts() -> list[tuple[str, str]]:
    return [
        ("relevance", _("最相关")), ("views", _("播放最多")), ("learners", _("学习人数最多")), ("newest", _("最新发布")),
        ("series", _("按系列顺序")),
    ]  # fmt: skip


def shortcut(request: HttpRequest, wanted: forms.Wanted) -> HttpResponseRedirect | None:
    """Words that are not looked for but obeyed: 长辈版 switches it on, a resource's own id opens it."""
    if wanted.filters or wanted.page > 1:
        return None
    if text.fold(wanted.text).replace(" ", "") in OPENS_ELDER:
        messages.success(request, _("已打开长辈版。要退出，请点页面上方同一个按钮。"))
        answer = redirect("/")
        answer.set_cookie("elder", "1", max_age=YEAR_S, samesite="Lax", secure=settings.SECURE)
        return answer  # type: ignore[return-value]
    identifier = as_written(wanted.text)
    if identifier and pages.entry_at(identifier) is not None:
        return redirect(f"/resources/{identifier}")  # type: ignore[return-value]
    return None


def _only_area(wanted: forms.Wanted) -> str:
    areas = wanted.filters.get("area", [])
    return areas[0] if len(areas) == 1 else ""
