"""Say of a resource that looks like the one under review whether it is the same. Kept, shown, and stops nothing."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.resources.models import Resource, Round
from lifelong.review import policy
from lifelong.review.actions.decisions import MayNotDecide
from lifelong.review.actions.waivers import lock
from lifelong.review.models import DoubleVerdict
from lifelong.web.refusals import Refusal, reason_within


class NotAsked(Refusal):
    code = "double_not_asked"
    status = 422


@transaction.atomic
def judge(round: Round, other: Resource, *, verdict: str, note: str, by: User, at: datetime) -> DoubleVerdict:
    """A new opinion stands beside the older ones; the newest counts."""
    lock(round.version_id)
    round.version.refresh_from_db()
    if not policy.can_judge_double(by, round):
        raise MayNotDecide(_("这项资源不在您的审核环节，或属于您本单位。"))
    if verdict not in DoubleVerdict.Verdict.values:
        message = _("请选择一项查重意见。")
        raise NotAsked(message, fields={"verdict": message})
    kept = DoubleVerdict.objects.create(
        round=round, other=other, verdict=verdict, note=reason_within(note), by=by, at=at
    )
    detail = {"other": other.resource_id, "verdict": verdict, "note": kept.note}
    record("review.double_judged", by=by, of=round, at=at, detail=detail)
    return kept
