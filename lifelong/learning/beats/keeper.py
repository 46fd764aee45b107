"""Beside the door, in a thread of its own: drains the journals and knows which sessions have ended."""

import logging
import threading
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from lifelong.learning.actions import study
from lifelong.learning.beats.drain import drain
from lifelong.learning.queries.study import ended_since

EVERY_SECONDS = 2.0
IDLE_ROUNDS = 5  # after the last heartbeat, until the thread rests
KNOWN_FOR = timedelta(hours=3)
OVERLAP = timedelta(seconds=10)  # a transaction that began earlier may have come to light later
logger = logging.getLogger(__name__)


class Keeper:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ended: set[str] = set()
        self.before: set[str] = set()  # of the stretch before this one: so the sets are forgotten in turn
        self.looked_at = self.turned_at = timezone.now() - KNOWN_FOR
        self.thread: threading.Thread | None = None
        self.come, self.stopping = threading.Event(), threading.Event()

    def counts(self, session: str) -> bool:
        """Whether the session still counts, as far as is known here. In the loop; wakes the thread."""
        if self.thread is None:
            self.thread = threading.Thread(target=self.run, name="beats-keeper", daemon=True)
            self.thread.start()
        if not self.come.is_set():
            self.come.set()
        return session not in self.ended and session not in self.before

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
            self.look()
            drain(self.folder, study.take_in)
        except (DatabaseError, OSError):
            logger.exception("heartbeats wait in their journals")

    def look(self) -> None:
        now = timezone.now()
        if now - self.turned_at > KNOWN_FOR:
            self.before, self.ended, self.turned_at = self.ended, set(), now
        self.ended.update(ended_since(max(self.looked_at - OVERLAP, now - KNOWN_FOR)))
        self.looked_at = now
