"""Stages of review, what may be decided at each, and the way of a batch."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.resources.lifecycle import State

ARCHIVE = "review.archive"  # the kind of prepared file that holds a whole call


class Stage(models.TextChoices):
    PROVINCIAL = "provincial", _("省级审核")
    FINAL = "final", _("终审")


class Outcome(models.TextChoices):
    FORWARD = "forward", _("通过并报送终审")
    ACCEPT = "accept", _("终审通过")
    RETURN = "return", _("退回修改")
    REFUSE = "refuse", _("不予通过")
    TAKE_BACK = "take_back", _("收回决定")
    LIFT = "lift", _("撤销豁免")  # the ministry lifts a waiver: the resource returns to the province


# stage → the state a version waits in there
WAITS_IN: dict[Stage, State] = {Stage.PROVINCIAL: State.SUBMITTED, Stage.FINAL: State.FORWARDED}

# (stage, outcome) → the state it leads to. A ministry return lands at the province (spec 1).
LEADS_TO: dict[tuple[Stage, Outcome], State] = {
    (Stage.PROVINCIAL, Outcome.FORWARD): State.FORWARDED,
    (Stage.PROVINCIAL, Outcome.RETURN): State.RETURNED,
    (Stage.PROVINCIAL, Outcome.REFUSE): State.REFUSED,
    (Stage.FINAL, Outcome.ACCEPT): State.ACCEPTED,
    (Stage.FINAL, Outcome.RETURN): State.SUBMITTED,
    (Stage.FINAL, Outcome.REFUSE): State.REFUSED,
}


class BatchState(models.TextChoices):
    COMPOSING = "composing", _("编排中")
    NOTICE = "notice", _("公示")  # the list is fixed and before the public
    SCHEDULED = "scheduled", _("已定时")
    PUBLISHED = "published", _("已发布")
    CANCELLED = "cancelled", _("已取消")


BATCH_NEXT: dict[BatchState, set[BatchState]] = {
    BatchState.COMPOSING: {BatchState.NOTICE, BatchState.SCHEDULED, BatchState.PUBLISHED, BatchState.CANCELLED},
    BatchState.NOTICE: {BatchState.COMPOSING, BatchState.SCHEDULED, BatchState.PUBLISHED, BatchState.CANCELLED},
    BatchState.SCHEDULED: {BatchState.COMPOSING, BatchState.NOTICE, BatchState.PUBLISHED, BatchState.CANCELLED},
    BatchState.PUBLISHED: set(),
    BatchState.CANCELLED: set(),
}


class ObjectionState(models.TextChoices):
    OPEN = "open", _("处理中")
    UPHELD = "upheld", _("异议成立")
    REJECTED = "rejected", _("异议不成立")


class PanelState(models.TextChoices):
    DRAFT = "draft", _("拟定中")
    OPEN = "open", _("评审中")
    CLOSED = "closed", _("已结束")
    DISCARDED = "discarded", _("已作废")


PANEL_NEXT: dict[PanelState, set[PanelState]] = {
    PanelState.DRAFT: {PanelState.OPEN, PanelState.DISCARDED},
    PanelState.OPEN: {PanelState.CLOSED},
    PanelState.CLOSED: set(),
    PanelState.DISCARDED: set(),
}


class Purpose(models.TextChoices):
    REGULAR = "regular", _("评审")
    ARBITRATION = "arbitration", _("仲裁")


class AssignmentState(models.TextChoices):
    PROPOSED = "proposed", _("拟分配")
    ASSIGNED = "assigned", _("待评")
    SUBMITTED = "submitted", _("已提交")
    DECLINED = "declined", _("已谢绝")
    WITHDRAWN = "withdrawn", _("已撤回")


# Submitted is final for the expert; only an officer's release leads back (spec 1: scores by criteria, opinions).
ASSIGNMENT_NEXT: dict[AssignmentState, set[AssignmentState]] = {
    AssignmentState.PROPOSED: {AssignmentState.ASSIGNED, AssignmentState.WITHDRAWN},
    AssignmentState.ASSIGNED: {AssignmentState.SUBMITTED, AssignmentState.DECLINED, AssignmentState.WITHDRAWN},
    AssignmentState.SUBMITTED: {AssignmentState.ASSIGNED},
    AssignmentState.DECLINED: set(),
    AssignmentState.WITHDRAWN: set(),
}
