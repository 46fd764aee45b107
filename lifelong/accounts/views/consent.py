"""The texts changed in what matters: they are shown, and the person agrees or goes on without an account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lifelong.accounts.actions import agree
from lifelong.accounts.queries import has_guardian, texts_to_agree
from lifelong.texts.markup import as_html
from lifelong.texts.queries import in_force, words_of
from lifelong.web.homes import home_of
from lifelong.web.rights import SIGNED_IN, right


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def consent(request: HttpRequest) -> HttpResponse:
    """``do`` = agree (to the versions that were shown) or leave; then on to where the person was going."""
    user, now, posted = request.user, timezone.now(), request.POST
    onward = request.POST.get("next") or request.GET.get("next") or home_of(user)
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = home_of(user)
    if posted.get("do") == "leave":
        logout(request)
        messages.info(request, _("已退出登录，没有记录您的同意。不登录也可以学习全部资源。"))
        return redirect("/")
    asked = [in_force(name, now) for name in texts_to_agree(user, now)]
    if not asked:
        return redirect(onward)
    guardian, error = has_guardian(user), ""
    shown = ",".join(f"{one.name}:{one.version}" for one in asked)
    if request.method == "POST":
        if posted.get("shown") != shown:
            error = _("条文刚刚又有了新的版本，请看过再同意。")
        elif guardian and posted.get("guardian") != "on":
            error = _("未满 14 周岁的，请由监护人看过并勾选。")
        else:
            agree(user, guardian=guardian, by=user, at=now)
            return redirect(onward)
    context = {
        "texts": [(one, as_html(words_of(one))) for one in asked], "shown": shown, "next": onward, "guardian": guardian,
        "error": error,
    }  # fmt: skip
    return render(request, "accounts/consent.html", context, status=422 if error else 200)
