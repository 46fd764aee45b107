"""For every test in the house."""

import os
import shutil
from contextlib import ExitStack
from math import inf

import hypothesis
import pytest
from django.conf import settings

from lifelong.audit.testing import let_flush_through
from lifelong.config.testing import migrated_database, migrated_file, shared_templates

let_flush_through()  # transactional tests and live servers empty the database, the append-only trail included

# Real passwords are hashed slowly on purpose; the cast of a thousand tests would spend minutes on it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A machine shared by many is slow at times; how long an example takes is no statement about the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_configure(config):
    """Whoever starts the run keeps what its processes share; they are told by the environment."""
    kept = ExitStack()
    kept.enter_context(shared_templates())
    config.add_cleanup(kept.close)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_use_migrations):
    """The tables of a process are a copy of those that the run has made once; the migrations find nothing left to do."""
    from django.db import connection

    creation = connection.creation
    if not django_db_use_migrations:
        return
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database(os.environ["DATABASE_URL"])
        return
    make = creation._create_test_db

    def copy(*arguments, **wishes):
        return shutil.copyfile(migrated_file(), make(*arguments, **wishes))

    creation._create_test_db = copy


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
