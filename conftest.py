"""For every test in the house."""

from math import inf

import hypothesis
import pytest
from django.conf import settings

from lifelong.audit.testing import let_flush_through

let_flush_through()  # transactional tests and live servers empty the database, the append-only trail included

# Real passwords are hashed slowly on purpose; the cast of a thousand tests would spend minutes on it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A machine shared by many is slow at times; how long an example takes is no statement about the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def no_text_written():
    """A process keeps for a second what the footer says and which texts stand; no test reads there what another wrote,
    and none pays for the reading with a query more."""
    from lifelong.texts import queries

    queries._kept = (inf, queries.State())


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL only what touches the database is run again; pure tests cannot come out otherwise there.

    A story touches it through the platform it plays on."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    touching = [item for item in items if touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(touching)])
    items[:] = touching


def touches_the_database(item):
    marks = ("django_db", "journey")
    return "db" in item.fixturenames or any(item.get_closest_marker(name) for name in marks)
