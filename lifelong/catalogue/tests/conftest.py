from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import holder
from lifelong.catalogue import pagecache
from lifelong.catalogue.feeder import Feeder
from lifelong.catalogue.queries.categories import forget_tree
from lifelong.catalogue.queries.labels import forget_names
from lifelong.catalogue.search import shelf


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The files and the index of a test are nobody else's, and nothing is kept from the test before."""
    settings.DATA = tmp_path
    settings.FILES = tmp_path / "files"
    settings.PUBLIC_FILES = tmp_path / "files" / "public"
    settings.INDEX = tmp_path / "index"
    pagecache.pages.clear()
    pagecache.clock = pagecache.Clock(every_s=0)
    forget_tree()
    forget_names()
    yield tmp_path
    shelf._readers.clear()


@pytest.fixture
def feed(db: None, settings: Any) -> Iterator[Callable[[], None]]:
    """Brings the index level with the library, as the feeder does by itself within half a second."""
    feeder = Feeder()

    def level() -> None:
        feeder.catch_up()
        shelf.reader(Path(settings.INDEX)).every_s = 0

    yield level
    feeder.close()


@pytest.fixture
def final(db: None) -> User:
    return holder(Role.FINAL_REVIEWER)


@pytest.fixture
def operator(db: None) -> User:
    return holder(Role.OPERATOR)


@pytest.fixture
def now() -> Any:
    return timezone.now()
