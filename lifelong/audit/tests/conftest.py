import pytest

from lifelong.jobs.tests.cast import person

__all__ = ["person"]


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    """The anchor file of the tests is not that of the platform."""
    settings.DATA = tmp_path
    return tmp_path
