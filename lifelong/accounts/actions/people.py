"""A person's own details, the sign-in address, closing and opening an account."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.actions.invitation import AddressUnusable
from lifelong.accounts.encryption import keyed_hash
from lifelong.accounts.models import User
from lifelong.accounts.sessions import end_sessions_of
from lifelong.audit import record
from lifelong.web.refusals import NotAllowed


@transaction.atomic
def change_details(person: User, *, name: str, mobile: str, by: User, at: datetime) -> User:
    """The person's own name and mobile."""
    if by.pk != person.pk:
        raise NotAllowed(_("姓名和手机只能由本人修改。"))
    person = User.objects.select_for_update().get(pk=person.pk)
    changed = [field for field, value in (("name", name), ("mobile", mobile)) if getattr(person, field) != value]
    person.name, person.mobile, person.mobile_hash = name, mobile, keyed_hash(mobile)
    person.save(update_fields=["name", "mobile", "mobile_hash"])
    record("accounts.details_changed", by=by, of=person, at=at, detail={"fields": changed})
    return person


@transaction.atomic
def change_email(person: User, *, email: str, by: User, at: datetime) -> User:
    """Correct the sign-in address of an account that was never activated; whoever may is the caller's chapter's rule.

    An address that already signs in changes only by its owner, who proves the new one.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise AddressUnusable(_("电子邮箱“%s”写法不对，请写成 name@example.org 的样子。") % email) from error
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.has_usable_password() or person.last_login:
        raise AddressUnusable(_("该账号已启用，登录邮箱只能由本人登录后修改。"))
    if User.objects.filter(email=email).exclude(pk=person.pk).exists():
        raise AddressUnusable(_("电子邮箱 %s 已属于另一个账号，请换一个。") % email)
    person.email = email
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    person.activations.filter(used_at=None, cancelled_at=None).update(cancelled_at=at)
    record("accounts.email_corrected", by=by, of=person, at=at)
    return person


@transaction.atomic
def close_account(person: User, *, reason: str, by: User, at: datetime) -> User:
    """Shut an account out at once; its records stay."""
    if not by.has_right("accounts.manage") or by.pk == person.pk:
        raise NotAllowed(_("只有系统管理员可以停用他人的账号。"))
    person = User.objects.select_for_update().get(pk=person.pk)
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_sessions_of(person)
    record("accounts.account_closed", by=by, of=person, at=at, detail={"reason": reason})
    return person


@transaction.atomic
def open_account(person: User, *, by: User, at: datetime) -> User:
    if not by.has_right("accounts.manage") or by.pk == person.pk:
        raise NotAllowed(_("只有系统管理员可以恢复他人的账号。"))
    person = User.objects.select_for_update().get(pk=person.pk)
    person.is_active = True
    person.save(update_fields=["is_active"])
    record("accounts.account_reopened", by=by, of=person, at=at)
    return person
