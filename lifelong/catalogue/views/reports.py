"""Reporting a problem and following it by its number; no account needed."""

import unicodedata

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.catalogue.actions.reports import file_report
from lifelong.catalogue.forms import ReportForm
from lifelong.catalogue.models import Report
from lifelong.catalogue.queries import pages
from lifelong.web.rights import PUBLIC, right


@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def report(request: HttpRequest) -> HttpResponse:
    """``?resource=`` names what it is about; without it a complaint or suggestion about the platform."""
    entry = pages.entry_at(request.GET.get("resource", "")[:16])
    form = ReportForm(request.POST or None, initial={"kind": "playback" if entry else "other"})
    if request.method == "POST" and form.is_valid():
        filed = file_report(
            kind=form.cleaned_data["kind"], text=form.cleaned_data["text"], contact=form.cleaned_data["contact"],
            resource=entry.resource if entry else None, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("已收到，谢谢。请记下受理编号 %(number)s，可随时查询。") % {"number": filed.number})
        return redirect("report_state", filed.number)
    status = 200 if request.method != "POST" else 422
    return render(request, "catalogue/report.html", {"form": form, "entry": entry}, status=status)


def as_issued(typed: str) -> str:
    """As on the receipt: a telephone's keyboard gives small and broad letters and puts spaces between."""
    return "".join(unicodedata.normalize("NFKC", typed[:40]).upper().split())[:20]


@require_safe
@right(PUBLIC)
def find_report(request: HttpRequest) -> HttpResponse:
    number = as_issued(request.GET.get("number", ""))
    if number and Report.objects.filter(number=number).exists():
        return redirect("report_state", number)
    return render(request, "catalogue/report_find.html", {"number": number})


@require_safe
@right(PUBLIC)
def report_state(request: HttpRequest, number: str) -> HttpResponse:
    """Only what the reporter wrote and the answer; who answered is not told."""
    found = get_object_or_404(Report.objects.select_related("resource__online_version"), number=number)
    return render(request, "catalogue/report_state.html", {"report": found})
