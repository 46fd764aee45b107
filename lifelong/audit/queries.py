"""Reads of the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Model, QuerySet
from django.db.models.functions import TruncHour

from lifelong.audit.models import AuditEntry, Seal


def entries(
    *,
    actor_id: int | None = None,
    verb: str = "",
    target_type: str = "",
    target_id: str = "",
    address: str = "",
    request_id: str = "",
    result: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Newest first; what is not given does not filter. ``verb`` may end in a dot: then a whole chapter's verbs."""
    wanted: dict[str, Any] = {
        "actor_id": actor_id, "target_type": target_type, "target_id": target_id, "address": address,
        "request_id": request_id, "result": result, "at__gte": since, "at__lt": until,
        "verb__startswith" if verb.endswith(".") else "verb": verb,
    }  # fmt: skip
    return AuditEntry.objects.filter(
        **{name: value for name, value in wanted.items() if value not in ("", None)}
    ).order_by("-id")


def entries_of(thing: Model) -> QuerySet[AuditEntry]:
    """The life of one thing, oldest first."""
    return AuditEntry.objects.filter(target_type=thing._meta.label_lower, target_id=str(thing.pk)).order_by("id")


def refused_by_hour(verbs: Sequence[str], *, since: datetime) -> list[tuple[datetime, str, int]]:
    """``(hour, address, how often)`` of what was refused, the most first."""
    found = AuditEntry.objects.filter(at__gte=since, verb__in=verbs).order_by()
    rows = found.annotate(hour=TruncHour("at")).values_list("hour", "address").annotate(n=Count("pk"))
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def user_id_of(words: str) -> int | None:
    """A person's number from the number itself or the sign-in e-mail; -1 (nobody) for anything else; None for nothing."""
    words = words.strip()
    if not words:
        return None
    if words.isdigit() and len(words) < 19:
        return int(words)
    users = get_user_model().objects.filter(email__iexact=words)
    return users.values_list("pk", flat=True).first() or -1


@dataclass(frozen=True)
class ChainState:
    newest: Seal | None
    unsealed: int  # entries behind the newest seal, counted to 10,000


def chain_state() -> ChainState:
    newest = Seal.objects.order_by("-id").first()
    tail = AuditEntry.objects.filter(pk__gt=newest.last_id if newest else 0)
    return ChainState(newest, tail[:10_000].count())


def seal_of(entry: AuditEntry) -> Seal | None:
    """The seal that covers an entry; None while it is in the unsealed tail."""
    covering = Seal.objects.filter(first_id__lte=entry.pk, last_id__gte=entry.pk).first()
    if covering and not any(first <= entry.pk <= last for first, last in covering.missing):
        return covering
    later = Seal.objects.filter(has_late=True, first_id__gt=entry.pk)
    return next((seal for seal in later if entry.pk in seal.late), None)
