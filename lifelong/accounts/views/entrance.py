"""Doors that need no account: activation, the way to an account elsewhere and back, the set-up of an empty platform. Opening them changes
nothing."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from requests import RequestException

from lifelong.accounts import actions
from lifelong.accounts.actions.invitation import LinkDead, hash_of
from lifelong.accounts.actions.setup import setup_is_open
from lifelong.accounts.forms import ActivationForm, SetupForm
from lifelong.accounts.models import User
from lifelong.accounts.queries import activation_by
from lifelong.texts.queries import operator_now
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, right

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _quiet(response: HttpResponse) -> HttpResponse:
    """The token in the address must not travel on."""
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" would hide the Origin too, and no form could be sent
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def activate(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows whose link this is; POST sets the sign-in, uses the link up and signs the person in."""
    now = timezone.now()
    activation = activation_by(hash_of(token), now)
    if activation is None:
        return _quiet(render(request, "accounts/link_dead.html", status=410))
    form = ActivationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        passkey = request.POST.get("way") == "passkey"
        try:
            user = actions.activate(token, password=form.cleaned_data.get("password", ""), passkey=passkey, at=now)
        except LinkDead:
            return _quiet(render(request, "accounts/link_dead.html", status=410))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            _sign_in(request, user, passkey)
            return redirect("mfa_add_webauthn" if passkey else settings.LOGIN_REDIRECT_URL)
    context: dict[str, Any] = {"form": form, "person": activation.user, "activation": activation}
    return _quiet(render(request, "accounts/activate.html", context, status=422 if form.errors else 200))


def _sign_in(request: HttpRequest, user: User, passkey: bool) -> None:
    """As allauth would after the same proof; whoever still owes a second factor is led to it next."""
    login(request, user, backend=BACKEND)
    if not passkey:
        record_authentication(request, user, "password", email=user.email)
    user_logged_in.send(sender=User, request=request, user=user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def to_other_account(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leads there by a page of its own: a form's answer may redirect only to where ``form-action`` allows, which is here."""
    answer = _if_reached(openid.login, request, provider_id)
    there = answer.get("Location", "")
    return render(request, "socialaccount/going_there.html", {"there": there}) if "://" in there else answer


@never_cache
@require_http_methods(["GET", "HEAD"])
@right(PUBLIC)
def from_other_account(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _if_reached(openid.callback, request, provider_id)


def _if_reached(
    view: Callable[[HttpRequest, str], HttpResponse], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        return view(request, provider_id)
    except RequestException:  # the other side is away: the library asks it for its addresses first
        return render(request, "socialaccount/authentication_error.html", status=503)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks for the three administrators; POST invites them and the link dies."""
    if not setup_is_open(token):
        return _quiet(render(request, "accounts/setup_dead.html", status=410))
    form = SetupForm(request.POST or None, initial={"operator": operator_now()["name"]})
    if request.method == "POST" and form.is_valid():
        try:
            invitations = actions.set_up(
                token, operator=form.cleaned_data["operator"], administrators=form.administrators(), at=timezone.now()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            shown = [one for one in invitations.values() if one.url and not one.mailed]
            return _quiet(render(request, "accounts/setup_done.html", {"invitations": shown}))
    return _quiet(render(request, "accounts/setup.html", {"form": form}, status=422 if form.errors else 200))
