"""The part of an upload on disk: one writer at a time, offset = size of the file, hash carried on where possible."""

import asyncio
import fcntl
import hashlib
import os
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.media import storage

if TYPE_CHECKING:
    from hashlib import _Hash

LOCK_SECONDS = 4.0
LOCK_STEP = 0.15
SILENT_SECONDS = 1.5
HASHES_KEPT = 512


class InUse(Exception):
    """Another connection is writing and has not fallen silent."""


class Gone(Exception):
    """There is no part: cancelled, expired, or already a file."""


class Hashes:
    """Running sha256 sums of this worker, by upload. What is lost with a worker is read again from disk."""

    def __init__(self) -> None:
        self.kept: OrderedDict[str, tuple[int, _Hash]] = OrderedDict()

    def take(self, upload_id: str, offset: int) -> "_Hash | None":
        at, running = self.kept.pop(upload_id, (-1, None))
        if offset == 0:
            return hashlib.sha256()
        return running if at == offset else None

    def keep(self, upload_id: str, offset: int, running: "_Hash | None") -> None:
        if running is None:
            return
        self.kept[upload_id] = (offset, running)
        while len(self.kept) > HASHES_KEPT:
            self.kept.popitem(last=False)


class Lock:
    """Held while a connection writes. Who waits touches the file, and a holder that has fallen silent gives way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = -1
        self.touched = 0

    async def take(self) -> None:
        """Raises ``InUse`` after some seconds, ``Gone`` where there is no such upload."""
        try:
            self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            raise Gone from None
        deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
        while not self.grasp():
            os.utime(self.handle)
            if asyncio.get_running_loop().time() > deadline:
                self.release()
                raise InUse
            await asyncio.sleep(LOCK_STEP)

    def grasp(self) -> bool:
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        self.touched = os.fstat(self.handle).st_mtime_ns
        return True

    def wanted(self, silent: float) -> bool:
        """Whether somebody waits while the sender has been silent for a while."""
        return silent > SILENT_SECONDS and os.fstat(self.handle).st_mtime_ns != self.touched

    def release(self) -> None:
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


class Part:
    """The open part of one upload, locked."""

    def __init__(self, upload_id: str, lock: Lock) -> None:
        self.upload_id, self.lock = upload_id, lock
        try:
            self.handle = os.open(storage.part_of(upload_id), os.O_RDWR | os.O_APPEND)
        except OSError:
            raise Gone from None
        self.size = os.fstat(self.handle).st_size

    @classmethod
    async def opened(cls, upload_id: str) -> "Part":
        lock = Lock(storage.lock_of(upload_id))
        await lock.take()
        try:
            return cls(upload_id, lock)
        except BaseException:
            lock.release()
            raise

    def append(self, blocks: list[bytes]) -> None:
        """In a thread. Raises ``OSError`` (disk full) after having written what fitted."""
        while blocks:
            written = os.writev(self.handle, blocks[:1000])
            self.size += written
            while blocks and written >= len(blocks[0]):
                written -= len(blocks.pop(0))
            if written:
                blocks[0] = blocks[0][written:]

    def shorten(self, size: int) -> None:
        os.ftruncate(self.handle, size)
        self.size = size

    def close(self) -> None:
        os.close(self.handle)
        self.lock.release()


def is_being_written(upload_id: object) -> bool:
    """Whether a connection holds the upload now, to write or to end it."""
    try:
        handle = os.open(storage.lock_of(upload_id), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def received(upload_id: object) -> int | None:
    """Bytes that are here, None where there is no part."""
    try:
        return storage.part_of(upload_id).stat().st_size
    except OSError:
        return None


def is_done(upload_id: object) -> bool:
    return storage.marker_of(upload_id).exists()
