"""Persons for the tests of the foundations, which know rights and no roles."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[..., Any]:
    """``person("jobs.read", …)`` is a signed-in user with these rights; ``user.client`` is their browser."""
    users = get_user_model()
    held: dict[int, set[str]] = {}
    monkeypatch.setattr(users, "has_right", lambda self, right: right in held.get(self.pk, set()))

    def make(*rights: str, email: str = "") -> Any:
        number = users.objects.count()
        user = users.objects.create_user(email or f"p{number}@example.org", name=f"张三{number}")
        held[user.pk] = set(rights)
        user.client = Client()
        user.client.force_login(user)
        return user

    return make
