"""Who may look at, prepare and decide what under review; who may compose and publish batches."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round, Version
from lifelong.resources.queries.reach import reach_of
from lifelong.review.lifecycle import WAITS_IN, AssignmentState, BatchState, Outcome, PanelState, Stage
from lifelong.review.models import Assignment, Batch, Decision, Hold, Panel
from lifelong.review.queries.experts import authority_for, experts_of

LOOK = {Stage.PROVINCIAL: "review.province", Stage.FINAL: "review.final"}
DECIDE = {Stage.PROVINCIAL: "review.province.decide", Stage.FINAL: "review.final"}
SHOWN = {State.SUBMITTED, State.FORWARDED, State.ACCEPTED, State.PUBLISHED, State.SUPERSEDED, State.RETURNED,
         State.REFUSED, State.WITHDRAWN}  # fmt: skip


def stages_of(user: User) -> list[Stage]:
    """The stages whose desk this person may open."""
    return [stage for stage, right in LOOK.items() if user.has_right(right)]


def waits_at(version: Version) -> Stage | None:
    return next((stage for stage, state in WAITS_IN.items() if version.state == state), None)


def can_review(user: User, version: Version, stage: Stage) -> bool:
    """Open the review page: the province its own, the ministry all; nothing that was never handed in."""
    if not user.has_right(LOOK[stage]) or version.state not in SHOWN:
        return False
    return stage == Stage.FINAL or version.resource.institution.region_id in reach_of(user).regions


def why_not_decide(user: User, round: Round, stage: Stage) -> str:
    """Empty where the person may decide; else the sentence that says why not."""
    version = round.version
    if not can_review(user, version, stage):
        return _("这项资源不在您的审核范围内。")
    if not user.has_right(DECIDE[stage]):
        return _("您的岗位是省级经办，可以查看和准备意见；决定由省级审定作出。")
    if belongs_to(user, round):
        return _("这是您本单位报送的资源，按规定须由其他人员决定。")
    other = Stage.FINAL if stage == Stage.PROVINCIAL else Stage.PROVINCIAL
    if Decision.objects.filter(round__version=version, stage=other, by=user).exists():
        return _("您已在%(stage)s阶段对这项资源作过决定，同一人不能决定两个阶段。") % {"stage": other.label}
    return ""


def belongs_to(user: User, round: Round) -> bool:
    """Whether the person acts, or acted when it was handed in, for the institution that owns the resource."""
    institution, then = round.version.resource.institution_id, round.submitted_at
    held = any(one == institution and (ends is None or ends > then) for one, ends in mandates_of(user))
    return round.submitted_by_id == user.pk or held


def mandates_of(user: User) -> list[tuple[int, datetime | None]]:
    """Institution and end of each that the person ever held; asked once per person and request."""
    known: list[tuple[int, datetime | None]] | None = getattr(user, "_mandates", None)
    if known is None:
        known = user._mandates = list(user.mandates.values_list("institution_id", "ends_at"))  # type: ignore[attr-defined]
    return known


def can_decide(user: User, round: Round, stage: Stage) -> bool:
    return waits_at(round.version) == stage and not why_not_decide(user, round, stage)


def can_hold(user: User, round: Round, stage: Stage) -> bool:
    """Take it into one's hands: whoever may work at the desk where it waits, the own institution's excepted."""
    return waits_at(round.version) == stage and can_review(user, round.version, stage) and not belongs_to(user, round)


def can_hand_over(user: User, round: Round, stage: Stage, hold: Hold | None) -> bool:
    """Whoever has it, and who decides at the stage (the head of the desk)."""
    mine = hold is not None and hold.user_id == user.pk
    return can_hold(user, round, stage) and (mine or user.has_right(DECIDE[stage]))


def can_clear(user: User, round: Round) -> bool:
    """A reviewer of the stage where it waits clears a blocking hit; never of the own institution."""
    stage = waits_at(round.version)
    return stage is not None and can_review(user, round.version, stage) and not belongs_to(user, round)


def can_judge_double(user: User, round: Round) -> bool:
    """Say whether another resource is this one once more: whoever may clear a hit."""
    return can_clear(user, round)


def can_release(user: User, round: Round) -> bool:
    """The ministry gives what waits to go online back to the province."""
    return round.version.state == State.ACCEPTED and not why_not_decide(user, round, Stage.FINAL)


def can_take_back(user: User, decision: Decision) -> bool:
    """Its maker alone, and not what already took something back; the action checks whether the next stage opened it."""
    standing = decision.outcome not in {Outcome.TAKE_BACK, Outcome.LIFT} and not hasattr(decision, "taken_back_by")
    return standing and decision.by_id == user.pk


def can_see_officers(user: User, stage: Stage) -> bool:
    """How much each officer of a desk decided: its head, who decides there."""
    return user.has_right(DECIDE[stage])


def can_manage_batches(user: User) -> bool:
    return user.has_right("batches.manage")


def can_change_batch(user: User, batch: Batch) -> bool:
    return can_manage_batches(user) and batch.state == BatchState.COMPOSING


def can_publish_batch(user: User, batch: Batch) -> bool:
    return can_manage_batches(user) and batch.state in {BatchState.COMPOSING, BatchState.NOTICE, BatchState.SCHEDULED}


def can_issue_letters(user: User) -> bool:
    """Tell institutions the results in writing: whoever decides at a stage."""
    return any(user.has_right(needed) for needed in DECIDE.values())


def can_issue_letter(user: User, institution: Institution) -> bool:
    within = institution.region_id in reach_of(user).regions
    return user.has_right(DECIDE[Stage.FINAL]) or (within and user.has_right(DECIDE[Stage.PROVINCIAL]))


# experts


def can_convene(user: User, stage: Stage) -> bool:
    """Call experts at a stage: whoever handles or decides there."""
    return user.has_right("panels.manage") and authority_for(user, stage) is not None


def can_run(user: User, panel: Panel) -> bool:
    """See a panel, change it, send it out, release a sheet: the house that called it; never somebody who scores in it."""
    if not user.has_right("panels.manage"):
        return False
    own = authority_for(user, Stage(panel.stage))
    house = own is not None and (own.kind, own.region_id) == (panel.authority.kind, panel.authority.region_id)
    return house and not Assignment.objects.filter(item__panel=panel, expert=user).exists()


def can_keep_expert(user: User, expert: User) -> bool:
    """Enter what is known of an expert: the house that appointed them."""
    own = [found for stage in Stage if (found := authority_for(user, stage))]
    return user.has_right("panels.manage") and any(experts_of(one).filter(pk=expert.pk).exists() for one in own)


def can_read_assignment(user: User, assignment: Assignment) -> bool:
    """Watch what is to be scored: the expert it was given to, and nobody through them."""
    seen = {AssignmentState.ASSIGNED, AssignmentState.SUBMITTED}
    return user.has_right("review.score") and assignment.expert_id == user.pk and assignment.state in seen


def can_score(user: User, assignment: Assignment) -> bool:
    open_now = assignment.item.panel.state == PanelState.OPEN and assignment.state == AssignmentState.ASSIGNED
    return open_now and can_read_assignment(user, assignment)


def can_see_others(user: User, assignment: Assignment) -> bool:
    """Blind until one's own is in (spec 1, Who takes part)."""
    return assignment.state == AssignmentState.SUBMITTED and can_read_assignment(user, assignment)


def abilities(user: Any, round: Round, stage: Stage) -> dict[str, Any]:
    """For the review page: what may be pressed, and the sentence where nothing may."""
    deciding = can_decide(user, round, stage)
    return {
        "decide": deciding,
        "why_not": "" if deciding else why_not_decide(user, round, stage),
        "waive": stage == Stage.PROVINCIAL and deciding,
        "clear": can_clear(user, round),
        "judge_double": can_judge_double(user, round),
        "lift": stage == Stage.FINAL and deciding,
        "release": stage == Stage.FINAL and can_release(user, round),
    }
