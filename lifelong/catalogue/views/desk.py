"""The operator's and the ministry's desk: what is public, taking it out, bringing it back, answering reports."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.catalogue import policy
from lifelong.catalogue.actions import availability
from lifelong.catalogue.actions.reports import answer_report
from lifelong.catalogue.lifecycle import ReportState, Visibility
from lifelong.catalogue.models import Entry, Report
from lifelong.catalogue.queries import desk
from lifelong.catalogue.views.paging import page_number, page_of, start_of
from lifelong.screening.personal import without_personal
from lifelong.web import workbooks
from lifelong.web.refusals import NotAllowed, Refusal
from lifelong.web.rights import right
from lifelong.web.vocabulary import AREAS, TYPES
from lifelong.web.workbooks import Column

SHEET_MOST = 50_000
VERBS = {"suspend": availability.suspend, "restore": availability.restore, "retire": availability.retire}


class LibraryClosed(NotAllowed):
    code = "library_closed"


@require_safe
@right("desk")
def library(request: HttpRequest) -> HttpResponse:
    if not policy.can_open_library(request.user):  # type: ignore[arg-type]
        raise LibraryClosed(_("资源库的上下架由平台运营人员和终审人员办理。"))
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("text", "state", "area", "institution")}
    found = desk.library(**asked)
    if workbooks.is_wanted(request):
        return _library_sheet(found, asked)
    page = page_of(found.count(), page_number(request), 50)
    page.object_list = desk.library_rows(found, start_of(page), 50)
    shown = {"page": page, "asked": asked, "states": Visibility.choices[1:], "areas": AREAS.items()}
    return render(request, "catalogue/desk_library.html", shown)


def _library_sheet(found: QuerySet[Entry], asked: dict[str, str]) -> HttpResponse:
    columns = [
        Column(_("资源ID"), 16), Column(_("资源"), 40), Column(_("单位"), 28), Column(_("类型"), 12), Column(_("领域"), 18),
        Column(_("批次"), 14), Column(_("状态"), 10), Column(_("自"), 18), Column(_("原因"), 40),
    ]  # fmt: skip
    rows = (
        (
            one.identifier, one.title, one.institution.name, TYPES.get(one.type, one.type), AREAS.get(one.area, one.area),
            one.batch.number if one.batch else "", one.get_visibility_display(), one.visibility_at,
            "" if one.visibility == Visibility.ONLINE else one.resource.availability_reason,
        )
        for one in desk.library_rows(found, 0, SHEET_MOST)
    )  # fmt: skip
    words = {**dict(Visibility.choices), **AREAS}
    filters = [str(words.get(value, value)) for value in asked.values() if value]
    return workbooks.listed(_("资源库"), columns, rows, filters=filters)


@require_safe
@right("desk")
def entry(request: HttpRequest, resource_id: str) -> HttpResponse:
    """One resource of the library: what it is, whether it is public, and what this person may do about it."""
    if not policy.can_open_library(request.user):  # type: ignore[arg-type]
        raise LibraryClosed(_("资源库的上下架由平台运营人员和终审人员办理。"))
    return render(request, "catalogue/desk_entry.html", shown_entry(request, resource_id))


@require_POST
@right("desk")
def change(request: HttpRequest, resource_id: str, verb: str) -> HttpResponse:
    """One-touch: suspend, restore or retire, with a reason; a refusal comes back onto the page."""
    shown = shown_entry(request, resource_id)
    found: Entry = shown["entry"]
    try:
        VERBS[verb](found.resource, by=request.user, reason=request.POST.get("reason", ""), at=timezone.now())  # type: ignore[arg-type]
    except Refusal as refusal:
        return render(
            request, "catalogue/desk_entry.html", {**shown, "refusal": refusal, "verb": verb}, status=refusal.status
        )
    done = {"suspend": _("已下架"), "restore": _("已恢复上线"), "retire": _("已出库")}[verb]
    messages.success(request, _("《%(title)s》%(done)s，有关各方已收到通知。") % {"title": found.title, "done": done})
    return redirect("catalogue_entry", resource_id)


def shown_entry(request: HttpRequest, resource_id: str) -> dict[str, Any]:
    entries = Entry.objects.shown_or_not().with_counts().select_related("version")
    found = get_object_or_404(entries, identifier=resource_id)
    return {
        "entry": found, "can": policy.abilities(request.user, found),  # type: ignore[arg-type]
        "steps": found.version.steps.select_related("by").order_by("-at", "-pk")[:20],
    }  # fmt: skip


@require_safe
@right("catalogue.suspend")
def reports(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", ReportState.OPEN)
    found = desk.reports(state=state)
    if workbooks.is_wanted(request):
        return _reports_sheet(found, state)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "catalogue/desk_reports.html", {"page": page, "state": state, "states": ReportState.choices})


def _reports_sheet(found: QuerySet[Report], state: str) -> HttpResponse:
    """How to reach the reporter stays on the report's own page; numbers and addresses in the words are masked."""
    columns = [
        Column(_("编号"), 18), Column(_("类别"), 18), Column(_("资源ID"), 16), Column(_("资源"), 36), Column(_("说明"), 48),
        Column(_("提交"), 18), Column(_("状态"), 10), Column(_("答复"), 48), Column(_("答复人"), 12), Column(_("答复时间"), 18),
    ]  # fmt: skip
    rows = (
        (
            one.number, one.get_kind_display(), one.resource.resource_id if one.resource else "", title_of(one),
            without_personal(one.text), one.created_at, one.get_state_display(), without_personal(one.answer), str(one.answered_by or ""), one.answered_at,
        )
        for one in found[:SHEET_MOST]
    )  # fmt: skip
    named = dict(ReportState.choices).get(state)
    return workbooks.listed(_("问题反馈"), columns, rows, filters=[str(named)] if named else [])


def title_of(report: Report) -> str:
    version = report.resource.online_version if report.resource else None
    return version.title if version else ""


@require_http_methods(["GET", "HEAD", "POST"])
@right("catalogue.suspend")
def report(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(desk.reports(), number=number)
    entry = Entry.objects.shown_or_not().filter(resource=found.resource).first() if found.resource_id else None
    shown = {"report": found, "entry": entry}
    if request.method == "POST":
        answer = request.POST.get("answer", "").strip()[:2_000]
        if len(answer) < 2:
            return render(request, "catalogue/desk_report.html", {**shown, "empty": True}, status=422)
        answer_report(found, answer=answer, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("已答复，反馈人凭编号可以看到。"))
        return redirect("catalogue_reports")
    return render(request, "catalogue/desk_report.html", shown)
