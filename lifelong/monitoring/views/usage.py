"""How much what is public is used: of a resource, an institution, a region, a category, of all; and how it was counted."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.categories import category_tree
from lifelong.monitoring import policy
from lifelong.monitoring.lifecycle import Scope
from lifelong.monitoring.models import UsageDay, UsageRun, UsageTotal
from lifelong.monitoring.queries import usage as figures
from lifelong.monitoring.usage.rules import REASONS, RULES, reason
from lifelong.monitoring.views import usage_figures as made
from lifelong.regions.queries import full_name, region
from lifelong.resources.queries.reach import reach_of
from lifelong.review.figures import Table
from lifelong.web import workbooks
from lifelong.web.refusals import NotAllowed
from lifelong.web.rights import right
from lifelong.web.vocabulary import AREAS

MOST_EXPORTED = 5_000
MOST_LINES = 15
UNIT_WORDS: dict[str, Callable[[], str]] = {
    "day": lambda: _("按日"),
    "week": lambda: _("按周"),
    "month": lambda: _("按月"),
}


class UseClosed(NotAllowed):
    code = "use_closed"


@require_safe
@right("public")
def counting(request: HttpRequest) -> HttpResponse:
    """The rules, in the words and the statements that are carried out."""
    return render(request, "monitoring/counting.html", {"rules": RULES, "reasons": [reason(name) for name in REASONS]})


@never_cache
@require_safe
@right("desk")
def usage(request: HttpRequest) -> HttpResponse:
    """Where a person's figures begin."""
    user: Any = request.user
    if policy.sees_all_use(user):
        return shown(request, Scope.ALL, "")
    if tops := policy.tops_of_use(user) if user.has_right("monitoring.read") else []:
        return redirect("usage_scope", Scope.REGION, tops[0])
    own = figures.Institution.objects.filter(pk__in=reach_of(user).own).order_by("code").first()
    if own is None:
        raise UseClosed(_("使用统计由单位、省级管理部门、终审和运营人员查看。"))
    return redirect("usage_scope", Scope.INSTITUTION, own.code)


@never_cache
@require_safe
@right("desk")
def scope(request: HttpRequest, scope: str, key: str) -> HttpResponse:
    return shown(request, scope, key)


@never_cache
@require_safe
@right("desk")
def export(request: HttpRequest, scope: str = Scope.ALL, key: str = "") -> HttpResponse:
    """Every table of the page on a sheet of its own, the list of resources first."""
    context = scope_context(request, scope, key)
    rows = figures.with_entries(list(context["rows"][:MOST_EXPORTED]))
    sheets = [made.resource_sheet(rows), *(table.sheet() for table in context["tables"])]
    name = f"{_('使用统计')}-{context['title']}-{context['period'].name}"
    return workbooks.answer(workbooks.book(sheets, filters=[context["title"], context["period_name"]]), name)


def shown(request: HttpRequest, scope: str, key: str) -> HttpResponse:
    context = scope_context(request, scope, key)
    page = Paginator(context["rows"], 50).get_page(request.GET.get("page"))
    page.object_list = figures.with_entries(list(page.object_list))
    return render(request, "monitoring/usage.html", {**context, "page": page})


def scope_context(request: HttpRequest, scope: str, key: str) -> dict[str, Any]:
    title = title_of(request.user, scope, key)
    context = asked(request)
    period, unit = context["period"], context["unit"]
    sort = request.GET.get("sort", "")
    sort = sort if sort in figures.FIGURES else "views"
    days = figures.total_days(scope, key, period)
    points = figures.curve(days, period, unit)
    rows = figures.of_scope(scope, key, period)
    tables = [
        made.timeline(points, unit),
        *breakdowns(request.user, scope, key, rows),
        made.excluded(figures.not_counted(days)),
    ]
    return {
        **context, "title": title, "scope": scope, "key": key, "sort": sort, "sorts": made.words().items(),
        "rows": figures.ordered(rows, sort), "above": made.above(figures.summed(days), _("学习者（人次）")),
        "pictures": [one for name in ("views", "seconds") if (one := made.picture(points, name))],
        "first": points[0].begins, "last": points[-1].begins, "tables": tables,
        "export": reverse("usage_scope_export", args=[scope, key]) if key else reverse("usage_export"),
    }  # fmt: skip


def breakdowns(user: Any, scope: str, key: str, rows: Any) -> list[Table]:
    linked = policy.sees_all_use(user)
    tables = []
    if scope in (Scope.ALL, Scope.REGION):
        tables.append(made.regions(figures.by_region(rows, key), key))
    if scope != Scope.INSTITUTION:
        tables.append(made.institutions(figures.by_institution(rows, MOST_LINES)))
    if scope not in (Scope.AREA, Scope.CATEGORY):
        tables.append(made.areas(figures.by_area(rows), linked=linked))
    above = key if scope in (Scope.CATEGORY, Scope.AREA) else ""
    tables.append(made.categories(figures.by_category(rows, above)[:MOST_LINES], linked=linked))
    return tables


def title_of(user: Any, scope: str, key: str) -> str:
    """What the figures are of, for who may see them; else it does not exist."""
    if scope == Scope.INSTITUTION:
        institution = figures.institution_named(key)
        if institution and policy.can_see_institution_use(user, institution):
            return institution.name
        raise Http404
    if not policy.can_see_scope_use(user, scope, key):
        raise Http404
    if scope == Scope.ALL:
        return _("全国")
    if scope == Scope.REGION:
        found = full_name(key) if region(key) else ""
    else:
        node = category_tree().by_code.get(key)
        found = str(AREAS.get(key, "")) if scope == Scope.AREA else node.name if node else ""
    if not found:
        raise Http404
    return found


def asked(request: HttpRequest) -> dict[str, Any]:
    """Period and unit of the address; what is not there or nonsense is this month by day."""
    choices = figures.periods(timezone.localdate())
    named = {one.name: one for one in choices}
    period = named.get(request.GET.get("period", ""), choices[0])
    unit = request.GET.get("unit", "")
    unit = unit if unit in UNIT_WORDS else "day" if period.is_month else "month"
    run = UsageRun.objects.order_by("-counted_at").first()
    return {
        "period": period, "unit": unit, "units": [(name, word()) for name, word in UNIT_WORDS.items()],
        "periods": [(one.name, made.period_name(one)) for one in choices], "period_name": made.period_name(period),
        "counted_at": run.counted_at if run else None,
    }  # fmt: skip


@never_cache
@require_safe
@right("desk")
def resource(request: HttpRequest, resource_id: str) -> HttpResponse:
    context = resource_context(request, resource_id)
    return render(request, "monitoring/usage_resource.html", context)


@never_cache
@require_safe
@right("desk")
def resource_export(request: HttpRequest, resource_id: str) -> HttpResponse:
    context = resource_context(request, resource_id)
    sheets = [table.sheet() for table in context["tables"]]
    sheets += [made.curve_table(*one) for one in context["retention"]]
    content = workbooks.book(sheets, filters=[context["entry"].title, context["period_name"]])
    return workbooks.answer(content, f"{_('使用统计')}-{resource_id}-{context['period'].name}")


def resource_context(request: HttpRequest, resource_id: str) -> dict[str, Any]:
    entries = Entry.objects.shown_or_not().select_related("resource__institution")
    entry = get_object_or_404(entries, identifier=resource_id)
    if not policy.can_see_institution_use(request.user, entry.resource.institution):
        raise Http404
    context = asked(request)
    period, unit = context["period"], context["unit"]
    days = figures.resource_days(entry.resource, period)
    points = figures.curve(days, period, unit)
    own = figures.UsagePeriod.objects.filter(resource=entry.resource, period=period.name).first()
    sums = figures.summed(days)
    sums["learners"] = own.learners if own else 0
    retention = figures.retention(entry.resource, period)
    return {
        **context, "entry": entry, "above": made.above(sums, _("学习者（人）")), "retention": retention,
        "curves": [(file, made.curve_picture(length_s, bins)) for file, length_s, bins in retention],
        "pictures": [one for name in ("views", "seconds") if (one := made.picture(points, name))],
        "first": points[0].begins, "last": points[-1].begins,
        "tables": [made.timeline(points, unit), made.cohorts(figures.cohorts(entry.resource)),
                   made.excluded(figures.not_counted(days))],
    }  # fmt: skip


@never_cache
@require_safe
@right("desk")
def day(request: HttpRequest, day: date) -> HttpResponse:
    """How a day was counted: from how many records, by which rules, what was left out and why."""
    if not policy.can_open_use(request.user):
        raise Http404
    run = UsageRun.objects.filter(day=day).first()
    total = UsageTotal.objects.filter(scope=Scope.ALL, day=day).first()
    context = {
        "when": day, "run": run, "resources": UsageDay.objects.filter(day=day).count(),
        "table": made.excluded(total.excluded if total else {}),
    }  # fmt: skip
    return render(request, "monitoring/usage_day.html", context)
