"""报送汇总表: the list of an institution under a call, as page, sheet and PDF, with the stamped scan beside it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.audit import record
from lifelong.calls.forms import LetterForm
from lifelong.calls.models import Call
from lifelong.calls.views.files import clear_letter, download
from lifelong.institutions.models import Institution
from lifelong.media.prepared import AT_ONCE, offer
from lifelong.resources import exports, policy
from lifelong.resources.actions import summaries as actions
from lifelong.resources.papers import summary_pdf
from lifelong.resources.queries import summaries
from lifelong.resources.views.loading import WorkRequest
from lifelong.web import workbooks
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 100


def _seen(request: WorkRequest, number: str, code: str) -> tuple[Call, Institution]:
    call = get_object_or_404(Call.objects.public(), number=number)
    institution = get_object_or_404(Institution, code=code)
    if not policy.can_see_summary(request.user, institution):
        raise Http404
    return call, institution


@require_safe
@right("resources.sign")
def index(request: WorkRequest) -> HttpResponse:
    found = summaries.summaries_of(request.user)
    if workbooks.is_wanted(request):
        columns = [
            Column(_("征集"), 40),
            Column(_("征集编号"), 16),
            Column(_("单位"), 30),
            Column(_("已报送"), 10),
            Column(_("盖章件"), 18),
        ]
        rows = (
            (one.call.title, one.call.number, str(one.institution), one.resources, one.stamped_at or _("未放入"))
            for one in found
        )
        return workbooks.listed(_("报送汇总表"), columns, rows)
    return render(request, "resources/summaries.html", {"sheets": found})


@require_http_methods(["GET", "HEAD", "POST"])
@right("desk")
def summary(request: WorkRequest, number: str, code: str) -> HttpResponse:
    """POST puts the stamped scan beside it."""
    call, institution = _seen(request, number, code)
    posted = request.method == "POST"
    form = LetterForm(request.POST, request.FILES) if posted else LetterForm()
    if posted and form.is_valid():
        file = form.cleaned_data["letter"]
        try:
            actions.add_stamped_summary(
                call, institution, name=file.name, content=file.read(), by=request.user, at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("letter", str(refusal))
        else:
            messages.success(request, _("盖章的汇总表已放入，省级可以看到。"))
            return redirect("resources:summary", number, code)
    listed = summaries.listed_of(call, institution)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    context = {
        "call": call,
        "institution": institution,
        "number": summaries.number_of(call, institution),
        "page": page,
        "rows": summaries.rows_of(summaries.rounds_on(page), page.start_index()),
        "totals": summaries.totals([one.type for one in listed]),
        "stamped": summaries.stamped_of(call, institution, (one.receipt_number for one in listed)),
        "own": policy.reports_for(request.user, institution),
        "form": form,
    }
    return render(request, "resources/summary.html", context, status=422 if form.errors else 200)


@require_safe
@right("desk")
def sheet(request: WorkRequest, number: str, code: str) -> HttpResponse:
    call, institution = _seen(request, number, code)
    rounds = list(summaries.rounds_of(call, institution))
    title = _("报送汇总表")
    types = [round.values.get("type") or "" for round in rounds]
    head = [institution.name, call.title, summaries.number_of(call, institution), summaries.totals(types)]
    content = workbooks.workbook(title, summaries.COLUMNS, summaries.rows_of(rounds), filters=head)
    return workbooks.answer(content, f"{title}-{institution.name}")


@require_safe
@right("desk")
def paper(request: WorkRequest, number: str, code: str) -> HttpResponse:
    """Ready for the stamp; thousands of lines by a job."""
    call, institution = _seen(request, number, code)
    rounds = list(summaries.rounds_of(call, institution))
    if len(rounds) > AT_ONCE:
        return offer(request, exports.SUMMARY, {"call": number, "institution": code}, rows=len(rounds))
    content = summary_pdf(call, institution, rounds, at=timezone.now())
    return download(content, f"{_('报送汇总表')}-{institution.name}.pdf", "application/pdf")


@never_cache
@xframe_options_sameorigin
@require_safe
@right("desk")
def scan(request: WorkRequest, number: str, code: str) -> HttpResponse:
    """The newest stamped scan in clear; each opening is in the audit."""
    call, institution = _seen(request, number, code)
    found = summaries.stamped_of(call, institution, [])
    if found is None:
        raise Http404
    record("calls.letter_read", by=request.user, of=found.letter, at=timezone.now())
    return clear_letter(found.letter)
