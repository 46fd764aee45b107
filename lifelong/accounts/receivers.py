"""What allauth tells, for the audit; and that who has just set up a second factor has shown it."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.utils import timezone

from lifelong.accounts.actions.invitation import use_up_links
from lifelong.audit import record


def _note(verb: str, user: Any, **rest: Any) -> None:
    record(verb, by=user, of=user, at=timezone.now(), **rest)


@receiver(account.user_logged_in)
def signed_in(request: Any, user: Any, **facts: Any) -> None:
    """Who has no second factor yet has just proved all there is: setting one up asks for no password again."""
    _note("accounts.signed_in", user)
    by_password = any(r.get("method") == "password" for r in get_authentication_records(request, user))
    if by_password and not is_mfa_enabled(user):
        record_authentication(request, user, "password", reauthenticated=True)


@receiver(user_logged_out)
def signed_out(user: Any, **facts: Any) -> None:
    if user is not None:
        _note("accounts.signed_out", user)


@receiver(account.password_changed)
@receiver(account.password_set)
@receiver(account.password_reset)
def password_changed(user: Any, **facts: Any) -> None:
    use_up_links(user, at=timezone.now())
    _note("accounts.password_changed", user)


@receiver(account.email_changed)
def email_changed(user: Any, to_email_address: Any, **facts: Any) -> None:
    _note("accounts.email_changed", user)


@receiver(factors.authenticator_added)
def factor_added(request: Any, user: Any, authenticator: Authenticator, **facts: Any) -> None:
    _note("accounts.second_factor_added", user, detail={"type": str(authenticator.type)})
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        use_up_links(user, at=timezone.now())
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=str(authenticator.type), reauthenticated=True
        )


@receiver(factors.authenticator_removed)
def factor_removed(user: Any, authenticator: Authenticator, **facts: Any) -> None:
    _note("accounts.second_factor_removed", user, detail={"type": str(authenticator.type)})


@receiver(factors.authenticator_used)
def factor_used(user: Any, authenticator: Authenticator, **facts: Any) -> None:
    _note("accounts.second_factor_shown", user, detail={"type": str(authenticator.type)})


@receiver(factors.authentication_failed)
def factor_failed(user: Any, authenticator: Authenticator, **facts: Any) -> None:
    _note("accounts.second_factor_failed", user, detail={"type": str(authenticator.type)}, result="refused")
