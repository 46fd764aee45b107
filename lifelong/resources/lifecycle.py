"""The way of a version and the availability of a resource: states and allowed steps (spec 1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("草稿")
    UNIT_REVIEW = "unit_review", _("单位自审")
    SUBMITTED = "submitted", _("省级审核中")
    FORWARDED = "forwarded", _("终审中")
    ACCEPTED = "accepted", _("待上线")
    PUBLISHED = "published", _("已上线")
    SUPERSEDED = "superseded", _("已被新版替代")
    RETURNED = "returned", _("退回修改")
    REFUSED = "refused", _("不予通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class Availability(models.TextChoices):
    NEVER = "never", _("未上线")
    ONLINE = "online", _("在线")
    SUSPENDED = "suspended", _("已暂停")
    RETIRED = "retired", _("已出库")


NEXT: dict[State, set[State]] = {
    State.DRAFT: {State.UNIT_REVIEW, State.SUBMITTED, State.WITHDRAWN},
    State.UNIT_REVIEW: {State.SUBMITTED, State.RETURNED, State.DRAFT, State.WITHDRAWN},
    State.SUBMITTED: {State.FORWARDED, State.RETURNED, State.REFUSED, State.WITHDRAWN},
    # back to SUBMITTED: the ministry's return lands at the province, or the province takes its forward back
    State.FORWARDED: {State.ACCEPTED, State.SUBMITTED, State.REFUSED, State.WITHDRAWN},
    State.ACCEPTED: {State.PUBLISHED, State.FORWARDED, State.SUBMITTED, State.WITHDRAWN},
    State.RETURNED: {State.UNIT_REVIEW, State.SUBMITTED, State.WITHDRAWN},
    State.PUBLISHED: {State.SUPERSEDED},
    State.SUPERSEDED: set(),
    # a refusal ends the way unless its maker takes it back
    State.REFUSED: {State.SUBMITTED, State.FORWARDED},
    State.WITHDRAWN: set(),
}

AVAILABILITY_NEXT: dict[Availability, set[Availability]] = {
    Availability.NEVER: {Availability.ONLINE},
    Availability.ONLINE: {Availability.SUSPENDED, Availability.RETIRED},
    Availability.SUSPENDED: {Availability.ONLINE, Availability.RETIRED},
    Availability.RETIRED: set(),
}

EDITABLE = {State.DRAFT, State.RETURNED}  # the reporter may change values
UNDER_REVIEW = {State.SUBMITTED, State.FORWARDED, State.ACCEPTED}
BEFORE_PUBLICATION = {
    State.DRAFT, State.UNIT_REVIEW, State.SUBMITTED, State.FORWARDED, State.ACCEPTED, State.RETURNED
}  # fmt: skip


def allowed(now: State | str, then: State | str) -> bool:
    return State(then) in NEXT[State(now)]
