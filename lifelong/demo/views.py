"""Entering the demonstration world as one of its people."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.demo.links import email_of
from lifelong.web.homes import home_of
from lifelong.web.rights import PUBLIC, right

LOOPBACK = {"127.0.0.1", "::1"}


@right(PUBLIC)
def enter(request: HttpRequest, ticket: str) -> HttpResponse:
    """Exists in demo mode alone, for visitors on this machine, with a ticket that this installation signed."""
    if not settings.DEMO or request.META.get("REMOTE_ADDR") not in LOOPBACK:
        raise Http404
    user = get_object_or_404(User, email=email_of(ticket), is_active=True)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session["demo_both_factors"] = True
    record("demo.entered", by=user, of=user)
    return redirect(home_of(user))
