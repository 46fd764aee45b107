"""LTI 1.3: a school's platform opens our player or our search inside its own page. No session, no cookie."""

import secrets
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.catalogue.actions import lti as actions
from lifelong.catalogue.lti import claims, launching, signing
from lifelong.catalogue.lti.fetching import Unreachable
from lifelong.catalogue.lti.launching import UnknownKey, refuse
from lifelong.catalogue.lti.tickets import BadTicket, Choice, Launch, State, Ticket
from lifelong.catalogue.models import LtiPlatform
from lifelong.catalogue.queries import lti, pages
from lifelong.catalogue.queries.listing import Card
from lifelong.catalogue.views.embed import FRAMED, framed
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, right

T = TypeVar("T", bound=Ticket)
SHOWN = 20
MOST_PICKED = 50
QUICK_S = 3.0  # a launch waits no longer for keys that it has not seen yet


def in_frame(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What happens here happens in somebody else's frame, refusals too: shown there, in words."""

    @wraps(view)
    def framed_view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **named)
        except Refusal as refusal:
            answer = render(request, "catalogue/lti_refused.html", {"refusal": refusal}, status=refusal.status)
            answer["Content-Security-Policy"] = FRAMED.format(ancestors="*")
        answer.xframe_options_exempt = True  # type: ignore[attr-defined]
        return answer

    return framed_view


@csrf_exempt  # the platform sends the browser here; nothing is changed
@require_http_methods(["GET", "POST"])
@right(PUBLIC)
@in_frame
def login(request: HttpRequest) -> HttpResponse:
    """Third-party initiated login: back to the platform with a signed state, which stands for the session."""
    told = request.POST if request.method == "POST" else request.GET
    issuer, client = (launching.plain(told.get(name, ""))[:255] for name in ("iss", "client_id"))
    platform = lti.platform_of(issuer, client)
    hint, target = told.get("login_hint", ""), told.get("target_link_uri", "")
    if platform is None:
        raise refuse(_("这个学校平台没有登记，或者没有说明客户端标识"))
    if not hint or not launching.is_ours(target):
        raise refuse(_("缺少 login_hint，或 target_link_uri 不是本平台的网址"))
    state = State(platform.pk, secrets.token_urlsafe(24), target[:1_000])
    asked = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": platform.client_id, "redirect_uri": f"{settings.SITE_URL}/lti/launch", "login_hint": hint,
        "state": state.written(), "nonce": state.nonce,
    }  # fmt: skip
    if message := told.get("lti_message_hint"):
        asked["lti_message_hint"] = message
    joint = "&" if urlsplit(platform.auth_url).query else "?"
    return HttpResponse(status=302, headers={"Location": f"{platform.auth_url}{joint}{urlencode(asked)}"})


@csrf_exempt  # signed by the platform, bound to our state, used once
@require_POST
@right(PUBLIC)
@in_frame
def launch(request: HttpRequest) -> HttpResponse:
    """The platform's word about who opens what; leads on to the player or the search, with a ticket in the address."""
    if request.POST.get("error"):
        raise refuse(request.POST["error"][:60])
    try:
        state = State.read(request.POST.get("state", ""))
    except BadTicket as error:
        raise refuse(_("启动已超过十分钟，或不是从本平台开始的")) from error
    platform = lti.open_platform(state.platform)
    if platform is None:
        raise refuse(_("这个学校平台已停用"))
    now = timezone.now()
    told = claims_of(request.POST.get("id_token", ""), platform, state, int(now.timestamp()))
    actions.use_nonce(state.nonce, platform, at=now)
    if told.get(claims.MESSAGE) == claims.DEEP_LINKING:
        return redirect(f"/lti/choose?{urlencode({'ticket': choice_of(told, platform).written()})}")
    if told.get(claims.MESSAGE) != claims.RESOURCE_LINK:
        raise refuse(_("不认识这种消息"))
    resource = launching.resource_of(told) or launching.resource_of({claims.TARGET: state.target})
    ticket = Launch(
        platform.pk,
        resource,
        launching.plain(told.get("sub"))[:255],
        launching.line_item_of(told),
        int(now.timestamp()),
    )
    return redirect(f"/lti/play?{urlencode({'ticket': ticket.written()})}")


def claims_of(token: str, platform: LtiPlatform, state: State, now_s: int) -> dict[str, Any]:
    """Verified; a key not seen before is asked for once, for platforms change theirs."""
    try:
        return launching.verified(token, platform, nonce=state.nonce, now_s=now_s)
    except UnknownKey:
        try:
            actions.renew_keys(platform, at=timezone.now(), deadline_s=QUICK_S)
        except Unreachable as error:
            raise refuse(_("取不到学校平台的公钥")) from error
        platform.refresh_from_db()
        return launching.verified(token, platform, nonce=state.nonce, now_s=now_s)


def choice_of(told: dict[str, Any], platform: LtiPlatform) -> Choice:
    asked = told.get(claims.DL_SETTINGS)
    kinds = asked.get("accept_types") if isinstance(asked, dict) else None
    if not isinstance(asked, dict) or not isinstance(kinds, list) or "ltiResourceLink" not in kinds:
        raise refuse(_("这里不能加入课程资源链接"))
    back = launching.plain(asked.get("deep_link_return_url"))
    if not launching.public_origin(back) or len(back) > 1_500:
        raise refuse(_("返回地址不正确"))
    data = str(asked.get("data") or "")
    if len(data) > 2_000:
        raise refuse(_("附带数据太长"))
    return Choice(
        platform.pk,
        told[claims.DEPLOYMENT],
        back,
        data,
        asked.get("accept_lineitem") is not False,
        asked.get("accept_multiple") is True,
    )


@require_safe
@right(PUBLIC)
@in_frame
def play(request: HttpRequest) -> HttpResponse:
    """The embeddable player, opened by a launch."""
    ticket = read_ticket(Launch, request)
    wants = bool(ticket.line_item and ticket.sub)
    more = {"launch": ticket.written()} if wants else {}  # study time is counted by who answers ``lti_study``
    answer = framed(request, pages.entry_at(ticket.resource_id), **more)
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"  # the ticket is nobody else's
    return answer


@require_safe
@right(PUBLIC)
@in_frame
def choose(request: HttpRequest) -> HttpResponse:
    """Search inside the platform's frame; what is picked goes back signed, by a plain form."""
    ticket = read_ticket(Choice, request)
    platform = lti.open_platform(ticket.platform)
    if platform is None:
        raise refuse(_("这个学校平台已停用"))
    text = request.GET.get("q", "").strip()[:100]
    _answer, cards = pages.listing(text, size=SHOWN, sort="relevance" if text else "newest")
    key, now_s = actions.own_key(at=timezone.now()), int(timezone.now().timestamp())
    sign = partial(signing.answer_with, ticket, platform, key, now_s=now_s)
    chosen = [taken(card) for card in pages.cards_at(picks_of(request))] if ticket.many else []
    shown = {
        "ticket": ticket.written(), "q": text, "back": ticket.return_url, "school": platform.name, "many": ticket.many,
        "chosen": chosen, "full": len(chosen) >= MOST_PICKED,
        "found": [(card, taken(card), "" if ticket.many else sign(taken(card))) for card in cards],
        "answer": sign(*chosen) if chosen else "",
    }  # fmt: skip
    answer = render(request, "catalogue/lti_choose.html", shown)
    origin = launching.public_origin(ticket.return_url)
    policy = FRAMED.replace("form-action 'none'", f"form-action 'self' {origin}")
    answer["Content-Security-Policy"] = policy.format(ancestors="*")
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def picks_of(request: HttpRequest) -> list[str]:
    """What was picked before, and now, without what was put back."""
    picked = dict.fromkeys(one[:20] for one in request.GET.getlist("pick"))
    return [one for one in picked if one != request.GET.get("drop")][:MOST_PICKED]


def taken(card: Card) -> signing.Picked:
    return signing.Picked(card.url.rpartition("/")[2], card.title, card.institution)


@require_safe
@right(PUBLIC)
def jwks(request: HttpRequest) -> HttpResponse:
    actions.own_key(at=timezone.now())
    return JsonResponse({"keys": lti.public_keys()}, headers={"Cache-Control": "public, max-age=3600"})


def read_ticket(kind: type[T], request: HttpRequest) -> T:
    try:
        return kind.read(request.GET.get("ticket", ""))
    except BadTicket as error:
        raise refuse(_("这次启动已经过期")) from error
