"""What all who bring journals into the database have in common: one process per machine, and nothing that stops the rest."""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError

BREATH_SECONDS = 0.01  # between two batches: pages come first
logger = logging.getLogger(__name__)


class Line(Protocol):
    def line(self) -> bytes: ...


T = TypeVar("T", bound=Line)


@contextmanager
def duty(folder: Path) -> Iterator[bool]:
    """Whether this process is the one that drains, until the end of the block. Adopts journals whose writer was killed."""
    if not folder.is_dir():
        yield False
        return
    lock = os.open(folder / "drain.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        adopt(folder)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(lock)


def adopt(folder: Path) -> None:
    for path in folder.glob("*.part"):
        with suppress(OSError):
            file = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.rename(path.with_suffix(".jsonl"))
            finally:
                os.close(file)


def hand_in_batches(items: Sequence[T], take_in: Callable[[Sequence[T]], object], folder: Path, *, size: int) -> None:
    for start in range(0, len(items), size):
        hand_in(items[start : start + size], take_in, folder)
        time.sleep(BREATH_SECONDS if start + size < len(items) else 0)


def hand_in(items: Sequence[T], take_in: Callable[[Sequence[T]], object], folder: Path) -> None:
    """A batch; where one item in it cannot be taken, the others are, and it is kept aside for people to look at."""
    try:
        take_in(items)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy: everything stays where it is, for the next time
    except (DatabaseError, ValueError, TypeError, ArithmeticError, LookupError):
        if len(items) > 1:
            half = len(items) // 2
            hand_in(items[:half], take_in, folder)
            hand_in(items[half:], take_in, folder)
            return
        logger.exception("a line of a journal in %s could not be taken in", folder)
        with (folder / "refused.log").open("ab") as aside:
            aside.write(items[0].line())
