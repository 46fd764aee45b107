"""Learners for whom another platform vouches: a pseudonym that cannot sign in and cannot be written to."""

import secrets
from datetime import datetime

from lifelong.accounts.models import GUESTS, User


def open_guest(*, at: datetime) -> User:
    return User.objects.create_user(f"{secrets.token_hex(16)}{GUESTS}", is_active=False, created_at=at)
