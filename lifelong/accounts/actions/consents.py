"""Consent to the versioned texts: given at sign-up, withdrawn and given again at any time (个人信息保护法 14–16 条)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import Consent, ConsentTo, User
from lifelong.audit import record
from lifelong.texts.queries import versions_agreed_to
from lifelong.web.refusals import NotAllowed


@transaction.atomic
def open_learner(person: User, *, guardian: bool, at: datetime) -> User:
    """What follows a sign-up: the account is in the trail, the consent is kept with version and time."""
    record("accounts.account_opened", by=person, of=person, at=at, detail={"kind": "learner"})
    agree(person, guardian=guardian, by=person, at=at)
    return person


@transaction.atomic
def agree(person: User, *, guardian: bool = False, by: User, at: datetime) -> None:
    """To the texts as they are now. An older version that was agreed to ends with it; safe to repeat."""
    _check_own(person, by)
    User.objects.select_for_update().get(pk=person.pk)
    wanted = versions_agreed_to(at)
    if guardian:
        wanted[ConsentTo.GUARDIAN] = wanted[ConsentTo.PRIVACY]
    for to, version in wanted.items():
        standing = Consent.objects.filter(user=person, to=to, withdrawn_at=None)
        standing.exclude(version=version).update(withdrawn_at=at)
        if not standing.exists():
            Consent.objects.create(user=person, to=to, version=version, given_at=at)
    detail = {"texts": {str(to): version for to, version in wanted.items()}}
    record("accounts.consent_given", by=by, of=person, at=at, detail=detail)


@transaction.atomic
def withdraw_consent(person: User, *, by: User, at: datetime) -> None:
    """Nothing new is kept of the person from now on; what is there stays until they delete it or the account."""
    _check_own(person, by)
    ended = Consent.objects.filter(user=person, withdrawn_at=None).update(withdrawn_at=at)
    if ended:
        record("accounts.consent_withdrawn", by=by, of=person, at=at)


def _check_own(person: User, by: User) -> None:
    if by.pk != person.pk:
        raise NotAllowed(_("同意只能由本人给出或撤回。"))
