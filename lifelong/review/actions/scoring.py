"""What an expert does: open, save as one types, hand in, decline, declare a conflict; and what officers keep of experts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.institutions.models import Institution
from lifelong.notices import send
from lifelong.review import criteria as standard
from lifelong.review import policy
from lifelong.review.actions.panels import PanelMoved, ReasonMissing
from lifelong.review.lifecycle import ASSIGNMENT_NEXT, AssignmentState, PanelState
from lifelong.review.models import Assignment, ConflictDeclaration, ExpertProfile, ScoreSheet
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within


class MayNotScore(NotAllowed):
    code = "may_not_score"


class SheetIncomplete(Refusal):
    code = "sheet_incomplete"
    status = 422


class EditConflict(Conflict):
    """Saved elsewhere since; ``theirs`` is that sheet."""

    code = "edit_conflict"


def _held(assignment: Assignment, by: User) -> Assignment:
    """The task under lock, still to be scored by this person."""
    held = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("item__panel", "item__round__version__resource__institution", "expert")
        .get(pk=assignment.pk)
    )
    if not policy.can_score(by, held):
        if held.expert_id == by.pk and (
            held.state != AssignmentState.ASSIGNED or held.item.panel.state != PanelState.OPEN
        ):
            raise PanelMoved(_("这项任务现在是“%(now)s”，不能再改。") % {"now": held.get_state_display()})
        raise MayNotScore(_("这项评审没有分配给您。"))
    return held


def _asked(assignment: Assignment) -> list[standard.Criterion]:
    return standard.criteria(assignment.item.panel.criteria).of_type(assignment.item.round.version.type)


@transaction.atomic
def note_first_opening(assignment: Assignment, *, by: User, at: datetime) -> None:
    """From here the time taken is reckoned."""
    if policy.can_score(by, assignment) and assignment.opened_at is None:
        Assignment.objects.filter(pk=assignment.pk, opened_at__isnull=True).update(opened_at=at)
        assignment.opened_at = at


@transaction.atomic
def save_sheet(assignment: Assignment, *, typed: dict[str, Any], revision: int, by: User, at: datetime) -> ScoreSheet:
    """Keep what was typed so far. Two tabs never overwrite each other: an older revision gets ``EditConflict``."""
    held = _held(assignment, by)
    scores = standard.read(_asked(held), typed)
    opinion = str(typed.get("opinion", "")).strip()[: standard.OPINION_MOST]
    sheet = held.sheets.filter(released_at__isnull=True).first()
    if sheet is None:
        sheet = ScoreSheet(assignment=held, revision=0)
    if (scores, opinion) == (sheet.scores, sheet.opinion) and sheet.pk:
        return sheet
    if sheet.revision != revision:
        raise EditConflict(_("这份评分刚在另一个窗口改过。"), theirs=sheet)
    sheet.scores, sheet.opinion, sheet.saved_at, sheet.revision = scores, opinion, at, revision + 1
    sheet.save()
    return sheet


@transaction.atomic
def hand_in(assignment: Assignment, *, by: User, at: datetime) -> ScoreSheet:
    """Final for the expert; only now are the others' scores shown (spec 1: blind until one's own is in)."""
    held = _held(assignment, by)
    asked = _asked(held)
    sheet = held.sheets.filter(released_at__isnull=True).first()
    scores = sheet.scores if sheet else {}
    if gaps := standard.gaps(asked, scores):
        raise SheetIncomplete(_("还有 %(n)s 项没有评完。") % {"n": len(gaps)}, fields=gaps)
    assert sheet is not None
    sheet.total, sheet.vetoes, sheet.submitted_at = standard.total(asked, scores), standard.vetoes(asked, scores), at
    sheet.save(update_fields=["total", "vetoes", "submitted_at"])
    _leave(held, AssignmentState.SUBMITTED)
    held.save(update_fields=["state"])
    record(
        "review.sheet_handed_in",
        by=by,
        of=held.item.round,
        at=at,
        detail={"panel": held.item.panel_id, "vetoes": sheet.vetoes},
    )
    return sheet


def _leave(assignment: Assignment, to: AssignmentState) -> None:
    if to not in ASSIGNMENT_NEXT[AssignmentState(assignment.state)]:
        raise PanelMoved(_("这项任务现在是“%(now)s”，不能再改。") % {"now": assignment.get_state_display()})
    assignment.state = to


@transaction.atomic
def decline(assignment: Assignment, *, conflict: bool, reason: str, by: User, at: datetime) -> Assignment:
    """Give a task back with the reason; ties to the institution are kept, and its other resources come back, too."""
    held = _held(assignment, by)
    if not reason.strip():
        raise ReasonMissing(_("请写明原因，组织评审的人员据此另请专家。"), fields={"reason": _("请写明原因。")})
    reason = reason_within(reason)
    institution = held.item.round.version.resource.institution
    if conflict:
        declare_conflict(institution, reason=reason, by=by, at=at)
        held.refresh_from_db()
        return held
    _give_back([held], reason=reason, conflict=False, by=by, at=at)
    return held


@transaction.atomic
def declare_conflict(institution: Institution, *, reason: str, by: User, at: datetime) -> ConflictDeclaration:
    """Ties to an institution: nothing of it is given to the expert from now on, what is in hand goes back."""
    if not by.has_right("review.score"):
        raise MayNotScore(_("只有评审专家申明回避。"))
    if not reason.strip():
        raise ReasonMissing(_("请写明与该单位的关系。"), fields={"reason": _("请写明与该单位的关系。")})
    reason = reason_within(reason)
    made, fresh = ConflictDeclaration.objects.get_or_create(
        expert=by, institution=institution, ended_at=None, defaults={"reason": reason, "declared_at": at}
    )
    if fresh:
        record("review.conflict_declared", by=by, of=institution, at=at, detail={"reason": reason})
    mine = Assignment.objects.select_for_update(of=("self",)).filter(
        expert=by, state=AssignmentState.ASSIGNED, item__round__version__resource__institution=institution
    )
    _give_back(
        mine.select_related("item__panel__created_by", "item__round__version"),
        reason=reason,
        conflict=True,
        by=by,
        at=at,
    )
    return made


def _give_back(assignments: Iterable[Assignment], *, reason: str, conflict: bool, by: User, at: datetime) -> None:
    for one in list(assignments):
        _leave(one, AssignmentState.DECLINED)
        one.ended_at, one.ended_reason, one.conflict = at, reason, conflict
        one.save(update_fields=["state", "ended_at", "ended_reason", "conflict"])
        record(
            "review.assignment_declined",
            by=by,
            of=one.item.round,
            at=at,
            detail={"conflict": conflict, "reason": reason},
        )
        panel, title = one.item.panel, one.item.round.version.title
        send(
            panel.created_by, subject=_("专家谢绝评审：《%(title)s》") % {"title": title}, kind="review.panel", at=at, email=False,
            text=_("%(who)s：%(why)s。请另请专家。") % {"who": by, "why": reason}, url=reverse("panel", args=[panel.pk]),
        )  # fmt: skip


@transaction.atomic
def end_conflict(declaration: ConflictDeclaration, *, by: User, at: datetime) -> None:
    """The ties are gone; the declaration stays on record."""
    if declaration.expert_id != by.pk:
        raise MayNotScore(_("只能撤销本人的回避声明。"))
    ended = ConflictDeclaration.objects.filter(pk=declaration.pk, ended_at__isnull=True).update(ended_at=at)
    if ended:
        record("review.conflict_ended", by=by, of=declaration.institution, at=at)


@transaction.atomic
def keep_profile(
    expert: User, *, areas: list[str], employer: Institution | None, capacity: int, senior: bool, by: User, at: datetime
) -> ExpertProfile:
    """What the distribution goes by, entered by the house that appointed the expert."""
    if not policy.can_keep_expert(by, expert):
        raise NotAllowed(_("这位专家不在您的名册里。"))
    profile, _made = ExpertProfile.objects.update_or_create(
        user=expert, defaults={"areas": areas, "employer": employer, "capacity": capacity, "senior": senior}
    )
    record(
        "review.expert_changed", by=by, of=expert, at=at,
        detail={"areas": areas, "employer": employer.code if employer else "", "capacity": capacity, "senior": senior},
    )  # fmt: skip
    return profile
