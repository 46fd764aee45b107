"""Adding entries."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from lifelong.audit.canonical import plain
from lifelong.audit.masks import mask_email, mask_name
from lifelong.audit.models import ActorKind, AuditEntry
from lifelong.web import facts


def record(
    verb: str,
    *,
    by: Any = None,
    of: Any = None,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
    result: str = "done",
) -> None:
    """See ``lifelong.audit.record``."""
    now = timezone.now()
    request = facts.current()
    kind, number, label = _actor(by, request)
    AuditEntry.objects.create(
        at=at or now,
        written_at=now,
        actor_kind=kind,
        actor_id=number,
        actor_label=plain(label)[:80],
        address=plain(request.address)[:64],
        request_id=plain(request.request_id)[:64],
        verb=verb,
        target_type=of._meta.label_lower if of is not None else "",
        target_id=str(of.pk)[:64] if of is not None else "",
        target_label=plain(label_of(of))[:200],
        detail=plain(detail or {}),
        result=result,
    )


def _actor(by: Any, request: facts.Facts) -> tuple[ActorKind, int | None, str]:
    if isinstance(by, str):
        return ActorKind.SYSTEM, None, by
    if by is not None and getattr(by, "pk", None) is not None:
        return ActorKind.PERSON, by.pk, label_of(by)
    return (ActorKind.VISITOR if request.address else ActorKind.SYSTEM), None, ""


def label_of(thing: Any) -> str:
    """What an entry calls a thing: a person masked; ``audit_label`` where the model has one; else its ``str``."""
    if thing is None:
        return ""
    if isinstance(thing, get_user_model()):
        name = thing.get_full_name()
        return mask_email(name) if "@" in name else mask_name(name)
    return str(getattr(thing, "audit_label", thing))
