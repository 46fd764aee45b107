"""The audit trail: who did what to what, from where, with what result. Rows are only ever added."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model


def record(
    verb: str,
    *,
    by: Any = None,
    of: "Model | None" = None,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
    result: str = "done",
) -> None:
    """Add one entry, in the caller's transaction: what rolls back leaves no trace, what commits leaves one.

    ``verb`` is ``chapter.past_tense`` (``review.forwarded``); ``by`` the person, a name for a part of the system, or None
    (the platform itself, or the visitor of the present request); ``of`` what it was done to; ``detail`` JSON values without
    personal data in clear; ``result`` ``done | refused | failed``.
    """
    from lifelong.audit.actions import record as add

    add(verb, by=by, of=of, detail=detail, at=at, result=result)
