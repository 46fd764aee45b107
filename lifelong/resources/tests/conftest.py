from pathlib import Path

import pytest

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.resources.models import Version
from lifelong.resources.tests import cast


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings) -> Path:
    """The files of a test are nobody else's."""
    settings.DATA = tmp_path
    settings.UPLOADS = tmp_path / "uploads"
    settings.FILES = tmp_path / "files"
    settings.PUBLIC_FILES = tmp_path / "files" / "public"
    settings.DISK_KEPT_FREE_BYTES = 0
    return tmp_path


@pytest.fixture
def college(db) -> Institution:
    return cast.institution()


@pytest.fixture
def reporter(college: Institution) -> User:
    return cast.member(college)


@pytest.fixture
def rival_college(db) -> Institution:
    return cast.institution("4110002", "嵩山职业学院", "410300")


@pytest.fixture
def rival(rival_college: Institution) -> User:
    return cast.member(rival_college, name="郝明远")


@pytest.fixture
def call(college: Institution) -> Call:
    """Open, and joined by the college."""
    return cast.join(cast.call(), college)


@pytest.fixture
def draft(college: Institution, reporter: User) -> Version:
    return cast.draft(college, reporter)


@pytest.fixture
def ready(college: Institution, reporter: User) -> Version:
    return cast.ready(college, reporter)
