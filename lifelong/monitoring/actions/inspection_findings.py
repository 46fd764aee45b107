"""检查问题: told, over its period, hidden, brought back; asked about, extended, dismissed, each with its trace."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.catalogue.actions import availability
from lifelong.monitoring import policy
from lifelong.monitoring.lifecycle import FINDING_STEPS, OPEN_FINDINGS, FindingState
from lifelong.monitoring.models import InspectionFinding, InspectionTarget
from lifelong.monitoring.queries.inspection import rule_of
from lifelong.monitoring.troubles import TROUBLES
from lifelong.resources.actions.steps import remember
from lifelong.resources.lifecycle import Verb
from lifelong.resources.models import Resource
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within
from lifelong.web.said import together

PATIENCE = timedelta(minutes=10)  # between two looks that people ask for
LONGEST = timedelta(days=180)
LOOK_NOW = "lifelong.monitoring.tasks.look_now"


class MayNotDecide(NotAllowed):
    code = "may_not_decide_finding"


class AlreadyEnded(Conflict):
    code = "finding_ended"


class NoReason(Refusal):
    code = "no_reason"
    status = 422


class BadDay(Refusal):
    code = "bad_day"
    status = 422


@transaction.atomic
def move(
    finding: InspectionFinding, to: FindingState, *, at: datetime, by: User | None = None, reason: str = ""
) -> InspectionFinding:
    """One step, with its trace and what follows for the resource. Raises ``AlreadyEnded`` where no such step leads on."""
    locked = InspectionFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    before = FindingState(locked.state)
    if to not in FINDING_STEPS[before]:
        raise AlreadyEnded(_("这个问题目前为“%(now)s”，请刷新页面查看。") % {"now": before.label})
    finding.state = locked.state = to
    finding.reason = locked.reason = reason or locked.reason
    if to == FindingState.CONFIRMED:
        finding.confirmed_at = locked.confirmed_at = at
    if to == FindingState.HIDDEN:
        finding.hidden_at = locked.hidden_at = at
    if not FINDING_STEPS[to]:
        finding.ended_at = locked.ended_at = at
        finding.ended_by = locked.ended_by = by
        finding.brake = locked.brake = None
    locked.save()
    audit.record("monitoring.finding_moved", by=by, of=locked, at=at, detail=_detail(locked, before, reason))
    if before == FindingState.HIDDEN and to in {FindingState.CURED, FindingState.DISMISSED}:
        _bring_back(locked, at=at)
    elif before == FindingState.NOTICED and to == FindingState.CURED:
        note_step(locked, Verb.TROUBLE_CURED, at=at)
    return finding


def _detail(finding: InspectionFinding, before: FindingState, reason: str) -> dict[str, str]:
    said = {
        "resource": finding.resource.resource_id, "trouble": finding.trouble, "from": before.value, "to": finding.state,
        "why": reason,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def note_step(finding: InspectionFinding, verb: Verb, *, at: datetime) -> None:
    """A line of the resource's timeline."""
    version = finding.resource.online_version
    if version is not None:
        remember(version, verb=verb, by=None, at=at, note=together(TROUBLES[finding.trouble].named, finding.note))


def _bring_back(finding: InspectionFinding, *, at: datetime) -> bool:
    """Unless something else of ours, or a person, keeps it out."""
    others = InspectionFinding.objects.filter(resource=finding.resource_id, state=FindingState.HIDDEN)
    if others.exclude(pk=finding.pk).exists():
        return False
    cured = finding.state == FindingState.CURED
    words = gettext_noop("定期检查发现的问题已解决") if cured else gettext_noop("平台运营核实后排除")
    reason = together(words, TROUBLES[finding.trouble].named)
    return availability.restore_unattended(finding.resource, reason=reason, at=at)


def hide(finding: InspectionFinding, *, at: datetime) -> bool:
    """自动下架. False where there is nothing to hide: it is not online by another's doing.

    What everybody reads is what kind of trouble it is: what was found (words that are banned, names of files) is for those
    who mend it.
    """
    ours = InspectionFinding.objects.filter(resource=finding.resource_id, state=FindingState.HIDDEN).exists()
    told = gettext_noop("已通知资源所属单位；修好并复查正常后恢复，没有固定的日期。")
    reason = together(TROUBLES[finding.trouble].named, told)
    if not availability.suspend_unattended(finding.resource, reason=reason, at=at) and not ours:
        return False
    move(finding, FindingState.HIDDEN, at=at)
    return True


# What people decide


@transaction.atomic
def ask_recheck(finding: InspectionFinding, *, by: User, at: datetime) -> InspectionFinding:
    """「我已修好，请复查」: a machine looks at once; what only people can tell goes to the operator's desk."""
    locked = _locked(finding)
    if not policy.can_ask_recheck(by, locked):
        raise MayNotDecide(_("只有资源所属单位和平台运营可以请求复查，且问题还没有结束。"))
    if locked.asked_at is not None and timedelta() <= at - locked.asked_at < PATIENCE:
        raise Conflict(_("刚刚已经请求过复查，请过 10 分钟再来。"))
    locked.asked_at = at
    locked.save(update_fields=["asked_at"])
    if locked.target_id:
        InspectionTarget.objects.filter(pk=locked.target_id).update(look_at=at)
        jobs.enqueue(LOOK_NOW, locked.target_id, party=locked.resource.institution_id)
    audit.record("monitoring.recheck_asked", by=by, of=locked, at=at)
    return locked


@transaction.atomic
def extend(finding: InspectionFinding, *, until: datetime, reason: str, by: User, at: datetime) -> InspectionFinding:
    locked = _locked(finding)
    if not policy.can_extend(by, locked):
        raise MayNotDecide(_("延期由平台运营办理，且问题还在整改期内。"))
    if not at < until <= at + LONGEST:
        raise BadDay(_("新的期限应在今天以后、180 天以内。"), fields={"until": _("应在今天以后、180 天以内。")})
    reason = _wanted(reason)
    before = locked.due_at
    locked.due_at, locked.over_at, locked.brake = until, None, None
    locked.save(update_fields=["due_at", "over_at", "brake"])
    detail = {"from": before.isoformat() if before else "", "to": until.isoformat(), "why": reason}
    audit.record("monitoring.finding_extended", by=by, of=locked, at=at, detail=detail)
    return locked


@transaction.atomic
def dismiss(finding: InspectionFinding, *, reason: str, by: User, at: datetime) -> InspectionFinding:
    """排除: no trouble, with a reason; the same is not found again until it changes."""
    locked = _locked(finding)
    if not policy.can_dismiss(by, locked):
        raise MayNotDecide(_("排除问题由平台运营办理，且问题还没有结束。"))
    reason = _wanted(reason)
    target = InspectionTarget.objects.select_for_update(of=("self",)).filter(findings=locked).first()
    last = locked.looks.filter(outcome="bad").first()
    if target is not None and last is not None:
        target.dismissed, target.look_at = last.evidence.get("print", ""), None
        target.save(update_fields=["dismissed", "look_at"])
    return move(locked, FindingState.DISMISSED, by=by, at=at, reason=reason)


@transaction.atomic
def settle_by_person(finding: InspectionFinding, *, reason: str, by: User, at: datetime) -> InspectionFinding:
    """What was reported by people is cured when the operator has seen it."""
    locked = _locked(finding)
    if not policy.can_settle(by, locked):
        raise MayNotDecide(_("公众反映的问题由平台运营核实是否已修好。"))
    return move(locked, FindingState.CURED, by=by, at=at, reason=_wanted(reason))


def _locked(finding: InspectionFinding) -> InspectionFinding:
    return InspectionFinding.objects.select_for_update(of=("self",)).select_related("resource").get(pk=finding.pk)


def _wanted(reason: str) -> str:
    reason = reason_within(reason)
    if len(reason) < 2:
        raise NoReason(_("请写明原因。"), fields={"reason": _("请写明原因，单位会看到。")})
    return reason


# What happens to the resource elsewhere


def open_of(resource: Resource | int) -> QuerySet[InspectionFinding]:
    return InspectionFinding.objects.filter(resource=resource, state__in=OPEN_FINDINGS).select_related("resource")


def replaced(targets: Iterable[int], *, at: datetime) -> None:
    """What was wrong is no longer part of the resource: a new version has taken its place."""
    gone = InspectionFinding.objects.filter(target__in=list(targets), state__in=OPEN_FINDINGS)
    for finding in gone.select_related("resource"):
        suspected = finding.state == FindingState.SUSPECTED
        move(
            finding,
            FindingState.CLEARED if suspected else FindingState.CURED,
            at=at,
            reason=gettext_noop("出问题的内容已由新版本替换。"),
        )


@transaction.atomic
def retired(resource: Resource, *, at: datetime) -> None:
    for finding in open_of(resource):
        move(finding, FindingState.ENDED, at=at, reason=gettext_noop("资源已出库。"))
    InspectionTarget.objects.filter(resource=resource).delete()


@transaction.atomic
def brought_back(resource: Resource, *, at: datetime) -> None:
    """A person put it online although it is not cured: its period begins anew."""
    for finding in open_of(resource).filter(state=FindingState.HIDDEN):
        move(finding, FindingState.NOTICED, at=at, reason=gettext_noop("由人恢复上线，整改期重新计算。"))
        days = max(1, rule_of(finding.trouble).cure_days)
        InspectionFinding.objects.filter(pk=finding.pk).update(
            due_at=at + timedelta(days=days), over_at=None, hidden_at=None, brake=None
        )


def address_of(finding: InspectionFinding) -> str:
    return reverse("inspection-finding", args=[finding.pk])
