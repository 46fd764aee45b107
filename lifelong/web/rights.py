"""Which right an address needs. A view says it; what says nothing is refused (RightsByDeclaration)."""

from collections.abc import Callable
from typing import Any

PUBLIC = "public"
SIGNED_IN = "signed-in"


def right(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the right a view needs: ``public``, ``signed-in`` or a row of the table in ``accounts/policy.py``.

    The middleware checks it before the view runs; rights on a single thing stay in the chapter's policy.
    """

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        view.right = name  # type: ignore[attr-defined]
        return view

    return declare


def right_of(view: Any) -> str | None:
    """The declared right of a resolved view, looking through decorators and class based views."""
    while view is not None:
        declared = getattr(view, "right", None)
        if declared:
            return str(declared)
        view = getattr(view, "__wrapped__", None)
    return None
