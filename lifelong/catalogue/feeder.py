"""Keeps this machine's index level with the change log: one process per machine, the database the only truth.

The lock is the kernel's (``flock``): whoever holds it dies, the next feeder has it at once. The cursor is committed
together with the documents, so a kill in the middle repeats work and loses none.
"""

import fcntl
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import close_old_connections, connection

from lifelong.catalogue.queries import indexing
from lifelong.catalogue.queries.categories import forget_tree
from lifelong.catalogue.queries.transcripts import with_speech
from lifelong.catalogue.search.shelf import Shelf, View, Writer, view_of

log = logging.getLogger(__name__)
POLL_S = 0.3
MOST_CHANGES = 1_000  # of one commit
RECONCILE_EVERY_S = 24 * 3600
SWEEP_EVERY_S = 900
SLICE = 20_000  # resources compared at a time


class Feeder:
    def __init__(self, root: Path | None = None) -> None:
        self.shelf = Shelf(root or Path(settings.INDEX))
        self.shelf.root.mkdir(parents=True, exist_ok=True)
        self.writer: Writer | None = None
        self.cursor = 0
        self.seen: set[int] = set()

    def open(self) -> Writer:
        """The writer of the build in use; builds one where there is none, moves over where the pointer moved."""
        folder = self.shelf.current()
        if folder is None:
            folder = rebuild(self.shelf)
        if self.writer is None or self.writer.folder != folder:
            self.close()
            self.writer = Writer(folder)
            self.cursor = view_of(self.writer.index, folder).cursor
            self.seen = set()
        return self.writer

    def step(self) -> int:
        """Take over what changed since the last step; returns how many lines of the log that was."""
        writer = self.open()
        lines = indexing.changes_after(self.cursor, self.seen, MOST_CHANGES)
        if not lines:
            return 0
        put(writer, {key for _, key in lines})
        self.cursor = max(self.cursor, *(seq for seq, _ in lines))
        writer.commit(self.cursor)
        self.seen = {seq for seq in self.seen | {seq for seq, _ in lines} if seq > self.cursor - indexing.OVERLAP}
        return len(lines)

    def catch_up(self) -> int:
        """Step until nothing is left; for commands and tests."""
        total = 0
        while moved := self.step():
            total += moved
            if connection.vendor == "postgresql" and moved < MOST_CHANGES:
                break
        return total

    def reconcile(self) -> int:
        """Compare every entry with its document; mend what differs. Returns how many differed."""
        writer = self.open()
        differing = differences(view_of(writer.index, writer.folder))
        if differing:
            log.warning("the index differed from the library in %s resources", len(differing))
            put(writer, differing)
            writer.commit(self.cursor)
        return len(differing)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def run(self, going_on: Callable[[], bool]) -> None:
        """Follow until ``going_on()`` says no; waits for the lock while another feeder has it."""
        with _locked(self.shelf.root / "feeder.lock", going_on) as mine:
            if not mine:
                return
            compared_at = swept_at = time.monotonic()
            while going_on():
                close_old_connections()
                try:
                    moved = self.step()
                    if time.monotonic() - compared_at > RECONCILE_EVERY_S:
                        compared_at = time.monotonic()
                        self.reconcile()
                    if time.monotonic() - swept_at > SWEEP_EVERY_S:
                        swept_at = time.monotonic()
                        self.shelf.sweep()
                except Exception:
                    log.exception("the feeder could not follow; it tries again")
                    self.writer = None
                    moved = 0
                    time.sleep(2)
                if moved < MOST_CHANGES:
                    time.sleep(POLL_S)
        self.close()


def put(writer: Writer, keys: set[int]) -> None:
    """Index these resources as they are now: what is not online is taken out."""
    forget_tree()  # a line may be there because a category was renamed
    gone = set(keys)
    for facts in with_speech(indexing.facts_of(indexing.online(keys))):
        writer.put(facts)
        gone.discard(facts.id)
    for key in gone:
        writer.remove(key)


def rebuild(shelf: Shelf, tell: Callable[[int], None] = lambda count: None) -> Path:
    """A new build of everything online, put in use when it is level; the old one serves until then."""
    folder = shelf.fresh()
    writer = Writer(folder, heap_bytes=200_000_000)
    cursor = indexing.last_change()
    if connection.vendor == "postgresql":
        cursor = max(0, cursor - indexing.OVERLAP)
    count = 0
    for facts in with_speech(indexing.facts_of(indexing.online())):
        writer.put(facts, new=True)
        count += 1
        if count % 1_000 == 0:
            tell(count)
    writer.commit(cursor)
    while lines := indexing.changes_after(cursor, set(), MOST_CHANGES):
        newer = max(seq for seq, _ in lines)
        if newer <= cursor:
            break
        put(writer, {key for _, key in lines})
        cursor = newer
        writer.commit(cursor)
    writer.close()
    shelf.switch(folder)
    shelf.sweep()
    tell(count)
    return folder


def differences(view: View) -> set[int]:
    """Resources whose document is missing, left over, or of another state than the entry; or whose captions are."""
    wrong: set[int] = set()
    highest = max(view.highest(), indexing.highest())
    for start in range(0, highest + 1, SLICE):  # never the whole library in memory
        documents = view.states(start, start + SLICE)
        for key, change in indexing.states(start, start + SLICE):
            if documents.pop(key, None) != change:
                wrong.add(key)
        here, there = view.captions(start, start + SLICE)
        wrong |= documents.keys() | {key for key, _source in here.items() ^ there.items()}
    return wrong


class _locked:  # noqa: N801 - reads as a word at its one use
    """Holds an exclusive lock on a file while the block runs; ``False`` where waiting was given up."""

    def __init__(self, path: Path, going_on: Callable[[], bool]) -> None:
        self.path, self.going_on = path, going_on
        self.file: IO[str] | None = None

    def __enter__(self) -> bool:
        self.file = self.path.open("a")
        while self.going_on():
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.5)
            else:
                return True
        return False

    def __exit__(self, *_error: object) -> None:
        if self.file is not None:
            self.file.close()
