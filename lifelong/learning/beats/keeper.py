"""Beside the door: drains the heartbeats and knows which sessions have ended."""

from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from lifelong.journals import keeper
from lifelong.learning.actions import study
from lifelong.learning.beats.drain import drain
from lifelong.learning.queries.study import ended_since

KNOWN_FOR = timedelta(hours=3)
OVERLAP = timedelta(seconds=10)  # a transaction that began earlier may have come to light later


class Keeper(keeper.Keeper):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ended: set[str] = set()
        self.before: set[str] = set()  # of the stretch before this one: so the sets are forgotten in turn
        self.looked_at = self.turned_at = timezone.now() - KNOWN_FOR

    def counts(self, session: str) -> bool:
        """Whether the session still counts, as far as is known here. In the loop; wakes the thread."""
        self.wake()
        return session not in self.ended and session not in self.before

    def work(self) -> None:
        self.look()
        drain(self.folder, study.take_in)

    def look(self) -> None:
        now = timezone.now()
        if now - self.turned_at > KNOWN_FOR:
            self.before, self.ended, self.turned_at = self.ended, set(), now
        self.ended.update(ended_since(max(self.looked_at - OVERLAP, now - KNOWN_FOR)))
        self.looked_at = now
