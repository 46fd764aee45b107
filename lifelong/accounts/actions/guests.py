"""Learners for whom another platform vouches: a pseudonym that cannot sign in and cannot be written to."""

import secrets
from collections.abc import Collection
from datetime import datetime

from lifelong.accounts.models import GUESTS, User


def forget_guests(keys: Collection[int]) -> int:
    """Those of them who left nothing behind that others refer to."""
    guests = User.objects.filter(pk__in=keys, email__endswith=GUESTS, is_active=False)
    return guests.delete()[1].get(User._meta.label, 0)


def open_guest(*, at: datetime) -> User:
    return User.objects.create_user(f"{secrets.token_hex(16)}{GUESTS}", is_active=False, created_at=at)
