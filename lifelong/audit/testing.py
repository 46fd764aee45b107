"""For tests alone: emptying the whole database between tests is let through, once asked for in ``conftest.py``."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.operations import BaseDatabaseOperations

from lifelong.audit import triggers


def let_flush_through() -> None:
    """``flush`` (transactional tests, live servers) drops the triggers, empties the tables and makes them again."""
    flush = BaseDatabaseOperations.execute_sql_flush
    if getattr(flush, "minds_the_trail", False):
        return

    def flush_around_the_trail(operations: Any, sql_list: Iterable[str]) -> None:
        guarded = bool(triggers.present(operations.connection))
        if guarded:
            triggers.drop(operations.connection)
        flush(operations, sql_list)
        if guarded:
            triggers.create(operations.connection)

    flush_around_the_trail.minds_the_trail = True  # type: ignore[attr-defined]
    BaseDatabaseOperations.execute_sql_flush = flush_around_the_trail  # type: ignore[method-assign, assignment]
