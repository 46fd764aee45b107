"""Areas, categories, series, institutions, speakers, batches: each a page that lists."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries import pages
from lifelong.catalogue.queries.categories import category, category_path
from lifelong.catalogue.queries.labels import facet_values
from lifelong.catalogue.queries.listing import CARD, card, view_now
from lifelong.catalogue.search.asking import DEEPEST
from lifelong.catalogue.views.paging import page_number, page_of, start_of
from lifelong.institutions.models import Institution
from lifelong.regions.queries import full_name, province_of
from lifelong.resources.models import Series
from lifelong.review.queries.batches import published_batches
from lifelong.review.queries.public_notices import notice_of, running_notices
from lifelong.web.rights import PUBLIC, right
from lifelong.web.vocabulary import AREA_SENTENCES, AREAS

SIZE = 24
ORDERS = ("newest", "views", "series")


def listed(
    request: HttpRequest, *, facets: tuple[str, ...] = (), sort: str = "newest", **filters: Any
) -> dict[str, Any]:
    """Cards of a filter, a page of them, with the order that was asked for."""
    order = request.GET.get("sort", sort)
    order = order if order in ORDERS else sort
    number = min(page_number(request), DEEPEST // SIZE)
    answer, cards = pages.listing(page=number, size=SIZE, sort=order, facets=facets, **filters)
    return {
        "cards": cards, "total": answer.total if answer else 0, "order": order,
        "page": page_of(answer.total if answer else 0, number, SIZE), "facets": answer.facets if answer else {},
    }  # fmt: skip


def nothing_left(request: HttpRequest, title: str) -> HttpResponse:
    """A list all of whose resources have left the library: an address that was public says so."""
    return render(request, "catalogue/list_out.html", {"title": title}, status=404)


@require_safe
@right(PUBLIC)
def area(request: HttpRequest, area: str) -> HttpResponse:
    if area not in AREAS:
        raise Http404
    shown = listed(request, facets=("category", "type"), area=[area])
    _answer, popular = pages.listing(sort="views", size=4, area=[area])
    return render(
        request,
        "catalogue/area.html",
        {
            **shown, "area": area, "name": AREAS[area], "sentence": AREA_SENTENCES[area], "popular": popular,
            "below": pages.children_with_counts(area, dict(shown["facets"].get("category", []))),
            "types": facet_values("type", shown["facets"].get("type", [])),
        },
    )  # fmt: skip


@require_safe
@right(PUBLIC)
def category_page(request: HttpRequest, code: str) -> HttpResponse:
    node = category(code)
    if node is None:
        raise Http404
    if node.code != code:
        return redirect("category_page", node.code, permanent=True)
    if node.code in AREAS:
        return redirect("area_page", node.code, permanent=True)
    shown = listed(request, facets=("category", "type"), category=[code])
    path = category_path(node.pk)
    return render(
        request,
        "catalogue/category.html",
        {
            **shown, "node": node, "path": path, "area": path[0].code if path else "",
            "below": pages.children_with_counts(code, dict(shown["facets"].get("category", []))),
        },
    )  # fmt: skip


@require_safe
@right(PUBLIC)
def series(request: HttpRequest, key: int) -> HttpResponse:
    found = get_object_or_404(Series.objects.select_related("institution"), pk=key)
    number, size = page_number(request), 100
    entries = Entry.objects.online().filter(series=found).order_by("series_position", "series_order", "pk")
    total = entries.count()
    if not total:
        if Entry.objects.shown_or_not().filter(series=found).exists():
            return nothing_left(request, found.title)
        raise Http404
    page = page_of(total, number, size)
    start = (page.number - 1) * size
    rows = [card(row, ()) for row in entries.values(*CARD)[start : start + size]]
    seconds = sum(row.seconds or 0 for row in rows) if total <= size else None
    shown = {
        "series": found,
        "rows": rows,
        "total": total,
        "page": page,
        "seconds": seconds,
        "area": rows[0].area if rows else "",
    }
    return render(request, "catalogue/series.html", shown)


@require_safe
@right(PUBLIC)
def institutions(request: HttpRequest) -> HttpResponse:
    """Everyone who has something online, by province."""
    sized = pages.institutions_by_size()

    def place(pair: tuple[Institution, int]) -> tuple[str, str]:
        province = province_of(pair[0].region_id) if pair[0].region_id else None
        return (province.code if province else "999999", province.name if province else "")

    sized.sort(key=lambda pair: (place(pair), pair[0].region_id or "", -pair[1], pair[0].name))
    groups = [(name, list(members)) for (_code, name), members in groupby(sized, key=place)]
    return render(request, "catalogue/institutions.html", {"groups": groups, "total": len(sized)})


@require_safe
@right(PUBLIC)
def institution(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Institution.objects.select_related("region"), code=code)
    shown = listed(request, facets=("area", "type", "series"), institution=[code])
    view = view_now()
    sizes = [(int(key), size) for key, size in shown["facets"].get("series", []) if size > 1][:6]
    lines = pages.series_lines(view, sizes) if view else []
    return render(
        request,
        "catalogue/institution.html",
        {
            **shown, "institution": found, "place": full_name(found.region_id) if found.region_id else "", "series": lines,
            "areas": facet_values("area", shown["facets"].get("area", [])),
        },
    )  # fmt: skip


@require_safe
@right(PUBLIC)
def speaker(request: HttpRequest, key: int) -> HttpResponse:
    found = pages.speaker_at(key)
    if found is None:
        raise Http404
    shown = listed(request, speaker=[str(key)])
    if not shown["total"]:
        if pages.spoke_in_what_is_out(found):
            return nothing_left(request, found.name)
        raise Http404
    return render(request, "catalogue/speaker.html", {**shown, "speaker": found})


@require_safe
@right(PUBLIC)
def batches(request: HttpRequest) -> HttpResponse:
    size = 20
    found = published_batches()
    page = page_of(found.count(), page_number(request), size)
    start = (page.number - 1) * size
    shown = {"batches": found[start : start + size], "page": page, "notices": running_notices(timezone.now())}
    return render(request, "catalogue/batches.html", shown)


@require_safe
@right(PUBLIC)
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """分批公告: its list with every line, a pulled one struck through."""
    found, notice = pages.batch_at(number), notice_of(number, timezone.now())
    if found is None and notice is None:
        raise Http404
    if found is None:
        return redirect("batch_notice", number)
    total, size = pages.batch_size(found), 100
    page = page_of(total, page_number(request), size)
    lines = pages.batch_lines(found, start_of(page), size)
    return render(
        request,
        "catalogue/batch.html",
        {"batch": found, "lines": lines, "page": page, "total": total, "notice": notice},
    )
