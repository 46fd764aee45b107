"""Ratings and comments on the resource page, what became of one's own, and the moderator's desk."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.limits import allow
from lifelong.catalogue.models import Entry
from lifelong.learning import policy
from lifelong.learning.actions import voices
from lifelong.learning.forms import (
    AppealAnswerForm,
    AppealForm,
    CommentForm,
    FlagForm,
    ModerationForm,
    RatingForm,
)
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import Comment
from lifelong.learning.queries import voices as queries
from lifelong.learning.queries.voices import Line
from lifelong.learning.views.shelf import entry_or_404, is_fragment, shown
from lifelong.screening.personal import without_personal
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.numerals import numeral, numerals
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, SIGNED_IN, right
from lifelong.web.workbooks import Column

PAGE = 20
DESK_PAGE = 50
SHEET_MOST = 10_000


def context_of(request: HttpRequest, entry: Entry, **more: Any) -> dict[str, Any]:
    page: Page[Any] = Paginator(queries.threads(entry, request.user), PAGE).get_page(request.GET.get("page"))
    lines = [
        Line(one, policy.abilities(request.user, one), answers=[
            Line(answer, policy.abilities(request.user, answer)) for answer in one.answers
        ])
        for one in page
    ]  # fmt: skip
    return {
        "entry": entry, "title": _("评分与评论"), "standing": queries.standing(entry, request.user), "page": page,
        "lines": lines, "form": CommentForm(), "five": range(1, 6), **more,
    }  # fmt: skip


@never_cache
@require_safe
@right(PUBLIC)
def resource_voices(request: HttpRequest, resource_id: str) -> HttpResponse:
    return shown(request, "voices", context_of(request, entry_or_404(resource_id)))


def done(request: HttpRequest, entry: Entry, said: str) -> HttpResponse:
    """The fragment anew with what was done, or for a page without a script the resource page."""
    if is_fragment(request):
        return shown(request, "voices", context_of(request, entry, said=said))
    messages.success(request, said)
    return redirect(f"/resources/{entry.identifier}#comments")


@require_POST
@right(SIGNED_IN)
def rate(request: HttpRequest, resource_id: str) -> HttpResponse:
    """``stars`` 1–5 rates; ``do`` = remove takes it back."""
    entry = entry_or_404(resource_id)
    if request.POST.get("do") == "remove":
        voices.take_rating_back(entry, by=request.user)
        return done(request, entry, _("评分已撤回。"))
    form = RatingForm(request.POST)
    if not form.is_valid():
        return shown(request, "voices", context_of(request, entry, unrated=True), bad=True)
    voices.rate(entry, stars=form.cleaned_data["stars"], by=request.user, at=timezone.now())
    return done(request, entry, _("已评分，谢谢。"))


@require_POST
@right(SIGNED_IN)
def say(request: HttpRequest, resource_id: str) -> HttpResponse:
    """A comment, or with ``parent`` a reply; what was typed stays in the form when it is refused."""
    entry = entry_or_404(resource_id)
    answered = request.POST.get("parent", "")
    parent = get_object_or_404(Comment, pk=numeral(answered), resource=entry.resource_id) if answered else None
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            allow("comment", request, times=10, seconds=600, key=f"user-{request.user.pk}")
            voices.say(entry, text=form.cleaned_data["text"], parent=parent, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return done(request, entry, _("已提交，审核后显示。"))
    more = {"reply_form": form, "reply_to": parent.pk} if parent else {"form": form}
    return shown(request, "voices", context_of(request, entry, **more), bad=True)


# One's own, and others'


@require_safe
@right(SIGNED_IN)
def my_comments(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.comments_of(request.user), PAGE).get_page(request.GET.get("page"))
    about = queries.about(list(page))
    lines = [
        Line(one, policy.abilities(request.user, one), about.get(one.resource_id, queries.About())) for one in page
    ]
    return render(request, "learning/my_comments.html", {"page": page, "lines": lines})


@require_POST
@right(SIGNED_IN)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    comment = get_object_or_404(queries.comments_of(request.user), pk=pk)
    return attempt(
        request,
        lambda: voices.withdraw(comment, by=request.user, at=timezone.now()),
        done=_("评论已删除。"), back=reverse("my_comments"),
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    comment = queries.comment_at(pk)
    if comment is None or not policy.can_flag(request.user, comment):
        raise Http404
    entry = entry_or_404(comment.resource.resource_id)
    form = FlagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            allow("flag", request, times=20, seconds=3600, key=f"user-{request.user.pk}")
            voices.flag(comment, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已收到举报，会由工作人员核实。"))
            return redirect(f"/resources/{entry.identifier}#comments")
    context = {"comment": comment, "entry": entry, "form": form}
    return render(request, "learning/flag.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    comment = get_object_or_404(queries.comments_of(request.user), pk=pk)
    if not policy.can_appeal(request.user, comment):
        return redirect("my_comments")
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            voices.appeal(comment, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("申诉已提交，答复后会通知您。"))
            return redirect("my_comments")
    context = {"comment": comment, "form": form}
    return render(request, "learning/appeal.html", context, status=422 if form.errors else 200)


# The moderator's desk


@require_http_methods(["GET", "HEAD", "POST"])
@right("comments.moderate")
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, with the word lists' hits where they stand; a POST decides the ticked ones."""
    show = request.GET.get("show", "waiting")
    show = show if show in queries.SHOWS else "waiting"
    left: list[Any] = []
    if request.method == "POST":
        left = bulk(request)
        if not left:
            return redirect(request.get_full_path())
    asked = request.GET.get("q", "").strip()[:100]
    found = queries.desk(show, asked)
    if workbooks.is_wanted(request):
        return sheet(found, show, asked)
    page = Paginator(found, DESK_PAGE).get_page(request.GET.get("page"))
    about = queries.about(list(page))
    lines = [
        Line(
            one,
            desk_abilities(request.user, one),
            about.get(one.resource_id, queries.About()),
            pieces=queries.pieces(one),
        )
        for one in page
    ]
    context = {"show": show, "page": page, "lines": lines, "left": left, "q": asked, "numbers": queries.numbers()}
    return render(request, "learning/desk_comments.html", context)


def sheet(found: QuerySet[Comment], show: str, asked: str) -> HttpResponse:
    """Authors by the name that is shown; telephones and addresses in the words masked."""
    comments: list[Any] = list(found[:SHEET_MOST])  # with their flags
    about = queries.about(comments)
    columns = [
        Column(_("资源"), 36), Column(_("作者"), 14), Column(_("评论"), 60), Column(_("词表命中"), 24), Column(_("提交时间"), 18),
        Column(_("状态"), 10), Column(_("举报"), 36), Column(_("申诉"), 36), Column(_("理由"), 36), Column(_("审核时间"), 18),
    ]  # fmt: skip
    rows = (
        (
            about.get(one.resource_id, queries.About()).title, one.author, without_personal(one.text),
            "、".join(hit["found"] for hit in one.hits), one.created_at, one.get_state_display(),
            "；".join(without_personal(flag.reason) for flag in one.held_against), without_personal(one.appeal), one.reason, one.decided_at,
        )
        for one in comments
    )  # fmt: skip
    named = {"flagged": _("被举报"), "appealed": _("申诉"), "all": _("全部")}.get(show) or CommentState(show).label
    return workbooks.listed(_("评论审核"), columns, rows, filters=[str(named), *([asked] if asked else [])])


def desk_abilities(user: Any, comment: Comment) -> dict[str, bool]:
    return {"moderate": policy.can_moderate(user, comment), "answer": policy.can_answer_appeal(user, comment)}


def bulk(request: HttpRequest) -> list[Any]:
    """What could not be done comes back with its reason."""
    form = ModerationForm(request.POST)
    chosen = list(Comment.objects.filter(pk__in=numerals(request.POST.getlist("id"))[:DESK_PAGE]))
    if not form.is_valid() or not chosen:
        messages.error(request, _("请先勾选评论，再选择怎样处理。"))
        return []
    now, asked = timezone.now(), form.cleaned_data["do"]
    if asked == "keep":
        left = dismissed(request, chosen)
    else:
        left = voices.decide_many(
            chosen, to=CommentState(asked), reason=form.cleaned_data["reason"], by=request.user, at=now
        )
    if number := len(chosen) - len(left):
        messages.success(
            request, ngettext("已处理 %(n)s 条评论。", "已处理 %(n)s 条评论。", number) % {"n": number}
        )  # fmt: skip
    return left


def dismissed(request: HttpRequest, comments: list[Comment]) -> list[Any]:
    left = []
    for comment in comments:
        try:
            voices.dismiss_flags(comment, by=request.user, at=timezone.now())
        except Refusal as refusal:
            left.append((comment, refusal))
    return left


@require_POST
@right("comments.moderate")
def answer_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    comment = get_object_or_404(Comment, pk=pk)
    form = AppealAnswerForm(request.POST)
    back = reverse("comment_desk") + "?show=appealed"
    if not form.is_valid():
        messages.error(request, _("请写明答复，作者会看到。"))
        return redirect(back)
    grant = form.cleaned_data["grant"] == "1"
    return attempt(
        request,
        lambda: voices.answer_appeal(
            comment, grant=grant, answer=form.cleaned_data["answer"], by=request.user, at=timezone.now()
        ),
        done=_("已答复，作者已收到通知。"), back=back,
    )  # fmt: skip
