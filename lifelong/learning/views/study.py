"""What the player asks of pages, 我的学习, and the history."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lifelong.catalogue.queries.pages import entry_at
from lifelong.learning.actions import study as acts
from lifelong.learning.queries import study
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import SIGNED_IN, right

EVERY_S = 15
BEATS = "/beats"  # answered by the front


class BadRequest(Refusal):
    code = "bad_request"
    status = 400


@require_POST
@right(SIGNED_IN)
def begin(request: HttpRequest) -> HttpResponse:
    """JSON ``{resource, file}`` → ``{session, ticket, beat_url, place_s, every_s}``."""
    resource, file = asked(request)
    entry = entry_at(resource)
    if entry is None:
        raise Http404
    session, progress, ticket = acts.begin_session(entry, file, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    told = {"session": str(session.pk), "ticket": ticket, "beat_url": BEATS, "place_s": progress.place_s}
    return unkept({**told, "every_s": EVERY_S})


@require_safe
@right(SIGNED_IN)
def place(request: HttpRequest) -> HttpResponse:
    """``{place_s, at, file}``: where this person stopped, and when in ms since 1970; nulls where they never began.

    Without ``file``: in the part of a course that they were in last.
    """
    number = numeral(request.GET["file"]) or 0 if "file" in request.GET else None
    found = study.place_in(request.user, request.GET.get("resource", "")[:16], number)  # type: ignore[arg-type]
    if found is None:
        return unkept({"place_s": None, "at": None, "file": number})
    place_s = 0.0 if study.is_near_the_end(found) else found.place_s
    return unkept({"place_s": place_s, "at": int(found.changed_at.timestamp() * 1000), "file": found.file})


def asked(request: HttpRequest) -> tuple[str, int]:
    try:
        said: Any = json.loads(request.body)
        resource, file = said["resource"], said.get("file", 1)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadRequest(_("请求应是 JSON：resource、file。")) from None
    if not isinstance(resource, str) or isinstance(file, bool) or not isinstance(file, int) or not 0 < file < 10_000:
        raise BadRequest(_("请求应是 JSON：resource、file。"))
    return resource[:16], file


def unkept(told: dict[str, Any]) -> JsonResponse:
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


@require_safe
@right(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    week = study.week(user, timezone.localdate())
    most = max(line.content_s for line in week)
    shown = {
        "going_on": study.going_on(user), "finished": study.finished(user), "today": timezone.localdate(),
        "week": [(line, round(100 * line.content_s / most) if most else 0) for line in week],
        "week_s": sum(line.content_s for line in week),
    }  # fmt: skip
    return render(request, "learning/home.html", shown)


@require_safe
@right(SIGNED_IN)
def history(request: HttpRequest) -> HttpResponse:
    page = Paginator(study.history(request.user), 20).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    return render(request, "learning/history.html", {"page": page, "studied": study.with_entries(page.object_list)})


@require_POST
@right(SIGNED_IN)
def hide(request: HttpRequest) -> HttpResponse:
    """``resource`` out of the history; without it everything."""
    key = request.POST.get("resource", "")
    number = numeral(key)
    if key and number is None:
        raise Http404
    count = acts.hide(by=request.user, at=timezone.now(), resource_id=number)  # type: ignore[arg-type]
    if count:
        messages.success(request, _("已从学习记录列表中移除，学习时长不受影响。"))
    return redirect("my_history")
