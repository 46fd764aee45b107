"""States of a call and of a registration, and the allowed steps; touches no database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    OPEN = "open", _("征集中")
    CLOSED = "closed", _("已停止")
    FINISHED = "finished", _("已办结")


class Stage(models.TextChoices):
    REGISTRATION = "registration", _("登记")
    SUBMISSION = "submission", _("报送")
    PROVINCIAL_REVIEW = "provincial_review", _("省级审核")
    FINAL_REVIEW = "final_review", _("终审")


DOORS = frozenset({Stage.REGISTRATION, Stage.SUBMISSION})  # only these shut; the review windows are targets (spec 1)


class RegistrationState(models.TextChoices):
    PREPARING = "preparing", _("填写中")
    SUBMITTED = "submitted", _("待审核")
    APPROVED = "approved", _("已通过")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")
    REPLACED = "replaced", _("已更换")


CALL_NEXT: dict[CallState, set[CallState]] = {
    CallState.DRAFT: {CallState.OPEN},
    CallState.OPEN: {CallState.CLOSED, CallState.FINISHED},
    CallState.CLOSED: {CallState.OPEN, CallState.FINISHED},  # an officer who closed by mistake opens again
    CallState.FINISHED: set(),
}

REGISTRATION_NEXT: dict[RegistrationState, set[RegistrationState]] = {
    RegistrationState.PREPARING: {RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN},
    RegistrationState.SUBMITTED: {
        RegistrationState.APPROVED, RegistrationState.REFUSED, RegistrationState.WITHDRAWN,
        RegistrationState.PREPARING,  # the registrant takes it back to correct it
    },
    RegistrationState.REFUSED: {RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN},
    RegistrationState.APPROVED: {RegistrationState.REPLACED},
    RegistrationState.WITHDRAWN: set(),
    RegistrationState.REPLACED: set(),
}  # fmt: skip

CORRECTABLE = frozenset({RegistrationState.PREPARING, RegistrationState.REFUSED})


def call_may(now: str, then: str) -> bool:
    return CallState(then) in CALL_NEXT[CallState(now)]


def registration_may(now: str, then: str) -> bool:
    return RegistrationState(then) in REGISTRATION_NEXT[RegistrationState(now)]
