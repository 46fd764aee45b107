"""Removing whole sealed stretches that have been kept long enough: an explicit act with a reason, never a timer."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.audit.actions.recording import record
from lifelong.audit.models import AuditEntry, Purge, Seal
from lifelong.audit.triggers import KEEP_DAYS
from lifelong.web.refusals import Refusal


class TooYoung(Refusal):
    code = "audit.too_young"


class NothingToPurge(Refusal):
    code = "audit.nothing_to_purge"


class ReasonMissing(Refusal):
    code = "audit.reason_missing"


@transaction.atomic
def purge(*, before: datetime, reason: str, by: Any, at: datetime) -> Purge:
    """Remove the entries of every seal made before ``before``, which is at least six months ago.

    The seals stay and the purge is recorded in a row of its own and in the trail, so the chain still tells how many
    entries there were.
    """
    if not reason.strip():
        raise ReasonMissing(_("请写明清除的原因和批准人，例如「按 2026 年第 3 号审批单，已离线归档」。"))
    if before > at - timedelta(days=KEEP_DAYS):
        raise TooYoung(
            _("审计记录至少保存 %(days)s 天。只能清除 %(latest)s 之前的记录，请改用更早的日期。")
            % {"days": KEEP_DAYS, "latest": f"{timezone.localtime(at - timedelta(days=KEEP_DAYS)):%Y-%m-%d}"}
        )
    done = Purge.objects.order_by("-seal_id").values_list("seal_id", flat=True).first() or 0
    seal = Seal.objects.filter(at__lt=before, pk__gt=done).order_by("-id").first()
    if seal is None:
        raise NothingToPurge(_("这个日期之前没有可以清除的记录。"))
    covered = _covered(seal)
    count = covered.count()
    mark = Purge.objects.create(
        seal=seal, last_id=seal.last_id, count=count, before=before, at=at,
        actor_id=getattr(by, "pk", None), reason=reason,
    )  # fmt: skip
    covered._raw_delete(covered.db)  # no cascades: nothing points at an entry
    detail = {"seal": seal.pk, "last_id": seal.last_id, "count": count, "reason": reason}
    record("audit.purged", by=by, of=mark, at=at, detail=detail)
    return mark


def _covered(seal: Seal) -> Any:
    """Entries of the seals up to ``seal``; what a later seal took in as late stays."""
    later = Seal.objects.filter(pk__gt=seal.pk, has_late=True).values_list("late", flat=True)
    kept = [number for numbers in later for number in numbers]
    return AuditEntry.objects.filter(pk__lte=seal.last_id).exclude(pk__in=kept)
