"""What every page passes through: request facts, the chosen language, rights by declaration, refusals in words."""

import json
import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.module_loading import import_string

from lifelong.web import facts
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, SIGNED_IN, right_of

Answer = Callable[[HttpRequest], HttpResponse]


class RequestFacts:
    """Number and address of the request, as the front found them (it alone knows the trusted proxies).

    The name of the page that answered goes back to the front the same way, which measures how long it took.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = request.META.get("HTTP_X_REQUEST_ID") or secrets.token_hex(8)
        facts.remember(facts.Facts(request_id=number, address=request.META.get("REMOTE_ADDR", "")))
        request.number = number  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            request.META["lifelong.route"] = request.resolver_match.view_name if request.resolver_match else ""
            facts.remember(facts.Facts())


class ChosenLanguage:
    """Chinese unless the visitor chose otherwise: a cookie decides, never the browser's header."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.known = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class RightsByDeclaration:
    """Deny by default: a view that declares no right is refused, and so is who lacks the one it declares."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.foreign = import_string(settings.RIGHT_OF_FOREIGN_VIEW)  # config alone knows the libraries' views

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: tuple, kwargs: dict) -> HttpResponse | None:
        needed = right_of(view) or self.foreign(request.resolver_match)
        if needed == PUBLIC:
            return None
        if needed is None:
            raise PermissionDenied
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if needed != SIGNED_IN and not request.user.has_right(needed):
            raise PermissionDenied
        return None


class RefusalsInWords:
    """Turns a refusal that no view caught into a page or, for a machine, into problem details (RFC 9457)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        if wants_json(request):
            problem = {"type": f"/problems/{error.code}", "title": error.message, "status": error.status}
            if error.fields:
                problem["fields"] = error.fields
            return HttpResponse(
                json.dumps(problem, ensure_ascii=False), status=error.status, content_type="application/problem+json"
            )
        return render(request, "web/refusal.html", {"refusal": error}, status=error.status)


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
