"""The cast: people with roles, made the short way for tests of the chapters above."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.utils import timezone

from lifelong.accounts.models import Appointment, Authority, AuthorityKind, Role, User
from lifelong.regions.models import Region

HENAN, ANHUI = "410000", "340000"


def region(code: str) -> Region:
    return Region.objects.get(pk=code)


def person(email: str, name: str = "", **fields: object) -> User:
    name = name or email.split("@", maxsplit=1)[0]
    user = User.objects.create_user(email, "correct-horse-battery", name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def authority(kind: str, code: str = "", name: str = "") -> Authority:
    place = region(code) if code else None
    found, _made = Authority.objects.get_or_create(
        kind=kind, region=place, part_of=None, defaults={"name": name or f"{kind} {code}"}
    )
    return found


HOME = {
    Role.HANDLING_OFFICER: (AuthorityKind.PROVINCE, HENAN),
    Role.DECIDING_OFFICER: (AuthorityKind.PROVINCE, HENAN),
    Role.EXPERT: (AuthorityKind.PROVINCE, HENAN),
    Role.FINAL_REVIEWER: (AuthorityKind.MINISTRY, ""),
}


def holder(role: str, *, code: str = "", email: str = "", since: datetime | None = None) -> User:
    """A person who holds this role; provincial ones in Henan unless ``code`` names another province."""
    kind, home = HOME.get(Role(role), (AuthorityKind.OPERATOR, ""))
    user = person(email or f"{role}{code}@example.org")
    Appointment.objects.create(
        user=user, role=role, authority=authority(kind, code or home),
        begins_at=since or timezone.now() - timedelta(days=400),
    )  # fmt: skip
    return user


def signed_in(user: User, *, both: bool = True) -> Client:
    """A client whose session has shown password and, with ``both``, the second factor."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    if both:
        session: SessionBase = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0.0}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
