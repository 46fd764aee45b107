"""The journal of one process: what was acknowledged is on the disk.

A thread writes all lines that wait and asks the disk once for all of them. Its file is ``….part``, under a lock, while it is
written; after a second it becomes ``….jsonl``, which whoever drains may take. A ``.part`` without a lock has lost its writer.
"""

import asyncio
import fcntl
import os
import queue
import threading
import time
from contextlib import suppress
from pathlib import Path

TURN_SECONDS = 1.0  # then a file is handed over
GATHER_SECONDS = 0.002  # lines come in crowds; one visit to the disk serves all
Waiting = tuple[bytes, "asyncio.Future[None]"]


class Journal:
    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.folder, self.loop = folder, loop
        self.waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self.file: int | None = None
        self.path, self.size, self.began = folder, 0, 0.0  # began: by a clock that nobody sets
        self.thread: threading.Thread | None = None

    async def add(self, line: bytes) -> None:
        """Returns when the line is on the disk; raises ``OSError`` where it could not be written."""
        if self.thread is None:
            self.thread = threading.Thread(target=self.run, name=f"{self.folder.name}-journal", daemon=True)
            self.thread.start()
        done: asyncio.Future[None] = self.loop.create_future()
        self.waiting.put((line, done))
        await done

    def close(self) -> None:
        if self.thread is not None:
            self.waiting.put(None)
            self.thread.join()
            self.thread = None

    def run(self) -> None:
        going = True
        while going:
            lines: list[Waiting] = []
            with suppress(queue.Empty):
                going = self.gather(lines)
            if lines:
                self.write(lines)
            if self.file is not None and (not going or time.monotonic() - self.began >= TURN_SECONDS):
                self.hand_over()

    def gather(self, lines: list[Waiting]) -> bool:
        """Everything that waits; False when it is time to end."""
        wait = None if self.file is None else max(0.0, self.began + TURN_SECONDS - time.monotonic())
        found = self.waiting.get(timeout=wait) if wait is None or wait > 0 else self.waiting.get_nowait()
        time.sleep(GATHER_SECONDS)
        while found is not None:
            lines.append(found)
            found = self.waiting.get_nowait()
        return False

    def write(self, lines: list[Waiting]) -> None:
        error: OSError | None = None
        try:
            if self.file is None:
                self.open()
            self.append(b"".join(line for line, _done in lines))
        except OSError as trouble:
            error = trouble
            self.take_back()
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            self.loop.call_soon_threadsafe(settle, [done for _line, done in lines], error)

    def open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.began = time.monotonic()
        name = f"{int(time.time() * 1000):013d}-{os.getpid()}-{os.urandom(3).hex()}"
        hidden, path = self.folder / f".{name}", self.folder / f"{name}.part"
        file = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            hidden.rename(path)
            sync_folder(self.folder)  # the name too
        except OSError:
            os.close(file)
            raise
        self.file, self.path, self.size = file, path, 0

    def append(self, content: bytes) -> None:
        assert self.file is not None
        view = memoryview(content)
        while view:
            view = view[os.write(self.file, view) :]
        os.fdatasync(self.file)
        self.size += len(content)

    def take_back(self) -> None:
        """What could not be written whole was promised to nobody."""
        if self.file is not None:
            with suppress(OSError):
                os.ftruncate(self.file, self.size)
                os.lseek(self.file, self.size, os.SEEK_SET)

    def hand_over(self) -> None:
        """Under its last name a file is complete; one without a line is not worth a name."""
        assert self.file is not None
        with suppress(OSError):
            if self.size:
                self.path.rename(self.path.with_suffix(".jsonl"))
            else:
                self.path.unlink()
        os.close(self.file)
        self.file = None


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(waiting: "list[asyncio.Future[None]]", error: OSError | None) -> None:
    """In the loop: whoever waits is told."""
    for done in waiting:
        if done.done():
            continue  # its sender has gone
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
