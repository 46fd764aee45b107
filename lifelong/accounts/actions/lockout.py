"""Lock-out: five failed sign-ins within half an hour shut an e-mail for half an hour, in every process (spec 9)."""

from datetime import datetime, timedelta

from allauth.core import ratelimit
from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.encryption import keyed_hash, keyed_hashes
from lifelong.accounts.models import SignInLock, User
from lifelong.accounts.policy import can_unlock
from lifelong.audit import record
from lifelong.web.refusals import NotAllowed

LIMIT = 5
SPAN = timedelta(minutes=30)


@transaction.atomic
def note_failure(email: str, *, at: datetime) -> SignInLock:
    """Count a failure; the fifth locks. An unknown e-mail is counted alike, so that the lock betrays nobody."""
    email = email.strip().lower()
    lock = SignInLock.objects.select_for_update().filter(email_hash__in=keyed_hashes(email)).first()
    if lock is None:
        user = User.objects.filter(email=email).first()
        lock, _made = SignInLock.objects.get_or_create(
            email_hash=keyed_hash(email), defaults={"failed_at": at, "user": user}
        )
        lock = SignInLock.objects.select_for_update().get(pk=lock.pk)
    fresh = at - lock.failed_at >= SPAN or (lock.locked_until is not None and lock.locked_until <= at)
    lock.failures = 1 if fresh else lock.failures + 1
    lock.failed_at = at
    lock.locked_until = at + SPAN if lock.failures >= LIMIT else None
    lock.save()
    record("accounts.sign_in_failed", of=lock.user, at=at, detail={"failures": lock.failures}, result="refused")
    if lock.locked_until:
        record("accounts.sign_in_locked", of=lock.user, at=at, detail={"until": lock.locked_until.isoformat()})
    return lock


def note_success(email: str) -> None:
    """A good sign-in forgets the failures before it."""
    SignInLock.objects.filter(email_hash__in=keyed_hashes(email.strip().lower())).delete()


@transaction.atomic
def unlock(person: User, *, by: User, at: datetime) -> None:
    if not can_unlock(by, person):
        raise NotAllowed(_("只有安全管理员可以解除他人的登录锁定。"))
    SignInLock.objects.filter(email_hash__in=keyed_hashes(person.email)).delete()
    for key in (f"mfa-auth-user-{person.pk}", person.email):
        ratelimit.clear(None, action="login_failed", key=key)
    record("accounts.sign_in_unlocked", by=by, of=person, at=at)
