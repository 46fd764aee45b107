"""Sessions of people who work here: signed out when idle, second factor before anything else."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lifelong.accounts.keeping import KeptForm, keep, values_of
from lifelong.accounts.policy import is_staff, needs_second_factor
from lifelong.web.middleware import wants_json

OPEN = ("/accounts/", "/static/", "/language", "/elder", "/healthz", "/readyz", "/demo/")
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class RefusedForms:
    """The library answers 200 with a form that it refused; here that is 422, as on every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        shown = (response.context_data or {}).values()
        if response.status_code == 200 and any(isinstance(one, BaseForm) and one.errors for one in shown):
            response.status_code = 422
        return response


class StaffSession:
    """Deny work to who has been idle for 30 minutes or has not shown a second factor (spec 9).

    A request that a page makes by itself (``X-Background``, or ``X-Fragment`` of the refresh island) does not count as
    being there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        if not request.user.is_active:
            logout(request)
            return self.get_response(request)
        if is_staff(request.user):
            if self.idle(request):
                return self.sign_out(request)
            if needs_second_factor(request.user) and not self.shown(request) and not request.path.startswith(OPEN):
                return self.ask_second_factor(request)
        return self.get_response(request)

    @staticmethod
    def idle(request: HttpRequest) -> bool:
        now = int(time.time())
        seen = request.session.get("seen_at", now)
        if now - seen > settings.STAFF_IDLE_MINUTES * 60:
            return True
        fresh = "seen_at" not in request.session
        by_itself = "X-Background" in request.headers or "X-Fragment" in request.headers
        if fresh or (now - seen > 60 and not by_itself):
            request.session["seen_at"] = now
        return False

    @staticmethod
    def shown(request: HttpRequest) -> bool:
        if request.session.get("demo_both_factors"):
            return settings.DEMO
        return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))

    @staticmethod
    def sign_out(request: HttpRequest) -> HttpResponse:
        """To the sign-in page and back to where the person was. A form that was sent is kept and offered again after
        the sign-in; what autosave holds stays on the device."""
        user_id, form = request.user.pk, None
        if request.method == "POST" and not wants_json(request):
            form = KeptForm(request.get_full_path(), _page_of(request), values_of(request))
        logout(request)
        text = _("超过 %(minutes)s 分钟未操作，已自动退出。请重新登录，填写的文字没有丢失。") % {
            "minutes": settings.STAFF_IDLE_MINUTES
        }
        if wants_json(request):
            return JsonResponse({"type": "/problems/signed_out", "title": text, "status": 401}, status=401)
        messages.info(request, text)
        if form and keep(request, user_id, form):
            return redirect_to_login(reverse("resume"))
        return redirect_to_login(_page_of(request))

    @staticmethod
    def ask_second_factor(request: HttpRequest) -> HttpResponse:
        enrolled = is_mfa_enabled(request.user, FACTORS)
        if wants_json(request):
            text = _("请先完成第二因素验证。")
            return JsonResponse({"type": "/problems/second_factor", "title": text, "status": 403}, status=403)
        if enrolled:
            return redirect(f"/accounts/2fa/reauthenticate/?{urlencode({'next': _page_of(request)})}")
        messages.info(request, _("您的岗位要求第二因素：请先设置动态口令或通行密钥，之后即可开始工作。"))
        return redirect("mfa_index")


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: of a form that was sent, the page it stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    origin = urlsplit(request.headers.get("Referer", ""))
    if origin.netloc != request.get_host():
        return settings.LOGIN_REDIRECT_URL if settings.LOGIN_REDIRECT_URL.startswith("/") else "/work/"
    return f"{origin.path}?{origin.query}" if origin.query else origin.path
