from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests import cast
from lifelong.institutions.models import Institution, Mandate, MandateRole


@pytest.fixture
def operator(db):
    return cast.holder(Role.OPERATOR)


@pytest.fixture
def officer(db):
    return cast.holder(Role.HANDLING_OFFICER)


@pytest.fixture
def expert(db):
    return cast.holder(Role.EXPERT)


def _reporter(email, code):
    user = cast.person(email)
    institution = Institution.objects.create(code=code, name=f"示例学院{code}", region=cast.region("410100"))
    Mandate.objects.create(
        user=user, institution=institution, role=MandateRole.REPORTER, begins_at=timezone.now() - timedelta(days=9)
    )
    return user


@pytest.fixture
def reporter(db):
    return _reporter("reporter@example.org", "R1")


@pytest.fixture
def rival(db):
    return _reporter("rival@example.org", "R2")
