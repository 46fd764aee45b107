from collections.abc import Iterator
from pathlib import Path

import pytest

from lifelong.accounts.models import User
from lifelong.config.testing import LiveFront, a_front
from lifelong.institutions.models import Institution
from lifelong.media.tests import cast


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
    return cast.person("reporter@example.org")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFront]:
    """A front with a platform of its own; two workers, as in use."""
    with a_front(tmp_path_factory.mktemp("uploads"), DISK_KEPT_FREE_BYTES="0") as front:
        yield front
