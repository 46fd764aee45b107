"""The desk's first page, and the switches that everyone may set without an account: language, 长辈版, theme."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from lifelong.web import assets, helping, samples
from lifelong.web import desk as desks
from lifelong.web.homes import home_of_learners
from lifelong.web.rights import PUBLIC, SIGNED_IN, right

YEAR = 365 * 24 * 3600
THEMES = {"", "light", "dark", "contrast"}


@require_GET
@right(SIGNED_IN)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person, with numbers and dates; beside it the dates ahead and the last news. A learner, for whom
    nothing waits, is led to their own page."""
    user = request.user
    if not user.has_right("desk"):
        return redirect(home_of_learners())
    found = {"waiting": desks.waiting_for(user), "dates": desks.dates_for(user), "news": desks.news_for(user)}
    words = [] if found["waiting"] else desks.words_for(user)
    return render(request, "web/desk_home.html", {**found, "words": words, "mails": bool(settings.EMAIL_URL)})


# The three switches take no CSRF token: public pages carry none, so that one copy can be kept for everybody. What another
# site could do with them is change how this site looks to its visitor; the cookie is SameSite=Lax and holds nothing else.


@csrf_exempt
@require_POST
@right(PUBLIC)
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    known = {code for code, _ in settings.LANGUAGES}
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, chosen if chosen in known else "")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def elder(request: HttpRequest) -> HttpResponse:
    """POST ``on`` = 1 or 0 switches 长辈版; opening the address only explains it and offers the switch."""
    if request.method != "POST":
        return render(request, "web/elder.html", {"next": _back(request)})
    return _remember(request, "elder", "1" if request.POST.get("on") == "1" else "")


@csrf_exempt
@require_POST
@right(PUBLIC)
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    return _remember(request, "theme", chosen if chosen in THEMES else "")


@require_safe
@right("desk")
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """The words of one page by themselves, and whom to ask by telephone."""
    about = helping.help_for(name)
    if about is None:
        raise Http404
    contacts = helping.contacts_for(request.user) if about.ask != "operator" else []
    return render(request, "web/help.html", {"about": about, "contacts": contacts})


@require_GET
@right(PUBLIC)
def style(request: HttpRequest) -> HttpResponse:
    """The living style guide, on invented data; only where nobody mistakes it for the real thing."""
    if not settings.DEMO:
        raise Http404
    layout = "web/style_public.html" if "public" in request.GET else "web/style.html"
    return render(request, layout, samples.page(request))


@require_safe
@right(PUBLIC)
def favicon(request: HttpRequest) -> HttpResponse:
    """For those who ask for it by habit, without having read the page that names it."""
    return redirect(assets.address_of("favicon.svg"))


def _back(request: HttpRequest) -> str:
    """Where the visitor was, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"


def _remember(request: HttpRequest, name: str, value: str) -> HttpResponse:
    answer = redirect(_back(request))
    if value:
        answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SECURE)
    else:
        answer.delete_cookie(name, samesite="Lax")
    return answer
