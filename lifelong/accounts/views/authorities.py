"""Authorities, for the system administrator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lifelong.accounts import actions, queries
from lifelong.accounts.forms import AuthorityForm
from lifelong.accounts.models import Authority
from lifelong.regions.queries import region
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_http_methods(["GET", "HEAD", "POST"])
@right("settings.manage")
def authorities(request: HttpRequest) -> HttpResponse:
    form = AuthorityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        values["region"] = region(values["region"]) if values["region"] else None
        try:
            actions.found_authority(**values, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记“%s”。") % values["name"])
            return redirect("authorities")
    return render(
        request,
        "accounts/authorities.html",
        {"form": form, "authorities": queries.authorities()},
        status=422 if form.errors else 200,
    )


@require_POST
@right("settings.manage")
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    authority = get_object_or_404(Authority, pk=pk)
    name = request.POST.get("name", "").strip() or authority.name
    return attempt(
        request,
        lambda: actions.change_authority(authority, name=name, by=request.user, at=timezone.now()),
        done=_("已改名。"), back=reverse("authorities"),
    )  # fmt: skip
