"""A button that does one thing: it is done and said, or refused and said why; the page comes back either way."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from lifelong.web.refusals import Refusal


def attempt(request: HttpRequest, act: Callable[[], Any], *, done: str, back: str) -> HttpResponse:
    """Run ``act``; say ``done`` or the refusal's own words; go to ``back`` (an address)."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(back)


def asked_back(request: HttpRequest, default: str) -> str:
    """Where the person came from (``next``), if it is a page of ours; else ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else default


def show_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Put an action's refusal on the form: beside the fields it names, else on top."""
    known = {name: text for name, text in refusal.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, str(refusal))
