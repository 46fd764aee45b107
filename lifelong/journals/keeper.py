"""Beside a door, in a thread of its own: drains the journals while something comes, and rests when nothing does."""

import logging
import threading
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection

EVERY_SECONDS = 2.0
IDLE_ROUNDS = 5  # after the last line, until the thread rests
logger = logging.getLogger(__name__)


class Keeper:
    """``work`` is what a turn does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.thread: threading.Thread | None = None
        self.come, self.stopping = threading.Event(), threading.Event()

    def work(self) -> None:
        raise NotImplementedError

    def wake(self) -> None:
        """In the loop, for each line."""
        if self.thread is None:
            self.thread = threading.Thread(target=self.run, name=f"{self.folder.name}-keeper", daemon=True)
            self.thread.start()
        if not self.come.is_set():
            self.come.set()

    def close(self) -> None:
        self.stopping.set()
        self.come.set()
        if self.thread is not None:
            self.thread.join(5)

    def run(self) -> None:
        while not self.stopping.is_set():
            self.come.wait()
            self.come.clear()
            for _round in range(IDLE_ROUNDS):
                self.turn()
                if self.stopping.wait(EVERY_SECONDS) or self.come.is_set():
                    break
        connection.close()

    def turn(self) -> None:
        try:
            close_old_connections()
            self.work()
        except (DatabaseError, OSError):
            logger.exception("what was taken in waits in %s", self.folder)
