"""Waive a fail, lift a waiver, clear a blocking hit: each with a reason that stays visible."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.resources.actions import steps
from lifelong.resources.lifecycle import State, Verb
from lifelong.resources.models import Finding, Round, ScreeningHit, Verdict, Version
from lifelong.review import policy
from lifelong.review.actions.decisions import MayNotDecide, ReasonMissing, authority_of, guard
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import Clearance, Decision, Waiver
from lifelong.web.refusals import Conflict, Refusal, reason_within

NOT_WAIVABLE = {"file.readable"}


class NothingToWaive(Refusal):
    code = "nothing_to_waive"


class AlreadyDone(Conflict):
    code = "already_done"


def wanted_reason(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("请写明理由，理由会一直保留并公开给各级审核人员。"), fields={"reason": _("请写明理由。")})
    return reason_within(reason)


@transaction.atomic
def waive(finding: Finding, *, reason: str, by: User, at: datetime) -> Waiver:
    """The standard is a reference standard: the province lets a fail pass, with a reason (spec 1, What stops what)."""
    round = finding.round
    if round is None or finding.verdict != Verdict.FAIL or finding.rule in NOT_WAIVABLE:
        raise NothingToWaive(_("这一条不需要或不能豁免。"))
    lock(round.version_id)
    round.version.refresh_from_db()
    guard(round, stage=Stage.PROVINCIAL, by=by)
    reason = wanted_reason(reason)
    try:
        with transaction.atomic():
            waiver = Waiver.objects.create(finding=finding, by=by, at=at, reason=reason)
    except IntegrityError as error:
        raise AlreadyDone(_("这一条刚刚已被豁免，请刷新页面查看。")) from error
    record("review.waived", by=by, of=finding, at=at, detail={"rule": finding.rule, "reason": reason})
    return waiver


@transaction.atomic
def lift(waiver: Waiver, *, reason: str, by: User, at: datetime) -> Decision:
    """The ministry does not accept a waiver: the resource goes back to the province with the reason."""
    round = Round.objects.select_related("version").get(findings=waiver.finding_id)
    lock(round.version_id)
    round.version.refresh_from_db()
    waiver.refresh_from_db()
    guard(round, stage=Stage.FINAL, by=by)
    reason = wanted_reason(reason)
    if waiver.lifted_at:
        raise AlreadyDone(_("这条豁免已被撤销。"))
    waiver.lifted_by, waiver.lifted_at, waiver.lifted_reason = by, at, reason
    waiver.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
    reasons = [{"field": waiver.finding.rule, "text": _("撤销对“%(rule)s”的豁免：%(reason)s") % {
        "rule": waiver.finding.required or waiver.finding.rule, "reason": reason,
    }}]  # fmt: skip
    decision = Decision.objects.create(
        round=round, stage=Stage.FINAL, outcome=Outcome.LIFT, by=by, authority=authority_of(by, Stage.FINAL), at=at,
        reasons=reasons,
    )  # fmt: skip
    record("review.waiver_lifted", by=by, of=waiver.finding, at=at, detail={"reason": reason})
    steps.move(
        round.version, to=State.SUBMITTED, verb=Verb.WAIVER_LIFTED, by=by, at=at, round=round, reasons=reasons
    )  # fmt: skip
    return decision


@transaction.atomic
def clear(hit: ScreeningHit, *, reason: str, by: User, at: datetime) -> Clearance:
    """A reviewer finds a blocking hit harmless here, and says why."""
    round = hit.round
    lock(round.version_id)
    round.version.refresh_from_db()
    if not policy.can_clear(by, round):
        raise MayNotDecide(_("这项资源不在您的审核环节，或属于您本单位。"))
    reason = wanted_reason(reason)
    try:
        with transaction.atomic():
            clearance = Clearance.objects.create(hit=hit, by=by, at=at, reason=reason)
    except IntegrityError as error:
        raise AlreadyDone(_("这处命中刚刚已被处理，请刷新页面查看。")) from error
    record("review.hit_cleared", by=by, of=round, at=at, detail={"word": hit.word, "reason": reason})
    return clearance


def lock(version_id: int) -> None:
    Version.objects.select_for_update().filter(pk=version_id).first()
