"""学时证明: issued to the learner, frozen with what it is made of; revoked by the operator with a reason."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.learning import policy
from lifelong.learning.actions import statements
from lifelong.learning.models import Certificate
from lifelong.learning.queries import study
from lifelong.notices import send
from lifelong.resources.identifiers import new_id
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

SHORTEST_S = 60.0
MOST_IN_A_DAY = 20
LONGEST_REASON = 200


class NothingStudied(Refusal):
    code = "nothing_studied"
    status = 422


class TooManyCertificates(Refusal):
    code = "too_many_certificates"
    status = 429


class MayNotRevoke(NotAllowed):
    code = "may_not_revoke"


class AlreadyRevoked(Conflict):
    code = "already_revoked"


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


@transaction.atomic
def issue(*, name: str, from_date: date, to_date: date, by: User, at: datetime) -> Certificate:
    """Freezes the hours of the period, both days included; the same again within a day is the one there is. Raises ``NothingStudied``, ``TooManyCertificates``."""
    User.objects.select_for_update().get(pk=by.pk)
    of_today = Certificate.objects.filter(user=by, issued_at__gt=at - timedelta(days=1))
    record = study.record(by, from_date, to_date)
    told: dict[str, Any] = {
        "name": name.strip(), "from_date": from_date, "to_date": to_date,
        "content_s": round(record.content_s, 1), "wall_s": round(record.wall_s, 1),
    }  # fmt: skip
    if again := of_today.filter(**told, revoked_at=None).first():
        return again
    if of_today.count() >= MOST_IN_A_DAY:
        raise TooManyCertificates(_("一天最多开具 %s 份证明，请明天再来。") % MOST_IN_A_DAY)
    if record.content_s < SHORTEST_S:
        text = _("这段时间学习不满 1 分钟，不能开具。请另选起止日期，或继续学习。")
        raise NothingStudied(text, fields={"since": text})
    items = [
        {"resource_id": line.resource_id, "title": line.title, "institution": line.institution,
         "content_s": round(line.content_s, 1)}
        for line in record.lines if line.content_s > 0
    ]  # fmt: skip
    certificate = Certificate.objects.create(**told, number=new_id(), user=by, items=items, issued_at=at)
    period = {"from": from_date.isoformat(), "to": to_date.isoformat(), "content_s": certificate.content_s}
    statements.note_certificate(certificate, at=at)
    audit.record("learning.certificate_issued", by=by, of=certificate, at=at, detail=period)
    return certificate


@transaction.atomic
def revoke(certificate: Certificate, *, reason: str, by: User, at: datetime) -> Certificate:
    """Its holder learns of it. Raises ``MayNotRevoke``, ``AlreadyRevoked``, ``ReasonMissing``."""
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_at is not None:
        raise AlreadyRevoked(_("证明 %s 早已作废。") % locked.number)
    if not policy.can_revoke(by, locked):
        raise MayNotRevoke(_("学时证明由平台运营人员作废。"))
    if len(reason.strip()) < 2:
        text = _("请写明作废的原因，持有人会看到。")
        raise ReasonMissing(text, fields={"reason": text})
    locked.revoked_at, locked.revoked_for = at, reason.strip()[:LONGEST_REASON]
    locked.save(update_fields=["revoked_at", "revoked_for"])
    audit.record("learning.certificate_revoked", by=by, of=locked, at=at, detail={"reason": locked.revoked_for})
    if locked.user is not None:
        send(
            locked.user, subject=_("学时证明 %s 已作废") % locked.number, text=locked.revoked_for,
            url=reverse("my_certificates"), kind="learning.certificate_revoked", at=at,
        )  # fmt: skip
    return locked
