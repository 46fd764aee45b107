"""What an expert was asked, and the short form."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.monitoring import policy
from lifelong.monitoring.actions import evaluation_opinions as actions
from lifelong.monitoring.lifecycle import Advice
from lifelong.monitoring.models import ExpertOpinion
from lifelong.monitoring.queries import evaluation_opinions as queries
from lifelong.monitoring.words import opinions_sheet
from lifelong.web import workbooks
from lifelong.web.attempts import attempt
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right

PAGE = 50
CHIPS = {"asked": "waiting", "given": "done", "declined": "closed"}


@require_safe
@right("evaluation.opine")
def index(request: HttpRequest) -> HttpResponse:
    found = queries.of_expert(request.user)  # type: ignore[arg-type]
    if workbooks.is_wanted(request):
        sheet = opinions_sheet(found, queries.titles(found))
        return workbooks.listed(_("评价意见"), sheet.columns, sheet.rows)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    titles = queries.titles(page)
    rows = [(one, titles.get((one.run_id, one.resource_id)), CHIPS[one.state]) for one in page]
    return render(request, "monitoring/opinions.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@right("evaluation.opine")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(ExpertOpinion.objects.select_related("run", "resource"), pk=pk, expert=request.user)
    if one.state == "withdrawn":
        raise Http404
    context: dict[str, Any] = {
        "one": one, "about": queries.titles([one]).get((one.run_id, one.resource_id)), "advices": Advice.choices,
        "may": policy.can_opine(request.user, one), "marks": marks(one, request.POST), "typed": request.POST, "chip": CHIPS[one.state],  # type: ignore[arg-type]
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "monitoring/opinion.html", context)
    by, now, back = request.user, timezone.now(), reverse("opinions")
    if request.POST.get("do") == "decline":
        return attempt(
            request, lambda: actions.decline(one, reason=request.POST.get("reason", ""), by=by, at=now),  # type: ignore[arg-type]
            done=_("已谢绝，谢谢您告诉我们。"), back=back,
        )  # fmt: skip
    try:
        actions.give(one, typed=request.POST.dict(), by=by, at=now)  # type: ignore[arg-type]
    except Refusal as refusal:
        return render(request, "monitoring/opinion.html", {**context, "refusal": refusal}, status=refusal.status)
    return attempt(request, lambda: None, done=_("意见已提交，谢谢。"), back=back)


def marks(one: ExpertOpinion, typed: Any) -> list[tuple[str, str, str, str]]:
    """Name, word, question, what is chosen."""
    questions = {
        "content": _("内容准确、讲得清楚吗？"), "currency": _("今天看还不过时吗？"), "usefulness": _("对学习者有用吗？"),
    }  # fmt: skip
    return [
        (name, str(ExpertOpinion._meta.get_field(name).verbose_name), questions[name], typed.get(name, "") or str(getattr(one, name) or ""))
        for name in actions.MARKS
    ]  # fmt: skip
