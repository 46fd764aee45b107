import pytest

from lifelong.accounts.models import Role
from lifelong.accounts.tests import cast


@pytest.fixture
def operator(db):
    return cast.holder(Role.OPERATOR)


@pytest.fixture
def officer(db):
    return cast.holder(Role.HANDLING_OFFICER)
