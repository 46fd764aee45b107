"""Decide on a round at a stage, many at once, and take a decision back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifelong.accounts.models import Appointment, Authority, User
from lifelong.audit import record
from lifelong.calls import windows
from lifelong.calls.lifecycle import Stage as Window
from lifelong.notices import send
from lifelong.resources.actions import findings, steps
from lifelong.resources.lifecycle import State, Verb
from lifelong.resources.models import Round, Version
from lifelong.resources.queries.reach import under_way
from lifelong.review import policy
from lifelong.review.actions import holding
from lifelong.review.lifecycle import LEADS_TO, WAITS_IN, Outcome, Stage
from lifelong.review.models import Batch, BatchItem, Decision, Hold, Opening
from lifelong.review.queries.obstacles import Obstacle, obstacles_of
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within
from lifelong.web.templatetags.web import deadline, moment

VERBS = {
    (Stage.PROVINCIAL, Outcome.FORWARD): Verb.FORWARDED,
    (Stage.PROVINCIAL, Outcome.RETURN): Verb.RETURNED,
    (Stage.PROVINCIAL, Outcome.REFUSE): Verb.REFUSED,
    (Stage.FINAL, Outcome.ACCEPT): Verb.ACCEPTED,
    (Stage.FINAL, Outcome.RETURN): Verb.RETURNED_TO_PROVINCE,
    (Stage.FINAL, Outcome.REFUSE): Verb.REFUSED,
}
WINDOW = {Stage.PROVINCIAL: Window.PROVINCIAL_REVIEW, Stage.FINAL: Window.FINAL_REVIEW}
NEEDS_REASON = {Outcome.RETURN, Outcome.REFUSE}


class MayNotDecide(NotAllowed):
    code = "may_not_decide"


class AlreadyDecided(Conflict):
    code = "already_decided"


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


class NotReady(Refusal):
    """Something still stops it: a running check, an unwaived fail, a blocking hit."""

    code = "not_ready"

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(
            _("现在还不能通过：%(why)s") % {"why": "；".join(o.text for o in obstacles)}, obstacles=obstacles
        )


class CannotTakeBack(Refusal):
    code = "cannot_take_back"


@transaction.atomic
def decide(
    round: Round,
    *,
    stage: Stage,
    outcome: Outcome,
    by: User,
    at: datetime,
    reasons: Iterable[dict[str, str]] = (),
    note: str = "",
    due_at: datetime | None = None,
    request_key: UUID | None = None,
) -> Decision:
    """Forward, accept, return or refuse (spec 1, Reviews 2–3).

    ``reasons``: ``[{"field": "title" | "", "text": "…"}]``; a return and a refusal need one. ``due_at`` belongs to a
    provincial return; default the call's days. Two officers at once give one decision; the second gets ``AlreadyDecided``. A request
    that is sent again after a lost answer names the same ``request_key`` and gets the decision it made.
    """
    version = Version.objects.select_for_update(of=("self",)).select_related("resource__institution").get(
        pk=round.version_id
    )  # fmt: skip
    round.version = version
    if made := made_before(round, by, request_key):
        return made
    guard(round, stage=stage, by=by)
    nobody_else_on(round, stage=stage, by=by, at=at)
    given = sound(round, stage, outcome, reasons)
    if (stage, outcome) == (Stage.PROVINCIAL, Outcome.RETURN):
        due_at = due_at or at + timedelta(days=round.call.return_days if round.call else 3)
    else:
        due_at = None
    decision = Decision.objects.create(
        round=round, stage=stage, outcome=outcome, by=by, authority=authority_of(by, stage), at=at, reasons=given,
        note=note.strip(), due_at=due_at, late=is_late(round, stage, at), request_key=request_key,
    )  # fmt: skip
    record(
        "review.decided", by=by, of=decision, at=at, detail={"stage": stage, "outcome": outcome, "late": decision.late}
    )
    steps.move(
        version, to=LEADS_TO[stage, outcome], verb=VERBS[stage, outcome], by=by, at=at, round=round, reasons=given,
        note=decision.note, due_at=due_at,
    )  # fmt: skip
    tell(decision)
    Hold.objects.filter(round=round, stage=stage).delete()
    return decision


def made_before(round: Round, by: User, request_key: UUID | None) -> Decision | None:
    """What this very request decided already; one that was taken back since is no answer to it."""
    if request_key is None:
        return None
    made = Decision.objects.filter(request_key=request_key, by=by, round=round).first()
    if made and hasattr(made, "taken_back_by"):
        raise AlreadyDecided(what_happened(round.version))
    return made


def sound(round: Round, stage: Stage, outcome: Outcome, reasons: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The reasons as they are kept; raises where the outcome is none of the stage, lacks a reason, or something stops it."""
    if (stage, outcome) not in LEADS_TO:
        raise MayNotDecide(
            _("%(stage)s阶段没有“%(outcome)s”这个选项。") % {"stage": stage.label, "outcome": outcome.label}
        )
    given = [
        {"field": r.get("field", ""), "text": reason_within(r["text"])} for r in reasons if r.get("text", "").strip()
    ]
    if outcome in NEEDS_REASON and not given:
        raise ReasonMissing(_("请写明理由，单位会据此修改。"), fields={"reasons": _("请至少写一条理由。")})
    if outcome in {Outcome.FORWARD, Outcome.ACCEPT} and (found := obstacles_of(round, stage)):
        raise NotReady(found)
    return given


def nobody_else_on(round: Round, *, stage: Stage, by: User, at: datetime) -> None:
    """Two officers are never on the same one unknowingly: whoever wants it takes it over first."""
    hold = holding.standing(round, stage, at)
    if hold and hold.user_id != by.pk:
        raise holding.held_by_other(hold)


def guard(round: Round, *, stage: Stage, by: User) -> None:
    """Raises where the round is no longer the one that waits, or the person may not decide it."""
    version = round.version
    newest = version.rounds.order_by("-number").values_list("pk", flat=True).first()
    if version.state != WAITS_IN[stage] or newest != round.pk:
        raise AlreadyDecided(what_happened(version))
    if why := policy.why_not_decide(by, round, stage):
        raise MayNotDecide(why)


def what_happened(version: Version) -> str:
    """The sentence for whoever came second."""
    last = version.steps.select_related("by").order_by("-at", "-id").first()
    facts = {"title": version.title, "now": State(version.state).label}
    if last is None:
        return _("《%(title)s》目前为“%(now)s”，不在您这一环节。") % facts
    facts |= {"who": steps.masked(last.by), "when": moment(last.at)}
    return _("《%(title)s》已由 %(who)s 于 %(when)s 处理，目前为“%(now)s”。请刷新页面查看。") % facts


def authority_of(user: User, stage: Stage) -> Authority:
    """In whose name the person decides at this stage."""
    roles = ["deciding_officer"] if stage == Stage.PROVINCIAL else ["final_reviewer"]
    held = Appointment.objects.filter(user=user, role__in=roles, ends_at__isnull=True).select_related("authority")
    found = held.order_by("pk").first()
    if found is None:
        raise MayNotDecide(_("您目前没有这一环节的审核任职。"))
    return found.authority


def is_late(round: Round, stage: Stage, at: datetime) -> bool:
    """The review windows are targets: late work is flagged, never locked."""
    return round.call is not None and windows.is_late(round.call, WINDOW[stage], at, round.version.resource.institution)


@dataclass
class ManyDecided:
    """What a bulk decision did: how many went, and why each of the rest did not."""

    done: list[Decision] = field(default_factory=list)
    left: list[tuple[Version, str]] = field(default_factory=list)

    def __str__(self) -> str:
        done = ngettext("已处理 %(n)s 项", "已处理 %(n)s 项", len(self.done)) % {"n": len(self.done)}
        return done if not self.left else done + _("，%(n)s 项未处理，原因见下") % {"n": len(self.left)}


def decide_many(
    rounds: Iterable[Round],
    *,
    stage: Stage,
    outcome: Outcome,
    by: User,
    at: datetime,
    reasons: Iterable[dict[str, str]] = (),
    note: str = "",
) -> ManyDecided:
    """Each in a transaction of its own: the clean ones go, the rest are listed with their reasons."""
    result, reasons = ManyDecided(), list(reasons)
    for round in rounds:
        try:
            result.done.append(decide(round, stage=stage, outcome=outcome, by=by, at=at, reasons=reasons, note=note))
        except Refusal as refusal:
            result.left.append((round.version, str(refusal)))
    return result


@transaction.atomic
def take_back(decision: Decision, *, by: User, at: datetime, note: str = "") -> Decision:
    """The maker takes a decision back, by a new row, until the next stage has opened it (spec 1, Submission)."""
    version = Version.objects.select_for_update(of=("self",)).select_related("resource__institution").get(
        pk=decision.round.version_id
    )  # fmt: skip
    if not policy.can_take_back(by, decision):
        raise MayNotDecide(_("只有作出决定的本人可以收回，且只能收回一次。"))
    if why := moved_on(decision, version):
        raise CannotTakeBack(why)
    stage = Stage(decision.stage)
    row = Decision.objects.create(
        round=decision.round, stage=stage, outcome=Outcome.TAKE_BACK, by=by, authority=decision.authority, at=at,
        note=reason_within(note), takes_back=decision,
    )  # fmt: skip
    record("review.taken_back", by=by, of=row, at=at, detail={"decision": decision.pk})
    steps.move(
        version, to=WAITS_IN[stage], verb=Verb.TAKEN_BACK, by=by, at=at, round=decision.round, note=row.note
    )  # fmt: skip
    findings.judge_reopened(version, at=at)
    send(
        version.rounds.get(pk=decision.round_id).submitted_by,
        subject=_("《%(title)s》的审核决定已收回") % {"title": version.title},
        text=_("%(authority)s收回了此前的“%(outcome)s”决定，资源回到审核中，请等待新的结果。")
        % {"authority": decision.authority, "outcome": decision.get_outcome_display()},
        at=at,
    )
    return row


@transaction.atomic
def release(round: Round, *, by: User, at: datetime, reason: str) -> Decision:
    """待上线 → back to the province in one step: out of the batch that holds it, with the ministry's reason.

    Raises ``MayNotDecide``, ``ReasonMissing``, or ``AlreadyDecided`` where it is not waiting to go online any more.
    """
    reason = reason_within(reason)
    if not reason:
        raise ReasonMissing(_("请写明退回的理由，省级会据此处理。"), fields={"reason": _("请写明退回的理由。")})
    item = BatchItem.objects.filter(version=round.version_id, pulled_at__isnull=True).first()
    if item is not None:  # the batch first, as its publication does, so that the two never wait for each other
        Batch.objects.select_for_update().get(pk=item.batch_id)
    version = Version.objects.select_for_update(of=("self",)).select_related("resource__institution").get(
        pk=round.version_id
    )  # fmt: skip
    round.version = version
    newest = version.rounds.order_by("-number").values_list("pk", flat=True).first()
    if version.state != State.ACCEPTED or newest != round.pk:
        raise AlreadyDecided(what_happened(version))
    if why := policy.why_not_decide(by, round, Stage.FINAL):
        raise MayNotDecide(why)
    given = [{"field": "", "text": reason}]
    decision = Decision.objects.create(
        round=round, stage=Stage.FINAL, outcome=Outcome.RETURN, by=by, authority=authority_of(by, Stage.FINAL), at=at,
        reasons=given, late=is_late(round, Stage.FINAL, at),
    )  # fmt: skip
    record("review.released", by=by, of=decision, at=at, detail={"batch": item.batch.number if item else ""})
    steps.move(
        version, to=State.SUBMITTED, verb=Verb.RETURNED_TO_PROVINCE, by=by, at=at, round=round, reasons=given
    )  # fmt: skip
    findings.judge_reopened(version, at=at)
    tell(decision)
    return decision


def moved_on(decision: Decision, version: Version) -> str:
    """Why the decision can no longer be taken back; empty where it can."""
    if version.state != LEADS_TO.get((Stage(decision.stage), Outcome(decision.outcome))):
        return what_happened(version)
    newest = version.rounds.order_by("-number").values_list("pk", flat=True).first()
    if newest != decision.round_id:
        return _("单位已重新报送，不能再收回。")
    if decision.outcome == Outcome.REFUSE and (going := under_way(version.resource)) is not None:
        return _("单位已开始第 %(n)s 版，不能再收回。") % {"n": going.number}
    opened = Opening.objects.filter(round=decision.round, stage=Stage.FINAL, last_at__gt=decision.at)
    if decision.outcome == Outcome.FORWARD and opened.exists():
        return _("终审已打开这项资源，不能再收回；如需更正，请联系终审退回。")
    if decision.outcome == Outcome.RETURN and version.saved_at > decision.at:
        return _("单位已开始修改，不能再收回。")
    if (
        decision.outcome == Outcome.ACCEPT
        and BatchItem.objects.filter(version=version, pulled_at__isnull=True).exists()
    ):
        return _("这项资源已编入批次，请先从批次中移出。")
    return ""


@transaction.atomic
def note_opening(round: Round, *, stage: Stage, by: User, at: datetime) -> None:
    """Remember that someone opened the round at this stage."""
    row, made = Opening.objects.get_or_create(
        round=round, stage=stage, user=by, defaults={"first_at": at, "last_at": at}
    )  # fmt: skip
    if not made:
        row.last_at = at
        row.save(update_fields=["last_at"])


def tell(decision: Decision) -> None:
    """Every decision reaches the reporter in the site and by e-mail."""
    version = decision.round.version
    lines = [_("%(authority)s对《%(title)s》作出决定：%(outcome)s。") % {
        "authority": decision.authority, "title": version.title, "outcome": decision.get_outcome_display(),
    }]  # fmt: skip
    lines += [f"· {reason['text']}" for reason in decision.reasons]
    if decision.note:
        lines.append(decision.note)
    if decision.due_at:
        lines.append(_("请于 %(when)s 前修改后重新报送。") % {"when": deadline(decision.due_at)})
    send(
        decision.round.submitted_by,
        subject=_("《%(title)s》：%(outcome)s") % {"title": version.title, "outcome": decision.get_outcome_display()},
        text="\n".join(lines),
        url=f"/work/resources/{version.resource.resource_id}/",
        kind="decision.returned" if decision.outcome == Outcome.RETURN else "decision",
        at=decision.at,
    )
