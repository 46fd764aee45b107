from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import holder, person
from lifelong.catalogue import pagecache


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path
    settings.FILES = tmp_path / "files"
    settings.PUBLIC_FILES = tmp_path / "files" / "public"
    settings.INDEX = tmp_path / "index"
    pagecache.pages.clear()
    return tmp_path


@pytest.fixture
def learner(db: None) -> User:
    return person("learner@example.org", "张建华")


@pytest.fixture
def stranger(db: None) -> User:
    return person("stranger@example.org", "李四")


@pytest.fixture
def operator(db: None) -> User:
    return holder(Role.OPERATOR)


@pytest.fixture
def now() -> Any:
    return timezone.now()
