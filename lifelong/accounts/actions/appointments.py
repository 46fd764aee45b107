"""Granting and withdrawing roles (spec 9: the security administrator, never for themselves)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.actions.invitation import Invitation, invite, mails_leave
from lifelong.accounts.models import Appointment, Authority, Role, User
from lifelong.accounts.policy import ROLE_SOURCES, can_change_roles, may_hold_together, role_fits
from lifelong.accounts.queries import administrators_at_work, roles_held
from lifelong.audit import record
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


class RoleDoesNotFit(Refusal):
    code = "role_does_not_fit"


class AdministratorsApart(Refusal):
    """Spec 9: three administrators apart, nobody holds two; and an administrator holds no role of content."""

    code = "administrators_apart"


class AlreadyAppointed(Conflict):
    code = "already_appointed"


class LastAdministrator(Refusal):
    code = "last_administrator"


@transaction.atomic
def appoint(
    email: str, *, role: str, authority: Authority, by: User, at: datetime, name: str = ""
) -> tuple[Appointment, Invitation]:
    """Give a person a role in an authority; who has no account yet is invited."""
    known = User.objects.filter(email=email.strip().lower()).first()
    if not by.has_right("roles.grant") or (known and not can_change_roles(by, known)):
        raise NotAllowed(_("只有安全管理员可以授予角色，且不能授予自己。"))
    role = Role(role)
    if not role_fits(role, authority):
        raise RoleDoesNotFit(_("“%(role)s”不能在“%(authority)s”任职，请另选主管部门。") % {
            "role": role.label, "authority": authority.name,
        })  # fmt: skip
    invitation = invite(
        email, name=name, by=by, at=at,
        reason=_("您已被任命为%(authority)s的%(role)s。") % {"authority": authority.name, "role": role.label},
    )  # fmt: skip
    return open_appointment(invitation.user, role=role, authority=authority, by=by, at=at), invitation


def open_appointment(user: User, *, role: str, authority: Authority, by: User | None, at: datetime) -> Appointment:
    """The appointment itself, with the rule that administrators stay apart; the caller has asked who may."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        held = roles_held(user, at)
        if user.appointments.open_at(at).filter(role=role, authority=authority).exists():
            raise AlreadyAppointed(_("%s 已担任这一角色。") % (user.name or user.email))
        by_mandate = {found for source in ROLE_SOURCES for found in source(user, at)}
        if not may_hold_together(held | by_mandate | {str(role)}):
            raise AdministratorsApart(
                _("系统、安全、审计三员须分设，管理员不得兼任其他角色；%(name)s 现任：%(roles)s。")
                % {"name": user.name or user.email, "roles": "、".join(sorted(_label(r) for r in held | by_mandate))}
            )
        appointment = Appointment.objects.create(user=user, role=role, authority=authority, begins_at=at)
        record("accounts.role_granted", by=by, of=user, at=at, detail={"role": str(role), "authority": authority.name})
    return appointment


@transaction.atomic
def withdraw(appointment: Appointment, *, by: User, at: datetime, reason: str = "") -> Appointment:
    """End an appointment; its rights are gone with the person's next request."""
    appointment = Appointment.objects.select_for_update().select_related("user", "authority").get(pk=appointment.pk)
    if not can_change_roles(by, appointment.user):
        raise NotAllowed(_("只有安全管理员可以收回角色，且不能收回自己的。"))
    if appointment.ends_at and appointment.ends_at <= at:
        raise Conflict(_("这一任职已于 %s 结束。") % f"{appointment.ends_at:%Y-%m-%d}")
    last = administrators_at_work(Role.SECURITY_ADMINISTRATOR, at).count() == 1
    if appointment.role == Role.SECURITY_ADMINISTRATOR and last:
        raise LastAdministrator(_("这是最后一位安全管理员，请先任命接任者。"))
    appointment.ends_at = at
    appointment.save(update_fields=["ends_at"])
    record(
        "accounts.role_withdrawn", by=by, of=appointment.user, at=at,
        detail={"role": appointment.role, "authority": appointment.authority.name, "reason": reason},
    )  # fmt: skip
    return appointment


def _label(role: str) -> str:
    return str(Role(role).label) if role in Role.values else _("报送工作负责人") if role == "reporter" else role


__all__ = ["AdministratorsApart", "AlreadyAppointed", "LastAdministrator", "RoleDoesNotFit", "appoint", "mails_leave",
           "open_appointment", "withdraw"]  # fmt: skip
