"""Letters of results: the officers' list of a call, an institution's own, one institution's, the files."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong import jobs
from lifelong.calls.models import Call
from lifelong.calls.views.files import WORD, download
from lifelong.institutions.models import Institution
from lifelong.resources.policy import can_see_summary
from lifelong.review import papers, policy
from lifelong.review.actions import letters as actions
from lifelong.review.models import ResultLetter
from lifelong.review.queries import letters as queries
from lifelong.web import workbooks
from lifelong.web.attempts import attempt
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 50
LISTED = [
    Column("单位", 30), Column("单位代码", 14), Column("通过", 8), Column("不予通过", 10), Column("在审", 8), Column("通知书", 26),
    Column("出具时间", 18), Column("有新结果", 10), Column("出具后下线", 12),
]  # fmt: skip
OWN = [
    Column("征集", 36), Column("单位", 26), Column("编号", 26), Column("出具部门", 24), Column("出具时间", 18), Column("通过", 8),
    Column("不予通过", 10), Column("出具后下线", 12),
]  # fmt: skip


@require_safe
@right("desk")
def index(request: HttpRequest) -> HttpResponse:
    """Officers see the institutions of a call, an institution its letters."""
    if not request.user.has_right("review.open"):
        own = queries.own_letters(request.user)
        if workbooks.is_wanted(request):
            gone = queries.offline_since(own)
            told = ([one.call.title, str(one.institution), one.number, str(one.authority), one.issued_at, one.accepted,
                     one.refused, gone[one.pk]] for one in own)  # fmt: skip
            return workbooks.listed(_("审核结果通知书"), OWN, told)
        page = Paginator(own, PAGE).get_page(request.GET.get("page"))
        gone = queries.offline_since(page)
        return render(request, "review/letters_own.html", {"page": page, "rows": [(one, gone[one.pk]) for one in page]})
    calls = list(queries.calls_for(request.user))
    asked = request.GET.get("call", "")
    call = next((one for one in calls if one.number == asked), calls[0] if calls else None)
    rows = queries.overview(request.user, call) if call else []
    if workbooks.is_wanted(request):
        return workbooks.listed(_("审核结果通知书"), LISTED, map(_row, rows), filters=[call.title] if call else [])
    facts = {
        "calls": calls, "call": call, "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "fresh": sum(row.is_new for row in rows), "may_issue": policy.can_issue_letters(request.user),
    }  # fmt: skip
    return render(request, "review/letters.html", facts)


def _row(row: queries.Row) -> list[Any]:
    letter = row.letter
    return [
        row.name, row.code, row.accepted, row.refused, row.open, letter.number if letter else "",
        letter.issued_at if letter else None, _("是") if row.is_new else "", row.offline,
    ]  # fmt: skip


@require_POST
@right("review.open")
def issue_all(request: HttpRequest, number: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.public(), number=number)
    if policy.can_issue_letters(request.user):
        jobs.enqueue("lifelong.review.tasks.issue_letters", call.pk, request.user.pk, owner=request.user)
        messages.success(request, _("正在出具，几秒后刷新即可看到。结果没有变化的单位不会重复出具。"))
    else:
        messages.error(request, _("结果通知书由省级审定或终审人员出具。"))
    return redirect(f"{reverse('result_letters')}?call={call.number}")


@require_http_methods(["GET", "HEAD", "POST"])
@right("desk")
def show(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """What was decided, and the letters that say so; POST issues one."""
    call = get_object_or_404(Call.objects.public(), number=number)
    institution = get_object_or_404(Institution, code=code)
    if not can_see_summary(request.user, institution):
        raise Http404
    if request.method == "POST":
        return attempt(
            request,
            lambda: actions.issue(call, institution, by=request.user, at=timezone.now()),  # type: ignore[arg-type]
            done=_("通知书已出具，并已告诉报送工作负责人。"),
            back=reverse("result_letter", args=[number, code]),
        )
    letters = list(queries.letters_of(call, institution))
    officer = request.user.has_right("review.open")
    gone = queries.offline_since(letters)
    facts = {
        "call": call, "institution": institution, "letters": [(one, gone[one.pk]) for one in letters], "officer": officer,
    }  # fmt: skip
    if officer:
        results = queries.results_of(call, institution)
        told = bool(letters) and results.agrees_with(letters[0])
        decided = bool(results.accepted or results.refused)
        facts |= {
            "results": results, "told": told,
            "may_issue": decided and not told and policy.can_issue_letter(request.user, institution),
        }  # fmt: skip
    return render(request, "review/letter.html", facts)


@require_safe
@right("desk")
def file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    letter = get_object_or_404(ResultLetter.objects.select_related("institution"), pk=pk)
    if not can_see_summary(request.user, letter.institution) or form not in {"pdf", "docx"}:
        raise Http404
    name = f"{_('审核结果通知书')}-{letter.institution.name}-{letter.number}.{form}"
    if form == "pdf":
        return download(papers.letter_pdf(letter), name, "application/pdf")
    return download(papers.letter_docx(letter), name, WORD)
