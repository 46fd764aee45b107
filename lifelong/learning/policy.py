"""Who may have study time counted, and who may do what with a certificate."""

from typing import Any

from lifelong.accounts.models import User
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.learning.models import Certificate


def can_study(user: Any, entry: Entry) -> bool:
    """With evidence kept: a person with an account, on what is online."""
    return entry.visibility == Visibility.ONLINE and bool(user.is_authenticated and user.is_active)


def can_read_certificate(user: User, certificate: Certificate) -> bool:
    """The paper itself with the whole name; anybody may ask whether a number is genuine."""
    return certificate.user_id == user.pk


def can_revoke(user: User, certificate: Certificate) -> bool:
    return certificate.revoked_at is None and user.has_right("certificates.revoke")
