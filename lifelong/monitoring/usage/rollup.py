"""A day's raw events to its figures: DuckDB runs the rules, nothing else. Knows no database of ours."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lifelong.monitoring.usage.rules import RULES

if TYPE_CHECKING:
    import duckdb

MEMORY = "400MB"  # it runs beside pages and other jobs; what is more spills to the disk
THREADS = 2
FIGURES = ("views", "goings", "plays", "visitors", "learners", "seconds", "completions", "favourites", "ratings")
#: Of an event, as it lies in Parquet too: ``ms`` since 1970, ``length`` in tenths of a second.
COLUMNS = {
    "key": "VARCHAR", "ms": "BIGINT", "kind": "VARCHAR", "resource": "BIGINT", "file": "INTEGER", "visitor": "VARCHAR",
    "person": "VARCHAR", "session": "VARCHAR", "standing": "VARCHAR", "length": "BIGINT", "spans": "VARCHAR",
}  # fmt: skip
ORDER = "ms, key, kind, resource, file, visitor, session, person, standing, length, spans"
#: How the rows of a CSV that the database wrote become these columns.
FROM_CSV = (
    "key, epoch_ms(CAST(told_at AS TIMESTAMPTZ)) AS ms, kind, CAST(resource AS BIGINT) AS resource, CAST(file AS INTEGER) AS file, visitor, "
    "person, session, standing, CAST(floor(CAST(length AS DOUBLE) * 10 + 1e-6) AS BIGINT) AS length, spans"
)
CSV_COLUMNS = [
    "key",
    "told_at",
    "kind",
    "resource",
    "file",
    "visitor",
    "person",
    "session",
    "standing",
    "length",
    "spans",
]


@dataclass
class Counted:
    """``days``: resource → figures; ``totals``: (scope, key) → figures; ``curves``: (resource, file) → (length in tenths, bins)."""

    events: int = 0
    days: dict[int, dict[str, int]] = field(default_factory=dict)
    excluded: dict[int, dict[str, int]] = field(default_factory=dict)
    totals: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    curves: dict[tuple[int, int], tuple[int, list[int]]] = field(default_factory=dict)
    learners: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def bench() -> Iterator[tuple["duckdb.DuckDBPyConnection", Path]]:
    """A DuckDB of bounded memory, and a folder beside it that goes with it."""
    import duckdb  # only who counts pays for it: every web process reads this file

    with TemporaryDirectory(prefix="usage-") as folder:
        base = duckdb.connect(":memory:")
        try:
            base.execute(f"SET memory_limit='{MEMORY}'; SET threads={THREADS}; SET temp_directory='{folder}/spill'")
            base.execute("SET TimeZone='UTC'; SET preserve_insertion_order=false")
            yield base, Path(folder)
        finally:
            base.close()


def take_csv(base: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Adds the rows of a CSV without headings to ``raw``."""
    names = ", ".join(f"'{name}': 'VARCHAR'" for name in CSV_COLUMNS)
    base.execute(
        f"INSERT INTO raw SELECT {FROM_CSV} FROM read_csv(?, header=false, columns={{{names}}}, auto_detect=false, "  # noqa: S608
        "delim=',', quote='\"', escape='\"', nullstr='\\N')",
        [str(path)],
    )


def take_parquet(base: "duckdb.DuckDBPyConnection", path: Path) -> None:
    base.execute(f"INSERT INTO raw SELECT {', '.join(COLUMNS)} FROM read_parquet(?)", [str(path)])  # noqa: S608


def make_raw(base: "duckdb.DuckDBPyConnection") -> None:
    base.execute(f"CREATE TABLE raw ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")


def resources_in(base: "duckdb.DuckDBPyConnection") -> list[int]:
    return [row[0] for row in base.execute("SELECT DISTINCT resource FROM raw ORDER BY 1").fetchall()]


def events_in(base: "duckdb.DuckDBPyConnection") -> int:
    return int(_rows(base, "SELECT count(*) FROM raw")[0][0])


def count(base: "duckdb.DuckDBPyConnection", belongs: Iterable[tuple[int, str, str]]) -> Counted:
    """Runs the rules over ``raw``. ``belongs``: (resource, scope, key) for every total that a resource is part of."""
    base.execute("CREATE TEMP TABLE belongs (resource BIGINT, scope VARCHAR, scope_key VARCHAR)")
    rows = list(belongs)
    if rows:
        resources, scopes, keys = (list(column) for column in zip(*rows, strict=True))
        base.execute("INSERT INTO belongs SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
                     [resources, scopes, keys])  # fmt: skip
    for rule in RULES:
        base.execute(rule.statement)
    return Counted(
        events=events_in(base),
        days={row[0]: dict(zip(FIGURES, row[1:], strict=True))
              for row in _rows(base, f"SELECT resource, {', '.join(FIGURES)} FROM days ORDER BY 1")},  # noqa: S608
        excluded=_excluded(base),
        totals={(row[0], row[1]): dict(zip(FIGURES, row[2:], strict=True))
                for row in _rows(base, f"SELECT scope, scope_key, {', '.join(FIGURES)} FROM totals ORDER BY 1, 2")},  # noqa: S608
        curves={(row[0], row[1]): (row[2], row[3])
                for row in _rows(base, "SELECT resource, file, length, bins FROM curves ORDER BY 1, 2")},
        learners=_rows(base, "SELECT DISTINCT resource, person FROM stays WHERE person <> '' AND valid > 0 ORDER BY 1, 2"),
    )  # fmt: skip


def _excluded(base: "duckdb.DuckDBPyConnection") -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for resource, why, n in _rows(base, "SELECT resource, why, n FROM excluded ORDER BY 1, 2"):
        found.setdefault(resource, {})[why] = n
    return found


def _rows(base: "duckdb.DuckDBPyConnection", sql: str) -> list[Any]:
    return base.execute(sql).fetchall()
