"""An empty platform invites its three administrators through one link, which then dies (spec 9)."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.actions.appointments import open_appointment
from lifelong.accounts.actions.authorities import found_authority
from lifelong.accounts.actions.invitation import Invitation, LinkDead, hash_of, invite
from lifelong.accounts.models import Authority, AuthorityKind, Role, SetupLink
from lifelong.accounts.queries import is_set_up
from lifelong.audit import record
from lifelong.web.refusals import Refusal


class ThreePersonsNeeded(Refusal):
    code = "three_persons_needed"
    status = 422


@transaction.atomic
def make_setup_link(*, at: datetime) -> str:
    """The address of a fresh link, older ones dead; empty where the platform is set up already."""
    if is_set_up():
        return ""
    SetupLink.objects.filter(used_at=None).delete()
    token = secrets.token_urlsafe(32)
    SetupLink.objects.create(token_hash=hash_of(token), created_at=at)
    record("accounts.setup_link_made", at=at)
    return settings.SITE_URL + reverse("setup", args=[token])


def setup_is_open(token: str) -> bool:
    return SetupLink.objects.filter(token_hash=hash_of(token), used_at=None).exists() and not is_set_up()


@transaction.atomic
def set_up(
    token: str, *, operator: str, administrators: Mapping[str, tuple[str, str]], at: datetime
) -> dict[str, Invitation]:
    """Found operator and ministry, appoint and invite the three; ``administrators`` is role → (name, e-mail).

    Returns role → invitation. The link is used up whatever happens to the mails.
    """
    used = SetupLink.objects.filter(token_hash=hash_of(token), used_at=None).update(used_at=at)
    if not used or is_set_up():
        raise LinkDead(_("首次设置链接已用过，或平台已完成设置。"))
    roles = [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR]
    emails = {administrators[role][1].strip().lower() for role in roles}
    if len(emails) < len(roles):
        raise ThreePersonsNeeded(_("三员须由三个人分别担任，请填写三个不同的电子邮箱。"))
    home = Authority.objects.filter(kind=AuthorityKind.OPERATOR, part_of=None).first() or found_authority(
        operator, kind=AuthorityKind.OPERATOR, by=None, at=at
    )
    if not Authority.objects.filter(kind=AuthorityKind.MINISTRY).exists():
        found_authority(_("教育部职业教育与成人教育司"), kind=AuthorityKind.MINISTRY, by=None, at=at)
    invitations = {}
    for role in roles:
        name, email = administrators[role]
        invitation = invite(email, name=name, by=None, at=at, reason=_("您已被任命为%s。") % role.label)
        open_appointment(invitation.user, role=role, authority=home, by=None, at=at)
        invitations[str(role)] = invitation
    record("accounts.platform_set_up", at=at, detail={"operator": home.name})
    return invitations
