"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lifelong.notices.queries import unread_count
from lifelong.texts.queries import operator_now
from lifelong.web import desk


def page(request: HttpRequest) -> dict[str, Any]:
    """``elder`` (长辈版 on), ``theme``, ``operator`` (footer), ``demo``, ``mail_waits`` (no server is set), ``unread`` notices, ``at_work``,
    ``own_layout`` of a person's own pages, and the menu, made only where it is shown."""
    return {
        "elder": request.COOKIES.get("elder") == "1",
        "theme": request.COOKIES.get("theme", "")
        if request.COOKIES.get("theme") in {"light", "dark", "contrast"}
        else "",
        "operator": SimpleLazyObject(operator_now),
        "demo": settings.DEMO,
        "mail_waits": not settings.EMAIL_URL,
        "unread": SimpleLazyObject(lambda: unread_count(request.user) if request.user.is_authenticated else 0),
        "at_work": SimpleLazyObject(lambda: request.user.is_authenticated and request.user.has_right("desk")),
        "own_layout": lambda: _layout_for(request.user),
        "menu": lambda: desk.menu_for(request.user) if request.user.is_authenticated else [],
    }


def _layout_for(user: Any) -> str:
    """A person's own pages stand among what they do: the desk, or the learner's pages."""
    return "web/desk.html" if user.is_authenticated and user.has_right("desk") else "web/mine.html"
