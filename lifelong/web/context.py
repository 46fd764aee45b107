"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lifelong.notices.queries import unread_count
from lifelong.web import desk


def page(request: HttpRequest) -> dict[str, Any]:
    """``elder`` (长辈版 on), ``theme``, ``operator`` (footer), ``demo``, ``unread`` notices, ``at_work``
    and the menu, made only where it is shown."""
    return {
        "elder": request.COOKIES.get("elder") == "1",
        "theme": request.COOKIES.get("theme", "")
        if request.COOKIES.get("theme") in {"light", "dark", "contrast"}
        else "",
        "operator": settings.OPERATOR,
        "demo": settings.DEMO,
        "unread": SimpleLazyObject(lambda: unread_count(request.user) if request.user.is_authenticated else 0),
        "at_work": SimpleLazyObject(lambda: request.user.is_authenticated and request.user.has_right("desk")),
        "menu": lambda: desk.menu_for(request.user) if request.user.is_authenticated else [],
    }
