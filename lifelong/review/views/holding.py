"""Take, release, hand over; what was fetched ahead is opened; phrases of one's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lifelong.review.actions import holding as actions
from lifelong.review.lifecycle import WAITS_IN
from lifelong.review.queries import desk
from lifelong.review.views.desk import stage_of
from lifelong.review.views.rounds import open_up, round_or_404
from lifelong.web.attempts import attempt
from lifelong.web.numerals import numeral, numerals
from lifelong.web.rights import right


def where_from(request: HttpRequest, otherwise: str) -> str:
    """The page that the button stood on."""
    wish = request.POST.get("next", "")
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}) else otherwise


@right("review.open")
@require_POST
def hold(request: HttpRequest, stage: str, pk: int) -> HttpResponse:
    wanted = stage_of(request, stage)
    round, now = round_or_404(request, wanted, pk), timezone.now()
    page, wish = reverse("review_round", args=[wanted, pk]), request.POST.get("do", "")
    if wish == "let_go":
        actions.let_go(round, stage=wanted, by=request.user)
        messages.success(request, _("已放回公共队列。"))
        return redirect("review_queue", wanted)
    if wish == "hand_over":
        to = get_object_or_404(desk.colleagues(request.user, wanted), pk=numeral(request.POST.get("to", "")) or 0)
        return attempt(
            request, lambda: actions.hand_over(round, stage=wanted, to=to, by=request.user, at=now),
            done=_("已移交 %(who)s，对方会收到消息。") % {"who": to}, back=reverse("review_queue", args=[wanted]),
        )  # fmt: skip
    return attempt(
        request, lambda: actions.take(round, stage=wanted, by=request.user, at=now, over=wish == "over"),
        done=_("已领取，别人会看到由您在办。"), back=where_from(request, page),
    )  # fmt: skip


@right("review.open")
@require_POST
def hold_many(request: HttpRequest, stage: str) -> HttpResponse:
    """The rows ticked in the queue."""
    wanted = stage_of(request, stage)
    waiting = desk.rounds_in_reach(request.user, wanted).filter(version__state=WAITS_IN[wanted])
    chosen = waiting.filter(pk__in=numerals(request.POST.getlist("id")))
    taken, left = actions.take_many(chosen, stage=wanted, by=request.user, at=timezone.now())
    words = _("已领取 %(n)s 项。") % {"n": taken}
    words += _("%(n)s 项别人正在办理。") % {"n": left} if left else ""
    (messages.success if taken else messages.warning)(request, words)
    return redirect(
        f"{reverse('review_queue', args=[wanted])}?hands=mine" if taken else "review_queue",
        *([] if taken else [wanted]),
    )


@right("review.open")
@require_POST
def opened(request: HttpRequest, stage: str, pk: int) -> HttpResponse:
    """A page that was fetched ahead is before somebody's eyes now."""
    wanted = stage_of(request, stage)
    open_up(request, wanted, round_or_404(request, wanted, pk))
    return HttpResponse(status=204)


@right("review.open")
@require_POST
def phrases(request: HttpRequest) -> HttpResponse:
    back = where_from(request, reverse("review"))
    if number := numeral(request.POST.get("drop", "")):
        actions.drop_phrase(number, by=request.user)
        return redirect(back)
    return attempt(
        request,
        lambda: actions.keep_phrase(request.POST.get("text", ""), by=request.user),
        done=_("已记为常用语。"),
        back=back,
    )
