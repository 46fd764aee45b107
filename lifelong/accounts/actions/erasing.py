"""The end of an account by its owner's wish."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.accounts.policy import roles_of
from lifelong.accounts.sessions import end_sessions_of
from lifelong.audit import record
from lifelong.notices import forget_mails_to
from lifelong.web.refusals import NotAllowed, Refusal


class StillInOffice(Refusal):
    code = "still_in_office"


@transaction.atomic
def erase_account(person: User, *, by: User, at: datetime) -> bool:
    """Whoever stands in legal records is locked, with nothing left to sign in or be reached by; else the person is gone.
    Returns whether the person is gone. Higher chapters end what is theirs before, in the same transaction."""
    if by.pk != person.pk:
        raise NotAllowed(_("账号只能由本人删除。"))
    person = User.objects.select_for_update().get(pk=person.pk)
    if roles_of(person):
        raise StillInOffice(_("您还担任岗位，不能删除账号。请先请安全管理员收回角色，或由单位更换负责人。"))
    record("accounts.account_erased", by=by, of=person, at=at)
    end_sessions_of(person)
    addresses = {person.email, *EmailAddress.objects.filter(user=person).values_list("email", flat=True)}
    try:
        with transaction.atomic():
            person.delete()
    except ProtectedError:
        _lock(person)
        return False
    forget_mails_to(addresses)
    return True


def _lock(person: User) -> None:
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=person).delete()  # type: ignore[attr-defined]
    person.activations.all().delete()
    person.consents.all().delete()
    person.email, person.mobile, person.mobile_hash = f"erased-{person.pk}@invalid.invalid", "", ""
    person.is_active = False
    person.set_unusable_password()
    person.save(update_fields=["email", "mobile", "mobile_hash", "is_active", "password"])
