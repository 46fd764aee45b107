"""Which workers on this machine live: each holds a lock on a file; the kernel lets go of it when the process ends.

So a killed worker is known for dead within two seconds, long before its leases end, and whatever its process number.
"""

import contextlib
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

try:
    import fcntl
except ImportError:  # not on Windows: there the leases alone decide
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger("lifelong.jobs")


def folder() -> Path:
    """By host: on a shared folder a lock may be known to one kernel only."""
    return Path(settings.DATA) / "run" / "workers" / socket.gethostname()


@contextlib.contextmanager
def present(name: str) -> Iterator[None]:
    """Hold the worker's lock; the file has its name only once it is locked."""
    if fcntl is None:
        yield
        return
    folder().mkdir(parents=True, exist_ok=True)
    path, early = folder() / f"{name}.lock", folder() / f".{name}"
    handle = os.open(early, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            early.rename(path)
        except OSError as error:  # a file system without locks: the leases alone decide
            early.unlink(missing_ok=True)
            log.warning("no lock for worker %s: %s", name, error)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def gone() -> list[str]:
    """Names of workers on this machine that ended without a word."""
    if fcntl is None:
        return []
    found = []
    for path in folder().glob("*.lock"):
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found.append(path.stem)
        except OSError:  # held: it lives
            pass
        finally:
            os.close(handle)
    return found


def forget(name: str) -> None:
    (folder() / f"{name}.lock").unlink(missing_ok=True)
