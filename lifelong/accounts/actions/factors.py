"""A lost second factor is taken away by two administrators together; the person sets a new one at the next sign-in."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import FactorReset, User
from lifelong.accounts.policy import can_ask_factor_reset, can_confirm_factor_reset
from lifelong.accounts.sessions import end_sessions_of
from lifelong.audit import record
from lifelong.notices import mail_to
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within

LIFETIME = timedelta(hours=24)


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


@transaction.atomic
def ask_factor_reset(person: User, *, reason: str, by: User, at: datetime) -> FactorReset:
    if not can_ask_factor_reset(by, person):
        raise NotAllowed(_("只有安全管理员可以申请重置他人的第二因素。"))
    if not reason.strip():
        raise ReasonMissing(_("请写明理由，例如“手机遗失，已电话核实本人”。"), fields={"reason": _("请写明理由。")})
    reason = reason_within(reason)
    User.objects.select_for_update().get(pk=person.pk)
    person.factor_resets.filter(closed_at=None, expires_at__lte=at).update(closed_at=at)
    if person.factor_resets.filter(closed_at=None).exists():
        raise Conflict(_("已有一份重置申请在等待确认。"))
    reset = FactorReset.objects.create(
        user=person, reason=reason, requested_by=by, requested_at=at, expires_at=at + LIFETIME
    )
    record("accounts.factor_reset_asked", by=by, of=person, at=at, detail={"reason": reason})
    return reset


@transaction.atomic
def confirm_factor_reset(reset: FactorReset, *, by: User, at: datetime) -> User:
    """The second person agrees: second factors and open sessions are gone, the person is told."""
    reset = FactorReset.objects.select_for_update().select_related("user", "requested_by").get(pk=reset.pk)
    if not can_confirm_factor_reset(by, reset.user, reset.requested_by):
        raise NotAllowed(_("须由申请人和本人之外的另一位管理员确认。"))
    _still_open(reset, at)
    Authenticator.objects.filter(user=reset.user).delete()
    end_sessions_of(reset.user)
    reset.confirmed_by, reset.closed_at = by, at
    reset.save(update_fields=["confirmed_by", "closed_at"])
    record("accounts.factor_reset_done", by=by, of=reset.user, at=at, detail={"asked_by": reset.requested_by.pk})
    mail_to(
        reset.user.email,
        subject=_("您的第二因素已重置"),
        text=_("您的动态口令和通行密钥已由两位管理员共同重置。下次登录时请重新设置。如非本人申请，请立即联系平台。"),
        at=at,
    )
    return reset.user


@transaction.atomic
def refuse_factor_reset(reset: FactorReset, *, by: User, at: datetime) -> None:
    """The second person says no, or who asked takes it back."""
    reset = FactorReset.objects.select_for_update().select_related("user", "requested_by").get(pk=reset.pk)
    own = by.pk == reset.requested_by_id
    if not own and not can_confirm_factor_reset(by, reset.user, reset.requested_by):
        raise NotAllowed(_("须由申请人或另一位管理员办理。"))
    _still_open(reset, at)
    reset.closed_at = at
    reset.save(update_fields=["closed_at"])
    record("accounts.factor_reset_refused", by=by, of=reset.user, at=at, result="refused")


def _still_open(reset: FactorReset, at: datetime) -> None:
    if reset.closed_at:
        raise Conflict(_("这份申请刚刚已有人办理。"))
    if reset.expires_at <= at:
        raise Conflict(_("这份申请已超过 24 小时，请重新申请。"))
