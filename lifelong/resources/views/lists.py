"""The institution's list, what is still missing in it, and the trash."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.calls.scope import Area, ResourceType
from lifelong.media.prepared import AT_ONCE, offer
from lifelong.media.queries import signed_url
from lifelong.resources import exports
from lifelong.resources.actions import drafts
from lifelong.resources.actions import series as series_actions
from lifelong.resources.forms import FillForm
from lifelong.resources.lifecycle import EDITABLE, State
from lifelong.resources.models import Series
from lifelong.resources.queries import lists
from lifelong.resources.queries.calling import deadline_for
from lifelong.resources.queries.missing import prepared
from lifelong.resources.queries.reach import institutions_reported_by, reach_of
from lifelong.resources.views.filling import preview
from lifelong.resources.views.loading import WorkRequest, chosen, reported_institution
from lifelong.web import workbooks
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 50
TRASH = [Column("资源ID", 14), Column("资源名称", 40), Column("单位", 26), Column("删除时间", 18), Column("保留至", 18)]
SERIES = [Column("系列名称", 40), Column("单位", 26), Column("资源数", 10), Column("建立时间", 18)]


@require_GET
@right("resources.sign")
def index(request: WorkRequest) -> HttpResponse:
    """Everything the institution has, newest version per resource, filtered by the address."""
    own = lists.newest_only(lists.versions_of_institutions(request.user))
    listed = lists.filtered(prepared(own, judged=lists.PREPARING), request.GET).prefetch_related("cover__renditions")
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    rows = lists.rows(list(page), at=timezone.now())
    for row in rows:
        row.cover_url = signed_url(row.cover, request=request) if row.cover else ""
    institutions = list(institutions_reported_by(request.user))
    counts = lists.state_counts(request.user)
    return render(
        request,
        "resources/index.html",
        {
            "page": page,
            "rows": rows,
            "states": [(state, State(state).label, counts[state]) for state in State.values if state in counts],
            "total": sum(counts.values()),
            "areas": Area.choices,
            "types": ResourceType.choices,
            "series": Series.objects.filter(institution_id__in=reach_of(request.user).own).order_by("title"),
            "institutions": institutions,
            "deadline": deadline_for(institutions, timezone.now()),
            "fill": FillForm(),
            "filtering": any(request.GET.get(name) for name in ("q", "state", "area", "type", "series")),
        },
    )


@require_GET
@right("resources.sign")
def export(request: WorkRequest) -> HttpResponse:
    """At once, or from some length on by a job."""
    rows = exports.listed(request.user, request.GET).count()
    if rows > AT_ONCE:
        return offer(request, exports.LIST, exports.list_facts(request.user, request.GET), rows=rows)
    return workbooks.answer(exports.list_sheet(request.user, request.GET, at=timezone.now()), exports.list_title())


@require_GET
@right("resources.prepare")
def missing(request: WorkRequest) -> HttpResponse:
    """还缺什么: every draft with a link to each gap."""
    own = lists.newest_only(lists.versions_of_institutions(request.user)).filter(state__in=EDITABLE)
    page = Paginator(prepared(own).order_by("return_due_at", "-saved_at", "-id"), PAGE).get_page(
        request.GET.get("page")
    )
    rows = lists.rows(list(page), at=timezone.now())
    return render(
        request, "resources/missing.html", {"page": page, "rows": rows, "ready": [row for row in rows if not row.gaps]}
    )


@require_GET
@right("resources.prepare")
def trash(request: WorkRequest) -> HttpResponse:
    deleted = lists.trash(request.user, timezone.now())
    if workbooks.is_wanted(request):
        rows = (
            [one.resource.resource_id, one.title, str(one.resource.institution), one.deleted_at, one.deleted_at + lists.KEPT]
            for one in deleted if one.deleted_at
        )  # fmt: skip
        return workbooks.listed(_("回收站"), TRASH, rows)
    page = Paginator(deleted, PAGE).get_page(request.GET.get("page"))
    return render(request, "resources/trash.html", {"page": page})


@require_POST
@right("resources.prepare")
def many(request: WorkRequest) -> HttpResponse:
    """One button of the bar below the list: submit, delete, fill one field."""
    versions = chosen(request, lists.versions_of_institutions(request.user))
    back = redirect(f"{reverse('resources:index')}?{request.POST.get('query', '')}".rstrip("?"))
    if not versions:
        messages.warning(request, _("还没有选资源。请在列表左侧勾选。"))
        return back
    match request.POST.get("do"):
        case "submit":
            names = "&".join(f"version={version.pk}" for version in versions)
            return redirect(f"{reverse('resources:submit-many')}?{names}")
        case "delete":
            _delete(request, versions)
        case "fill":
            return preview(request, versions)
    return back


def _delete(request: WorkRequest, versions: list) -> None:
    done, left = 0, []
    for version in versions:
        try:
            drafts.delete_draft(version, by=request.user, at=timezone.now())
            done += 1
        except Refusal as refusal:
            left.append(f"《{version.title}》{refusal}")
    if done:
        text = ngettext(
            "已删除 %(n)s 份草稿，30 天内可以在回收站恢复。", "已删除 %(n)s 份草稿，30 天内可以在回收站恢复。", done
        )
        messages.success(request, text % {"n": done})
    for text in left:
        messages.warning(request, text)


@require_http_methods(["GET", "POST"])
@right("resources.prepare")
def series(request: WorkRequest) -> HttpResponse:
    """The institution's series with how much is in each; POST makes one."""
    institutions = list(institutions_reported_by(request.user))
    if request.method == "POST":
        institution = reported_institution(request)
        try:
            series_actions.create(institution, title=request.POST.get("title", ""), by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("系列已建立。"))
        return redirect("resources:series")
    found = (
        Series.objects.filter(institution__in=institutions)
        .select_related("institution")
        .annotate(count=Count("version__resource", filter=Q(version__deleted_at__isnull=True), distinct=True))
    )
    if workbooks.is_wanted(request):
        rows = ([one.title, str(one.institution), one.count, one.created_at] for one in found.order_by("title"))
        return workbooks.listed(_("系列"), SERIES, rows)
    return render(request, "resources/series.html", {"series": found.order_by("title"), "institutions": institutions})


@require_POST
@right("resources.prepare")
def rename_series(request: WorkRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Series, pk=pk, institution__in=institutions_reported_by(request.user))
    try:
        series_actions.rename(found, title=request.POST.get("title", ""), by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("系列已改名。"))
    return redirect("resources:series")
