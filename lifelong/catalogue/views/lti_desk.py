"""The operator's list of schools' platforms, and the sheet of one."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.catalogue.actions import lti as actions
from lifelong.catalogue.lti.entry import PlatformForm
from lifelong.catalogue.models import LtiPlatform
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_safe
@right("lti.manage")
def platforms(request: HttpRequest) -> HttpResponse:
    ours = [
        (_("登录地址（OIDC login）"), f"{settings.SITE_URL}/lti/login"),
        (_("启动地址（redirect / launch）"), f"{settings.SITE_URL}/lti/launch"),
        (_("选用资源（deep linking）"), f"{settings.SITE_URL}/lti/launch"),
        (_("公钥地址（JWKS）"), f"{settings.SITE_URL}/lti/jwks"),
    ]
    return render(request, "catalogue/desk_lti.html", {"platforms": LtiPlatform.objects.all(), "ours": ours})


@require_http_methods(["GET", "HEAD", "POST"])
@right("lti.manage")
def platform(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Enter one, or correct it; the form comes back with what is wrong."""
    found = get_object_or_404(LtiPlatform, pk=number) if number else None
    names = ("name", "issuer", "client_id", "auth_url", "token_url", "jwks_url", "is_open")
    initial = (
        {name: getattr(found, name) for name in names} | {"deployments": "\n".join(found.deployments)} if found else {}
    )
    form = PlatformForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            facts = actions.PlatformFacts(**form.cleaned_data)
            actions.save_platform(facts, by=request.user, at=timezone.now(), platform=found)  # type: ignore[arg-type]
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。公钥在后台去取，取到后就可以启动。"))
            return redirect("lti_platforms")
    shown = {"form": form, "platform": found}
    return render(request, "catalogue/desk_lti_platform.html", shown, status=422 if form.errors else 200)
