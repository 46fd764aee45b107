import pytest

from lifelong.jobs.tests.cast import person

__all__ = ["person"]


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.DATA, settings.OUTBOX = tmp_path, tmp_path / "outbox"
    settings.DEMO = False
    return tmp_path
