"""Days that left the database: one Parquet file each, in an order and a form that come out the same byte for byte."""

import os
import secrets
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.media import storage
from lifelong.monitoring.usage.rollup import COLUMNS, ORDER

if TYPE_CHECKING:
    import duckdb


class Differs(Exception):
    """What was read back is not what was written."""


class Damaged(Exception):
    """A day's file is gone or no longer what it was: nothing is counted from it until it is brought back from a backup."""


def folder() -> Path:
    return storage.files() / "usage"


def path_of(day: date, sha256: str) -> Path:
    """Named by its content: a file that nothing in the database speaks of counts for nothing."""
    return folder() / f"{day:%Y}" / f"{day.isoformat()}.{sha256[:16]}.parquet"


def sound(day: date, sha256: str) -> Path:
    """The day's file, held against its hash before anything is read from it. Raises ``Damaged``."""
    path = path_of(day, sha256)
    if not path.is_file() or storage.hash_of(path) != sha256:
        raise Damaged(str(path))
    return path


def write(base: "duckdb.DuckDBPyConnection", day: date) -> str:
    """``raw`` as a file, whole or not at all, read back and compared row by row; its SHA-256. Raises ``Differs``."""
    beside = folder() / f"{day:%Y}" / f".{day.isoformat()}.{secrets.token_hex(4)}"
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        base.execute(
            f"SET preserve_insertion_order=true; COPY (SELECT {', '.join(COLUMNS)} FROM raw ORDER BY {ORDER}) "  # noqa: S608 - our own names
            f"TO '{beside}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)"
        )
        compare(base, beside)
        storage.settle(beside)
        sha256 = storage.hash_of(beside)
        os.replace(beside, path_of(day, sha256))
        storage.settle(beside.parent)
    finally:
        beside.unlink(missing_ok=True)
    return sha256


def sweep(day: date, sha256: str) -> None:
    """Takes away what the day's file was before."""
    for path in (folder() / f"{day:%Y}").glob(f"{day.isoformat()}.*.parquet"):
        if path != path_of(day, sha256):
            path.unlink(missing_ok=True)


def compare(base: "duckdb.DuckDBPyConnection", path: Path) -> None:
    names = ", ".join(COLUMNS)
    kept = f"SELECT {names} FROM read_parquet('{path}')"  # noqa: S608 - our own names
    ours = f"SELECT {names} FROM raw"  # noqa: S608
    left = base.execute(f"SELECT count(*) FROM ({ours} EXCEPT ALL {kept})").fetchone()  # noqa: S608
    right = base.execute(f"SELECT count(*) FROM ({kept} EXCEPT ALL {ours})").fetchone()  # noqa: S608
    if left != (0,) or right != (0,):
        raise Differs(str(path))
