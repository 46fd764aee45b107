from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import holder, person
from lifelong.catalogue import pagecache
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.categories import forget_tree
from lifelong.catalogue.queries.labels import forget_names
from lifelong.catalogue.tests import world


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> Path:
    settings.DATA, settings.FILES, settings.INDEX = tmp_path, tmp_path / "files", tmp_path / "index"
    settings.PUBLIC_FILES = tmp_path / "files" / "public"
    pagecache.pages.clear()
    pagecache.clock = pagecache.Clock(every_s=0)
    forget_tree()
    forget_names()
    return tmp_path


@pytest.fixture
def library(db: None) -> dict[str, Entry]:
    """Five resources that are online, by title."""
    world.loaded()
    return {entry.title: entry for entry in Entry.objects.online().select_related("resource")}


@pytest.fixture
def entry(library: dict[str, Entry]) -> Entry:
    return library["二十四式太极拳入门"]


@pytest.fixture
def learner(db: None) -> User:
    return person("learner@example.org", "张建华")


@pytest.fixture
def other(db: None) -> User:
    return person("other@example.org", name="李梅")


@pytest.fixture
def operator(db: None) -> User:
    return holder(Role.OPERATOR)


@pytest.fixture
def final(db: None) -> User:
    return holder(Role.FINAL_REVIEWER)


@pytest.fixture
def stranger(db: None) -> User:
    return person("stranger@example.org", "李四")


@pytest.fixture
def now() -> Any:
    return timezone.now()
