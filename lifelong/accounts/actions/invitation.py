"""Accounts are opened by invitation: a link that lives 72 hours and is used once. No password ever travels."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.encryption import keyed_hash
from lifelong.accounts.models import Activation, User
from lifelong.accounts.policy import can_send_activation
from lifelong.accounts.queries import activation_by, can_sign_in
from lifelong.audit import record
from lifelong.audit.masks import mask_email
from lifelong.notices import mail_to
from lifelong.web.refusals import NotAllowed, Refusal

LIFETIME = timedelta(hours=72)


class AddressUnusable(Refusal):
    code = "address_unusable"


class LinkDead(Refusal):
    """The link was used, sent again, or is older than 72 hours."""

    code = "link_dead"
    status = 410


class PasswordWeak(Refusal):
    code = "password_weak"
    status = 422


@dataclass(frozen=True)
class Invitation:
    """``url`` is empty where the person signs in already; ``mailed`` is False while mails stay in the outbox."""

    user: User
    url: str
    mailed: bool


def mails_leave() -> bool:
    """Whether a mail server is set; without one the link is shown once to who invited (spec 9)."""
    return bool(settings.EMAIL_URL)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    email: str, *, name: str = "", mobile: str = "", by: User | None, at: datetime, reason: str = ""
) -> Invitation:
    """Find or open the account of this e-mail and mail its activation link where it cannot sign in yet.

    ``reason`` is the sentence of the mail that says what the account is for.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise AddressUnusable(_("电子邮箱“%s”写法不对，请写成 name@example.org 的样子。") % email) from error
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name, mobile=mobile, mobile_hash=keyed_hash(mobile), created_at=at)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        record("accounts.account_opened", by=by, of=user, at=at)
    elif not user.is_active:
        raise AddressUnusable(_("该邮箱的账号已停用，请先由系统管理员恢复，或换一个邮箱。"))
    if can_sign_in(user):
        return Invitation(user, "", mails_leave())
    return open_activation(user, by=by, at=at, reason=reason)


def open_activation(user: User, *, by: User | None, at: datetime, reason: str = "") -> Invitation:
    """A fresh link, mailed; every older one dies."""
    with transaction.atomic():
        user.activations.filter(used_at=None, cancelled_at=None).update(cancelled_at=at)
        token = secrets.token_urlsafe(32)
        Activation.objects.create(user=user, token_hash=hash_of(token), created_at=at, expires_at=at + LIFETIME)
        url = settings.SITE_URL + reverse("activate", args=[token])
        record("accounts.activation_sent", by=by, of=user, at=at)
        mail_to(
            user.email,
            subject=_("请启用您在终身教育平台的账号"),
            text=_(
                "%(name)s：\n\n%(reason)s\n请在 72 小时内打开下面的链接，设置登录方式：\n%(url)s\n\n"
                "链接只能使用一次。如非本人事务，请忽略本邮件。"
            )
            % {"name": user.name or user.email, "reason": reason or _("您的账号已开通。"), "url": url},
            secret=True,
            at=at,
        )
    return Invitation(user, url, mails_leave())


@transaction.atomic
def send_activation_again(person: User, *, by: User, at: datetime) -> Invitation:
    if not can_send_activation(by, person):
        raise NotAllowed(_("只有系统管理员或安全管理员可以为他人重发激活链接。"))
    if can_sign_in(person):
        raise LinkDead(_("%s 已能登录，无需激活。忘记密码时请在登录页点“忘记密码”。") % mask_email(person.email))
    return open_activation(person, by=by, at=at)


@transaction.atomic
def activate(token: str, *, password: str = "", passkey: bool = False, at: datetime) -> User:
    """Sets the password and uses the link up; with ``passkey`` the passkey that is added next will use it up.

    A device may refuse the passkey, and without another way in the person would stand outside for good.

    Raises LinkDead, or PasswordWeak with the sentences of the password rules; the link then still lives.
    """
    activation = activation_by(hash_of(token), at)
    if activation is None:
        raise LinkDead(_("这个链接已用过、已被新链接取代，或已超过 72 小时。请联系审核您登记的工作人员重新发送。"))
    user = activation.user
    if not passkey:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise PasswordWeak("".join(error.messages), fields={"password": " ".join(error.messages)}) from error
    living = Activation.objects.filter(pk=activation.pk, used_at=None, cancelled_at=None)
    if not (living.exists() if passkey else living.update(used_at=at)):
        raise LinkDead(_("这个链接刚刚被使用过。"))
    if passkey:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    record("accounts.account_activated", by=user, of=user, at=at, detail={"with": "passkey" if passkey else "password"})
    return user


def use_up_links(person: User, *, at: datetime) -> None:
    """The person can sign in from now on: no link that would set another way in stays behind."""
    person.activations.filter(used_at=None, cancelled_at=None).update(used_at=at)
