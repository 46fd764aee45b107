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


class Verb(models.TextChoices):
    """What the timeline says was done. Later chapters may add a verb of their own; it is shown by the state it led to."""

    CREATED = "created", _("创建草稿")
    COPIED = "copied", _("从已有资源复制")
    NEW_VERSION = "new_version", _("开始新版本")
    IMPORTED = "imported", _("由表格导入")
    LOADED = "loaded", _("由既有资源库导入")
    DELETED = "deleted", _("删除草稿")
    RESTORED_DRAFT = "restored_draft", _("恢复草稿")
    SENT_TO_UNIT_REVIEW = "sent_to_unit_review", _("送单位自审")
    SENT_BACK = "sent_back", _("单位自审退回")
    FETCHED_BACK = "fetched_back", _("从单位自审取回")
    SUBMITTED = "submitted", _("报送")
    FORWARDED = "forwarded", _("报送终审")
    ACCEPTED = "accepted", _("终审通过")
    RETURNED = "returned", _("退回修改")
    RETURNED_TO_PROVINCE = "returned_to_province", _("终审退回省级")
    REFUSED = "refused", _("不予通过")
    TAKEN_BACK = "taken_back", _("收回决定")
    WAIVER_LIFTED = "waiver_lifted", _("撤销豁免")
    WITHDRAWN = "withdrawn", _("撤回报送")
    PUBLISHED = "published", _("上线")
    SUPERSEDED = "superseded", _("被新版本替代")
    SUSPENDED = "suspended", _("暂停上线")
    BROUGHT_BACK = "brought_back", _("恢复上线")
    RETIRED = "retired", _("出库")
    AUTO_SUSPENDED = "auto_suspended", _("检查发现问题，自动下架")
    AUTO_RESTORED = "auto_restored", _("已修复，自动恢复上线")
    TROUBLE_NOTICED = "trouble_noticed", _("检查发现问题，通知单位")
    TROUBLE_CURED = "trouble_cured", _("检查的问题已修复")


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

ENDED = {State.WITHDRAWN, State.REFUSED, State.SUPERSEDED}  # readable, and nothing follows
EDITABLE = {State.DRAFT, State.RETURNED}  # the reporter may change values
UNDER_REVIEW = {State.SUBMITTED, State.FORWARDED, State.ACCEPTED}
BEFORE_PUBLICATION = {
    State.DRAFT, State.UNIT_REVIEW, State.SUBMITTED, State.FORWARDED, State.ACCEPTED, State.RETURNED
}  # fmt: skip


def allowed(now: State | str, then: State | str) -> bool:
    return State(then) in NEXT[State(now)]
