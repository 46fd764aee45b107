"""A material change of the agreement or the privacy policy is shown, and asked about, before the next page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from lifelong.accounts.middleware import OPEN
from lifelong.accounts.queries import texts_to_agree
from lifelong.texts.queries import material_versions
from lifelong.web.middleware import wants_json

# Reading the texts, taking one's data along and leaving need no consent; machines and parts of pages cannot be asked.
PASSING = (
    *OPEN, "/terms", "/privacy", "/help", "/about", "/elder", "/report", "/complaint", "/account/consent", "/media/", "/uploads/",
    "/learning/privacy-and-data", "/api/", "/embed/", "/oembed", "/lti/", "/oai", "/feeds/", "/sitemap", "/metrics",
)  # fmt: skip


class ConsentFirst:
    """Only a page that a person opens is held back; what they send is taken in, so that nothing typed is lost.

    The session remembers the versions it was let through for: no query where nothing has changed since.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not is_a_page(request):
            return self.get_response(request)
        now = timezone.now()
        wanted = "/".join(material_versions(now).values())
        if not wanted.strip("/") or not request.user.is_authenticated or request.session.get("let_through") == wanted:
            return self.get_response(request)
        if texts_to_agree(request.user, now):
            return redirect(f"/account/consent?{urlencode({'next': request.get_full_path()})}")
        request.session["let_through"] = wanted
        return self.get_response(request)


def is_a_page(request: HttpRequest) -> bool:
    by_itself = "X-Background" in request.headers or "X-Fragment" in request.headers or "HX-Request" in request.headers
    opened = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    free = request.path.startswith(PASSING)
    return request.method == "GET" and opened and not by_itself and not free and not wants_json(request)
