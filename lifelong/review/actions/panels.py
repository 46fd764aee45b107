"""Call experts: draft a panel, distribute, send out, replace, arbitrate, release a sheet, close."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls.models import Call
from lifelong.notices import send
from lifelong.resources.models import Round
from lifelong.review import assigning, policy
from lifelong.review.criteria import criteria
from lifelong.review.lifecycle import (
    ASSIGNMENT_NEXT,
    PANEL_NEXT,
    AssignmentState,
    PanelState,
    Purpose,
    Stage,
)
from lifelong.review.models import Assignment, Panel, PanelItem, ScoreSheet
from lifelong.review.queries import experts as known
from lifelong.review.queries import panels as queries
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within
from lifelong.web.templatetags.web import deadline

ITEMS_MOST = 500


class MayNotConvene(NotAllowed):
    code = "may_not_convene"


class PanelMoved(Conflict):
    code = "panel_moved"


class NothingToScore(Refusal):
    code = "nothing_to_score"
    status = 422


class ExpertUnfit(Refusal):
    """Not of this house, of the institution, declared a conflict, or has it already."""

    code = "expert_unfit"
    status = 422


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


@dataclass(frozen=True)
class Plan:
    """How a panel is to be held."""

    title: str
    due_at: datetime
    each: int = 3
    spread: int | None = None  # None: the criteria's own
    by_lot: bool = False
    note: str = ""


def locked(panel: Panel) -> Panel:
    return Panel.objects.select_for_update(of=("self",)).select_related("authority").get(pk=panel.pk)


def _guard(panel: Panel, by: User) -> Panel:
    panel = locked(panel)
    if not policy.can_run(by, panel):
        raise MayNotConvene(_("这次专家评审不由您组织，或您本人是其中的专家。"))
    return panel


def _step(panel: Panel, to: PanelState) -> None:
    if to not in PANEL_NEXT[PanelState(panel.state)]:
        raise PanelMoved(_("这次评审现在是“%(now)s”，不能这样办理。") % {"now": panel.get_state_display()})
    panel.state = to


def _move(assignment: Assignment, to: AssignmentState) -> None:
    if to not in ASSIGNMENT_NEXT[AssignmentState(assignment.state)]:
        raise PanelMoved(_("这项任务现在是“%(now)s”，请刷新页面查看。") % {"now": assignment.get_state_display()})
    assignment.state = to


@transaction.atomic
def draft_panel(
    rounds: Iterable[Round], plan: Plan, *, stage: Stage, by: User, at: datetime, call: Call | None = None
) -> Panel:
    """Rounds that wait at the stage and lie before no other panel, with a first proposal; nothing is sent yet."""
    authority = known.authority_for(by, stage)
    if authority is None or not policy.can_convene(by, stage):
        raise MayNotConvene(_("您不能在这一环节组织专家评审。"))
    _sound(plan, at)
    wanted = [round.pk for round in rounds]
    chosen = list(queries.open_to_panels(by, stage).filter(pk__in=wanted)[: ITEMS_MOST + 1])
    if not chosen:
        raise NothingToScore(_("所选资源都不在这一环节，或已在另一次评审中。"))
    if len(chosen) > ITEMS_MOST:
        raise NothingToScore(_("一次最多评审 %(most)s 项，请分批组织。") % {"most": ITEMS_MOST})
    sheet = criteria()
    panel = Panel.objects.create(
        title=plan.title.strip(), stage=stage, authority=authority, call=call, criteria=sheet.version,
        note=plan.note.strip(), each=plan.each, spread=sheet.spread if plan.spread is None else plan.spread,
        due_at=plan.due_at, by_lot=plan.by_lot, created_by=by, created_at=at,
    )  # fmt: skip
    PanelItem.objects.bulk_create(
        [PanelItem(panel=panel, round=round, position=n) for n, round in enumerate(chosen, 1)]
    )
    record("review.panel_drafted", by=by, of=panel, at=at, detail={"items": len(chosen), "criteria": sheet.version})
    _draw(panel, by=by, at=at)
    return panel


def _sound(plan: Plan, at: datetime) -> None:
    if not plan.title.strip():
        raise NothingToScore(_("请填写名称。"), fields={"title": _("请填写名称。")})
    if plan.due_at <= at:
        text = _("评审截止须晚于现在。")
        raise NothingToScore(text, fields={"due_date": text})


@transaction.atomic
def change_panel(panel: Panel, plan: Plan, *, by: User, at: datetime) -> Panel:
    """Other settings, and the distribution drawn anew. Every drawing is in the audit: nobody draws until it suits in silence."""
    panel = _guard(panel, by)
    if panel.state != PanelState.DRAFT:
        raise PanelMoved(_("已经发出的评审不能再重新分配，可以逐件更换专家。"))
    _sound(plan, at)
    panel.title, panel.due_at, panel.each, panel.by_lot = plan.title.strip(), plan.due_at, plan.each, plan.by_lot
    panel.note, panel.spread = plan.note.strip(), panel.spread if plan.spread is None else plan.spread
    panel.save(update_fields=["title", "due_at", "each", "by_lot", "note", "spread"])
    _draw(panel, by=by, at=at)
    return panel


def _draw(panel: Panel, *, by: User, at: datetime) -> None:
    """A fresh proposal for the whole panel."""
    Assignment.objects.filter(item__panel=panel, state=AssignmentState.PROPOSED).delete()
    panel.seed = secrets.token_hex(8) if panel.by_lot else ""
    panel.drawings += 1
    panel.save(update_fields=["seed", "drawings"])
    tasks = [queries.task_of(item, panel.each) for item in _whole(panel)]
    proposal = assigning.propose(tasks, known.candidates(panel.authority), seed=panel.seed)
    Assignment.objects.bulk_create([
        Assignment(
            item_id=pair.task, expert_id=pair.expert, state=AssignmentState.PROPOSED, in_area=pair.in_area,
            assigned_by=by, assigned_at=at, due_at=panel.due_at,
        )
        for pair in proposal.pairs
    ])  # fmt: skip
    record(
        "review.panel_drawn", by=by, of=panel, at=at,
        detail={"drawing": panel.drawings, "seed": panel.seed, "pairs": len(proposal.pairs), "short": len(proposal.short)},
    )  # fmt: skip


def _whole(panel: Panel) -> list[PanelItem]:
    items = panel.items.select_related("round__version__resource")
    return list(items.prefetch_related("assignments"))


@transaction.atomic
def open_panel(panel: Panel, *, by: User, at: datetime) -> Panel:
    """Send it out: each expert gets one notice with how many and until when."""
    panel = _guard(panel, by)
    _step(panel, PanelState.OPEN)
    proposed = Assignment.objects.filter(item__panel=panel, state=AssignmentState.PROPOSED)
    if not proposed.exists():
        raise NothingToScore(_("还没有分配专家，不能发出。请先在专家名册里登记专家。"))
    if panel.due_at <= at:
        raise NothingToScore(_("评审截止已经过去，请先改截止日期。"))
    counted: dict[int, int] = {}
    for expert in proposed.values_list("expert", flat=True):
        counted[expert] = counted.get(expert, 0) + 1
    proposed.update(state=AssignmentState.ASSIGNED, assigned_at=at, due_at=panel.due_at)
    panel.opened_at = at
    panel.save(update_fields=["state", "opened_at"])
    record(
        "review.panel_opened",
        by=by,
        of=panel,
        at=at,
        detail={"experts": len(counted), "assignments": sum(counted.values())},
    )
    for person in User.objects.filter(pk__in=counted):
        _tell(person, panel, counted[person.pk], at=at)
    return panel


def _tell(expert: User, panel: Panel, number: int, *, at: datetime, purpose: str = Purpose.REGULAR) -> None:
    facts = {"panel": panel.title, "n": number, "when": deadline(panel.due_at)}
    head = _("请您仲裁评审：%(panel)s") if purpose == Purpose.ARBITRATION else _("请您评审：%(panel)s")
    text = (
        _("“%(panel)s”有 %(n)s 项资源请您评审，请在 %(when)s 前提交。如与报送单位有利益关系，请在页面上申明回避。")
        % facts
    )
    send(
        expert,
        subject=head % facts,
        text=f"{text}\n{panel.note}".strip(),
        url=reverse("scoring"),
        kind="review.panel",
        at=at,
    )


@transaction.atomic
def close_panel(panel: Panel, *, by: User, at: datetime) -> Panel:
    """End it; what is still open is withdrawn from the experts, what was handed in stays beside the decisions."""
    panel = _guard(panel, by)
    _step(panel, PanelState.CLOSED)
    open_now = Assignment.objects.filter(item__panel=panel, state=AssignmentState.ASSIGNED)
    left = open_now.update(state=AssignmentState.WITHDRAWN, ended_at=at, ended_reason=_("评审已结束"))
    panel.closed_at = at
    panel.save(update_fields=["state", "closed_at"])
    record("review.panel_closed", by=by, of=panel, at=at, detail={"outstanding": left})
    return panel


@transaction.atomic
def discard_panel(panel: Panel, *, by: User, at: datetime) -> Panel:
    panel = _guard(panel, by)
    _step(panel, PanelState.DISCARDED)
    Assignment.objects.filter(item__panel=panel, state=AssignmentState.PROPOSED).delete()
    panel.closed_at = at
    panel.save(update_fields=["state", "closed_at"])
    record("review.panel_discarded", by=by, of=panel, at=at)
    return panel


@transaction.atomic
def assign(
    item: PanelItem,
    expert: User | None,
    *,
    by: User,
    at: datetime,
    purpose: str = Purpose.REGULAR,
    due_at: datetime | None = None,
) -> Assignment:
    """One more expert for an item: named by the officer, or the next of the proposal where none is named."""
    panel = _guard(item.panel, by)
    if panel.state not in {PanelState.DRAFT, PanelState.OPEN}:
        raise PanelMoved(_("这次评审已经结束。"))
    item = PanelItem.objects.select_related("round__version__resource").get(pk=item.pk)
    if purpose == Purpose.ARBITRATION:
        _wants_arbitration(item, panel)
    task = queries.task_of(item, 1, again=expert is not None)
    candidates = known.candidates(panel.authority)
    if expert is None:
        senior = [one for one in candidates if one.senior] if purpose == Purpose.ARBITRATION else []
        pairs = assigning.propose([task], senior, seed=panel.seed).pairs
        pairs = pairs or assigning.propose([task], candidates, seed=panel.seed).pairs
        if not pairs:
            raise ExpertUnfit(_("没有可以再请的专家：其余的或已评过，或须回避，或任务已满。"))
        expert = User.objects.get(pk=pairs[0].expert)
    candidate = next((one for one in candidates if one.pk == expert.pk), None)
    if candidate is None or not assigning.may(candidate, task):
        raise ExpertUnfit(
            _("%(who)s不能评这一项：不在专家名册、属于报送单位、已申明回避，或已评过。") % {"who": expert}
        )
    opened = panel.state == PanelState.OPEN
    due_at = due_at or (panel.due_at if panel.due_at > at else at + timedelta(days=3))
    made = Assignment.objects.create(
        item=item, expert=expert, purpose=purpose, state=AssignmentState.ASSIGNED if opened else AssignmentState.PROPOSED,
        in_area=candidate.knows(item.round.version.area), assigned_by=by, assigned_at=at, due_at=due_at,
    )  # fmt: skip
    record("review.expert_assigned", by=by, of=item.round, at=at, detail={"expert": expert.pk, "purpose": str(purpose)})
    if opened:
        _tell(expert, panel, 1, at=at, purpose=purpose)
    return made


def _wants_arbitration(item: PanelItem, panel: Panel) -> None:
    outcome = queries.opinions_of(item).result
    pending = item.assignments.filter(purpose=Purpose.ARBITRATION, state=AssignmentState.ASSIGNED).exists()
    if pending or not outcome.needs_arbitration:
        raise PanelMoved(_("这一项现在不需要仲裁：专家还没有评完、意见并无大的分歧，或已请人仲裁。"))


@transaction.atomic
def withdraw(assignment: Assignment, *, reason: str, by: User, at: datetime) -> Assignment:
    """Take a task from an expert who has not handed in; in a draft the line simply goes."""
    panel = _guard(assignment.item.panel, by)
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("item", "expert").get(pk=assignment.pk)
    )
    if panel.state == PanelState.OPEN and not reason.strip():
        raise ReasonMissing(_("请写明撤回的原因，专家会看到。"), fields={"reason": _("请写明原因。")})
    _move(assignment, AssignmentState.WITHDRAWN)
    assignment.ended_at, assignment.ended_reason = at, reason_within(reason)
    assignment.save(update_fields=["state", "ended_at", "ended_reason"])
    record(
        "review.expert_withdrawn",
        by=by,
        of=assignment.item.round,
        at=at,
        detail={"expert": assignment.expert_id, "reason": reason},
    )
    if panel.state == PanelState.OPEN:
        send(
            assignment.expert, subject=_("一项评审任务已撤回：%(panel)s") % {"panel": panel.title}, text=assignment.ended_reason,
            url=reverse("scoring"), kind="review.panel", at=at, email=False,
        )  # fmt: skip
    return assignment


@transaction.atomic
def release(assignment: Assignment, *, reason: str, by: User, at: datetime) -> ScoreSheet:
    """Give a sheet back to its expert, with a reason; what was handed in stays on record, a copy is open for changes."""
    panel = _guard(assignment.item.panel, by)
    if panel.state != PanelState.OPEN:
        raise PanelMoved(_("这次评审已经结束。"))
    if not reason.strip():
        raise ReasonMissing(_("请写明退回重评的原因。"), fields={"reason": _("请写明原因。")})
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("item__round", "expert").get(pk=assignment.pk)
    )
    _move(assignment, AssignmentState.ASSIGNED)
    assignment.due_at = max(assignment.due_at, at + timedelta(days=1))
    assignment.save(update_fields=["state", "due_at"])
    old = assignment.sheets.get(released_at__isnull=True)
    old.released_at, old.released_by, old.released_reason = at, by, reason_within(reason)
    old.save(update_fields=["released_at", "released_by", "released_reason"])
    copy = ScoreSheet.objects.create(assignment=assignment, scores=old.scores, opinion=old.opinion, saved_at=at)
    record(
        "review.sheet_released",
        by=by,
        of=assignment.item.round,
        at=at,
        detail={"expert": assignment.expert_id, "reason": reason},
    )
    send(
        assignment.expert, subject=_("请修改您的评分：%(panel)s") % {"panel": panel.title}, text=old.released_reason,
        url=reverse("scoring_sheet", args=[assignment.pk]), kind="review.panel", at=at,
    )  # fmt: skip
    return copy


@transaction.atomic
def remind_late(panel: Panel, *, by: User, at: datetime) -> int:
    """One press: everybody who still owes something is told how much, and until when it was or is due."""
    panel = _guard(panel, by)
    owing = queries.late_experts(panel) if panel.state == PanelState.OPEN else []
    for expert, left, _late in owing:
        _remind(expert, panel, left, at)
    record("review.panel_reminded", by=by, of=panel, at=at, detail={"experts": len(owing)})
    return len(owing)


def _remind(expert: User, panel: Panel, left: int, at: datetime) -> None:
    facts = {"panel": panel.title, "n": left, "when": deadline(panel.due_at)}
    send(
        expert, subject=_("还有 %(n)s 项待您评审：%(panel)s") % facts, url=reverse("scoring"), kind="review.panel", at=at,
        text=_("“%(panel)s”还有 %(n)s 项没有提交，截止 %(when)s。") % facts,
    )  # fmt: skip


def remind_due(*, at: datetime) -> int:
    """By the clock, a day before the end: each expert once for each deadline of a panel."""
    due = Assignment.objects.filter(
        state=AssignmentState.ASSIGNED, item__panel__state=PanelState.OPEN, due_at__gt=at, due_at__lte=at + timedelta(days=1)
    )  # fmt: skip
    groups: dict[tuple[int, int], list[Assignment]] = {}
    for one in due.select_related("item__panel", "expert"):
        if one.reminded_for != one.due_at:
            groups.setdefault((one.expert_id, one.item.panel_id), []).append(one)
    for mine in groups.values():
        with transaction.atomic():
            for one in mine:
                one.reminded_for = one.due_at
            Assignment.objects.bulk_update(mine, ["reminded_for"])
            _remind(mine[0].expert, mine[0].item.panel, len(mine), at)
    return len(groups)
