"""A registration from the officer's side: approved, refused, sent again, its address corrected. One decision each."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.actions import Invitation, change_email, invite, open_activation
from lifelong.accounts.encryption import keyed_hash
from lifelong.accounts.models import User
from lifelong.accounts.queries import can_sign_in
from lifelong.audit import record
from lifelong.calls import windows
from lifelong.calls.actions.proving import link_of, locked, send_link
from lifelong.calls.lifecycle import RegistrationState, registration_may
from lifelong.calls.models import PaperKind, Registration
from lifelong.calls.policy import can_check, is_own
from lifelong.institutions.actions import enter_institution, open_mandate
from lifelong.institutions.models import Institution
from lifelong.notices import mail_to, send
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


class AlreadyDecided(Conflict):
    """Somebody else was quicker; the words say who and how."""

    code = "already_decided"


class PaperMissing(Refusal):
    code = "paper_missing"
    status = 422


class InstitutionUnsettled(Refusal):
    """Which institution it is must be said before approval."""

    code = "institution_unsettled"
    status = 422


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422


def _guard(registration: Registration, by: User, then: RegistrationState) -> None:
    if is_own(by, registration):
        raise NotAllowed(_("本人或本单位的登记须由其他工作人员审核。"))
    if not can_check(by, registration):
        raise NotAllowed(_("您不能审核这份登记。"))
    if not registration_may(registration.state, then):
        who = registration.decided_by.name if registration.decided_by else ""
        when = f"{timezone.localtime(registration.decided_at):%m-%d %H:%M}" if registration.decided_at else ""
        raise AlreadyDecided(
            _("这份登记已是“%(state)s”（%(who)s %(when)s），您的操作没有生效。")
            % {"state": registration.get_state_display(), "who": who, "when": when}
        )


@transaction.atomic
def approve(
    registration: Registration, *, by: User, at: datetime, institution: Institution | None = None,
    enter: Mapping[str, Any] | None = None, replace: bool = False, without_paper: str = "",
) -> tuple[Registration, Invitation]:  # fmt: skip
    """Open the mandate and mail the activation link.

    A unit the register does not know is settled here: ``institution`` says which known one it is, or ``enter`` holds
    kind, region and perhaps code to enter it. ``replace`` closes another person's mandate in the same moment;
    without it ``ReporterExists`` is raised. ``without_paper`` is the officer's sentence where no stamped PDF is there
    (a paper that lies in the office).
    """
    registration = locked(registration)
    _guard(registration, by, RegistrationState.APPROVED)
    if not registration.papers.filter(kind=PaperKind.STAMPED).exists() and not without_paper.strip():
        raise PaperMissing(_("还没有盖章的登记表（PDF）。请先上传，或写明纸质原件存放何处。"))
    registration.institution = _settled(registration, institution, enter, by=by, at=at)
    sentence = _("您已登记为%s的报送工作负责人，审核已通过。") % registration.institution.name
    invitation = invite(
        registration.email, name=registration.name, mobile=registration.mobile, by=by, at=at, reason=sentence
    )
    mandate = open_mandate(invitation.user, registration.institution, by=by, at=at, replace=replace)
    earlier = registration.call.registrations.filter(
        institution=registration.institution, state=RegistrationState.APPROVED
    ).exclude(pk=registration.pk)
    earlier.update(state=RegistrationState.REPLACED)
    registration.state, registration.mandate = RegistrationState.APPROVED, mandate
    registration.decided_by, registration.decided_at, registration.reason = by, at, ""
    registration.institution_name = registration.institution.name
    registration.save()
    record(
        "calls.registration_approved", by=by, of=registration, at=at,
        detail={"institution": registration.institution.code, "without_paper": without_paper.strip()},
    )  # fmt: skip
    if not invitation.url:
        send(
            invitation.user, subject=_("登记已通过：%s") % registration.call.title, text=sentence,
            url=reverse("desk"), kind="registration.approved", at=at,
        )  # fmt: skip
    return registration, invitation


def _settled(
    registration: Registration, institution: Institution | None, enter: Mapping[str, Any] | None, *, by: User,
    at: datetime,
) -> Institution:  # fmt: skip
    if registration.institution:
        return registration.institution
    if institution:
        return institution
    if enter:
        return enter_institution(registration.institution_name, by=by, at=at, **enter)
    raise InstitutionUnsettled(_("名册里没有这个单位。请先选定它是名册中的哪个单位，或登记为新单位。"))


@transaction.atomic
def refuse(registration: Registration, *, reason: str, by: User, at: datetime) -> Registration:
    """With a reason; it may be corrected and handed in again within the call's days for returns."""
    registration = locked(registration)
    _guard(registration, by, RegistrationState.REFUSED)
    if not reason.strip():
        raise ReasonMissing(_("请写明不通过的原因，登记人据此补正。"), fields={"reason": _("请写明原因。")})
    due_at = windows.end_of(timezone.localtime(at).date() + timedelta(days=registration.call.return_days))
    registration.state, registration.reason = RegistrationState.REFUSED, reason.strip()
    registration.decided_by, registration.decided_at, registration.answer_due_at = by, at, due_at
    registration.save()
    record("calls.registration_refused", by=by, of=registration, at=at, detail={"reason": reason.strip()})
    mail_to(
        registration.email,
        subject=_("登记未通过，请补正：%s") % registration.call.title,
        text=_(
            "%(name)s：\n\n%(institution)s的登记（%(number)s）未通过审核。\n原因：%(reason)s\n\n"
            "请在 %(due)s 前从下面的链接修改后重新提交：\n%(url)s"
        )
        % {
            "name": registration.name, "institution": registration.institution_name, "number": registration.number,
            "reason": reason.strip(), "due": windows.deadline(due_at), "url": link_of(registration),
        },
        secret=True,
        at=at,
    )  # fmt: skip
    return registration


@transaction.atomic
def send_again(registration: Registration, *, by: User, at: datetime) -> Invitation | None:
    """A fresh activation link for who was approved and has not signed in yet; else a fresh private link.

    Returns the invitation whose link may be shown once, or None.
    """
    registration = locked(registration)
    if not can_check(by, registration):
        raise NotAllowed(_("您不能办理这份登记。"))
    if registration.state in {RegistrationState.WITHDRAWN, RegistrationState.REPLACED}:
        raise Conflict(_("这份登记已经结束，没有可以发送的链接。"))
    record("calls.link_sent_again", by=by, of=registration, at=at)
    if registration.state == RegistrationState.APPROVED and registration.mandate:
        user = registration.mandate.user
        if can_sign_in(user):
            raise Conflict(_("%s 已启用账号，可以直接登录；忘记密码时在登录页点“忘记密码”。") % user.name)
        sentence = _("您已登记为%s的报送工作负责人，审核已通过。") % registration.institution_name
        return open_activation(user, by=by, at=at, reason=sentence)
    registration.link_serial += 1
    registration.save(update_fields=["link_serial"])
    send_link(registration, at=at)
    return None


@transaction.atomic
def correct_address(registration: Registration, *, email: str, by: User, at: datetime) -> Invitation | None:
    """A mistyped e-mail, told by telephone: corrected, the old links dead, a new one on its way."""
    registration = locked(registration)
    if not can_check(by, registration):
        raise NotAllowed(_("您不能办理这份登记。"))
    if registration.state in {RegistrationState.WITHDRAWN, RegistrationState.REPLACED}:
        raise Conflict(_("这份登记已经结束。"))
    if registration.mandate:
        change_email(registration.mandate.user, email=email, by=by, at=at)
    registration.email, registration.email_hash = email, keyed_hash(email)
    registration.email_verified_at = None
    registration.save(update_fields=["email", "email_hash", "email_verified_at"])
    record("calls.address_corrected", by=by, of=registration, at=at)
    return send_again(registration, by=by, at=at)


def note_full_view(registration: Registration, *, purpose: str, by: User, at: datetime) -> None:
    """Reading personal data in full is itself audited (spec 9)."""
    if not purpose.strip():
        raise ReasonMissing(_("请写明查看完整信息的用途。"))
    record("accounts.personal_data_read", by=by, of=registration, at=at, detail={"purpose": purpose.strip()})
