"""One signed sign-in link for each role of the demonstration world; it counts as both factors, on this machine only."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from lifelong.accounts.models import Role
from lifelong.demo.actions.cast import PEOPLE
from lifelong.demo.actions.learners import LEARNERS

SALT = "lifelong.demo.enter"
REPORTER = "reporter-4141990101@example.org"
REVIEWER = "reviewer-4141990104@example.org"


def roles() -> dict[str, str]:
    """What is printed: the role in Chinese → the e-mail of the one who plays it."""
    found = {"报送工作负责人": REPORTER, "单位审核人": REVIEWER}
    found |= {"学习者": LEARNERS[0][0]}
    return found | {str(Role(role).label): email for role, (email, _name) in PEOPLE.items()}


def link(email: str) -> str:
    return settings.SITE_URL + reverse("demo_enter", args=[Signer(salt=SALT).sign(email)])


def email_of(ticket: str) -> str:
    """The e-mail that a ticket names; empty where it was not signed here."""
    try:
        return Signer(salt=SALT).unsign(ticket)
    except BadSignature:
        return ""
