"""提问与答复: asked at a call, listed, answered, and worded anew for everybody."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.models import User
from lifelong.audit.masks import mask_name
from lifelong.calls import actions, policy, queries
from lifelong.calls.models import Question
from lifelong.calls.views.public import public_call
from lifelong.institutions.queries import institutions_of
from lifelong.web import workbooks
from lifelong.web.attempts import attempt
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 30
SHOW = {
    "": gettext_lazy("全部"), "waiting": gettext_lazy("等我答复"), "open": gettext_lazy("未答复"),
    "answered": gettext_lazy("已答复"), "published": gettext_lazy("已公开"),
}  # fmt: skip
COLUMNS = [
    Column("提问时间", 18), Column("单位名称", 26), Column("征集编号", 14), Column("资源ID", 14), Column("问题", 50),
    Column("答复时间", 18), Column("答复", 50), Column("公开", 10),
]  # fmt: skip


def _filters(request: HttpRequest) -> dict[str, str]:
    return {"show": request.GET.get("show", ""), "call": request.GET.get("call", ""), "text": request.GET.get("q", "")}


@require_safe
@right("desk")
def index(request: HttpRequest) -> HttpResponse:
    context = {
        "page": Paginator(queries.questions(request.user, **_filters(request)), PAGE).get_page(request.GET.get("page")),
        "shows": SHOW.items(),
        "calls": queries.questions_seen_by(request.user)
        .exclude(call=None)
        .order_by("call__number")
        .values_list("call__number", "call__title")
        .distinct(),
        "attends": request.user.has_right("questions.answer"),
    }
    return render(request, "calls/questions.html", context)


@require_safe
@right("desk")
def export(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    words = [str(SHOW[filters["show"]])] if SHOW.get(filters["show"]) and filters["show"] else []
    words += [_("征集：%s") % filters["call"]] if filters["call"] else []
    words += [_("查找：%s") % filters["text"]] if filters["text"] else []
    rows = (
        [
            one.asked_at, one.institution.name, one.call.number if one.call else "", one.about, one.text,
            one.answered_at, one.answer, _("已公开") if one.published_at else "",
        ]
        for one in queries.questions(request.user, **filters)
    )  # fmt: skip
    return workbooks.answer(workbooks.workbook(_("提问与答复"), COLUMNS, rows, filters=words), _("提问与答复"))


def _seen(request: HttpRequest, pk: int) -> Question:
    return get_object_or_404(queries.questions_seen_by(request.user), pk=pk)


@require_safe
@right("desk")
def question(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _seen(request, pk))


def _page(request: HttpRequest, found: Question, status: int = 200, **typed: Any) -> HttpResponse:
    clear = request.user.has_right("questions.answer")
    context = {
        "question": found,
        "asker": _named(found.asked_by, request.user, clear or not found.to_institution),
        "answerer": _named(found.answered_by, request.user, clear or found.to_institution),
        "may_answer": found.answered_at is None and policy.can_attend(request.user, found),
        "may_publish": policy.can_publish_answer(request.user, found),
        "limit": actions.asking.LONGEST,
        **typed,
    }
    return render(request, "calls/question.html", context, status=status)


def _named(who: User | None, reader: User, clear: bool) -> str:
    """An institution is told of an officer only 张*; colleagues and officers are told the name."""
    if who is None:
        return ""
    return who.name if clear or who.pk == reader.pk else mask_name(who.name)


@require_POST
@right("desk")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    found, text = _seen(request, pk), request.POST.get("text", "")
    try:
        actions.answer_question(found, text=text, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _page(request, _seen(request, pk), refusal.status, typed_answer=text)
    messages.success(request, _("已答复，并已通知提问人。"))
    return redirect("question", pk=pk)


@require_POST
@right("questions.answer")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    words = {"text": request.POST.get("text", ""), "answer": request.POST.get("answer", "")}
    try:
        actions.publish_answer(found, **words, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _page(request, _seen(request, pk), refusal.status, typed_public=words)
    messages.success(request, _("已公开，并已通知各单位。"))
    return redirect("question", pk=pk)


@require_POST
@right("questions.answer")
def unpublish(request: HttpRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    return attempt(
        request,
        lambda: actions.unpublish_answer(found, by=request.user, at=timezone.now()),
        done=_("已从征集页面撤下。"),
        back=reverse("question", args=[pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@right("resources.prepare")
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """The reporter asks at a call; what is answered there for all stands above the form."""
    call = public_call(number)
    own = [one for one in institutions_of(request.user) if policy.can_ask(request.user, call, one)]
    institution = next((one for one in own if one.code == request.POST.get("institution")), own[0] if own else None)
    if institution is None:
        messages.error(request, _("只有本次征集面向的单位的报送工作负责人可以提问。"))
        return redirect("call", number=number)
    text = request.POST.get("text", "")
    status = 200
    if request.method == "POST":
        try:
            asked = actions.ask(institution, call=call, text=text, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已提交，答复后会通知您。"))
            return redirect("question", pk=asked.pk)
    context = {
        "call": call, "own": own, "chosen": institution, "text": text, "limit": actions.asking.LONGEST,
        "published": queries.published_questions(call),
        "asked": queries.questions(request.user, call=number)[:20],
    }  # fmt: skip
    return render(request, "calls/ask.html", context, status=status)
