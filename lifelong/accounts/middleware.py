"""Sessions of people who work here: signed out when idle, second factor before anything else."""

import time
from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lifelong.accounts.policy import is_staff, needs_second_factor

OPEN = ("/accounts/", "/static/", "/language", "/elder", "/healthz", "/readyz", "/demo/")


class StaffSession:
    """Deny work to who has been idle for 30 minutes or has not shown a second factor (spec 9)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        if is_staff(request.user):
            if self.idle(request):
                logout(request)
                return redirect_to_login(request.get_full_path())
            if needs_second_factor(request.user) and not self.shown(request) and not request.path.startswith(OPEN):
                return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def idle(request: HttpRequest) -> bool:
        now = int(time.time())
        seen = request.session.get("seen_at", now)
        if now - seen > settings.STAFF_IDLE_MINUTES * 60:
            return True
        if now - seen > 60 or "seen_at" not in request.session:
            request.session["seen_at"] = now
        return False

    @staticmethod
    def shown(request: HttpRequest) -> bool:
        if request.session.get("demo_both_factors"):
            return settings.DEMO
        return is_mfa_enabled(request.user) and any(
            record.get("method") == "mfa" or record.get("type") in {"totp", "webauthn", "recovery_codes"}
            for record in get_authentication_records(request)
        )
