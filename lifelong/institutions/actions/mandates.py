"""Who acts for an institution: opening, closing and replacing mandates. A closed one ends with the next request."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.actions import Invitation, invite
from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.institutions.policy import can_manage, can_name_reviewer, may_hold_mandate
from lifelong.notices import send
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


class ReporterExists(Conflict):
    """The institution has another reporter; replacing is an explicit act."""

    code = "reporter_exists"


class AdministratorHoldsNoMandate(Refusal):
    code = "administrator_holds_no_mandate"


@transaction.atomic
def open_mandate(
    user: User,
    institution: Institution,
    *,
    role: str = MandateRole.REPORTER,
    by: User,
    at: datetime,
    replace: bool = False,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Mandate:
    """Let a person act for an institution; whether ``by`` may is the calling action's question.

    One reporter per institution: another's open mandate is closed with ``replace``, else ReporterExists is raised. The
    same person's open mandate is returned as it is.
    """
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    if not may_hold_mandate(user):
        raise AdministratorHoldsNoMandate(_("系统、安全、审计管理员不能兼任单位的报送岗位，请换一人。"))
    held = list(institution.mandates.filter(role=role, ends_at=None).select_related("user"))
    if mine := next((mandate for mandate in held if mandate.user_id == user.pk), None):
        return mine
    if role == MandateRole.REPORTER and held:
        if not replace:
            raise ReporterExists(
                _("%(institution)s 已有报送工作负责人（%(name)s）。如要更换，请选择“更换负责人”。")
                % {"institution": institution.name, "name": held[0].user.name or held[0].user.email}
            )
        for mandate in held:
            _close(mandate, by=by, at=at, reason=_("更换负责人"))
    mandate = Mandate.objects.create(
        user=user, institution=institution, role=role, begins_at=begins_at or at, ends_at=ends_at
    )
    record("institutions.mandate_opened", by=by, of=mandate, at=at, detail={"role": str(role), "of": institution.code})
    return mandate


@transaction.atomic
def close_mandate(mandate: Mandate, *, by: User, at: datetime, reason: str = "") -> Mandate:
    """End a mandate; its history stays."""
    mandate = Mandate.objects.select_for_update(of=("self",)).select_related("institution", "user").get(pk=mandate.pk)
    both = {MandateRole.INSTITUTION_REVIEWER, MandateRole.DEPUTY}  # the institution's own reporter ends these too
    allowed = can_manage(by, mandate.institution) or (
        mandate.role in both and can_name_reviewer(by, mandate.institution)
    )
    if not allowed:
        raise NotAllowed(_("您不能结束这个单位的岗位。"))
    if mandate.ends_at and mandate.ends_at <= at:
        raise Conflict(_("这个岗位刚刚已经结束。"))
    return _close(mandate, by=by, at=at, reason=reason)


def _close(mandate: Mandate, *, by: User, at: datetime, reason: str) -> Mandate:
    mandate.ends_at = at
    mandate.save(update_fields=["ends_at"])
    record("institutions.mandate_closed", by=by, of=mandate, at=at, detail={"reason": reason})
    send(
        mandate.user,
        subject=_("您在%s的岗位已结束") % mandate.institution.name,
        text=_("您担任%(institution)s%(role)s的授权已于现在结束。%(reason)s")
        % {
            "institution": mandate.institution.name,
            "role": mandate.get_role_display(),
            "reason": _("原因：%s。") % reason if reason else "",
        },
        kind="mandate.closed",
        at=at,
    )
    return mandate


@transaction.atomic
def replace_reporter(
    institution: Institution, *, email: str, name: str = "", mobile: str = "", by: User, at: datetime, reason: str = ""
) -> tuple[Mandate, Invitation]:
    """Put another person in charge at once, outside a call's registration: the old mandate closes in the same moment."""
    if not can_manage(by, institution):
        raise NotAllowed(_("您只能更换本省单位的负责人。"))
    sentence = _("您已被登记为%s的报送工作负责人。") % institution.name
    invitation = invite(email, name=name, mobile=mobile, by=by, at=at, reason=sentence)
    mandate = open_mandate(invitation.user, institution, by=by, at=at, replace=True)
    _tell(mandate, invitation, at)
    return mandate, invitation


@transaction.atomic
def name_reviewer(
    institution: Institution, *, email: str, name: str = "", by: User, at: datetime
) -> tuple[Mandate, Invitation]:
    """The optional second person who signs the institution's own review."""
    if not can_name_reviewer(by, institution):
        raise NotAllowed(_("只有本单位负责人或省级人员可以指定单位审核人。"))
    sentence = _("您已被指定为%s的单位审核人。") % institution.name
    invitation = invite(email, name=name, by=by, at=at, reason=sentence)
    mandate = open_mandate(invitation.user, institution, role=MandateRole.INSTITUTION_REVIEWER, by=by, at=at)
    _tell(mandate, invitation, at)
    return mandate, invitation


def _tell(mandate: Mandate, invitation: Invitation, at: datetime) -> None:
    """Who signs in already hears it here; who does not was told by the activation mail."""
    if not invitation.url:
        send(
            mandate.user,
            subject=_("您现在是%(institution)s的%(role)s")
            % {"institution": mandate.institution.name, "role": mandate.get_role_display()},
            text=_("登录后即可开始工作。"),
            url=reverse("desk"),
            kind="mandate.opened",
            at=at,
        )
