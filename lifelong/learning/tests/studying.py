"""A library that plays, and learners at work in it, the short way."""

from datetime import datetime, timedelta
from typing import Any

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.learning.actions import study
from lifelong.learning.beats import tickets
from lifelong.learning.beats.rules import Beat
from lifelong.learning.models import StudySession

LENGTH = 100.0


def playable(
    title: str = "二十四式太极拳入门", *, files: int = 1, length_s: float = LENGTH, load: bool = True
) -> Entry:
    """An entry of the library with files of this length."""
    if load and not Entry.objects.exists():
        world.loaded()
    entry = world.entry(title)
    entry.files = [
        {"position": n, "title": f"第 {n} 讲", "name": f"{n}.mp4", "kind": "mp4", "url": f"/media/p/{n}.mp4", "poster": "",
         "duration_s": length_s, "size": 1, "width": 320, "height": 180, "technical": {}}
        for n in range(1, files + 1)
    ]  # fmt: skip
    entry.save()
    return entry


class Player:
    """A learner's player: ``beat`` makes the next heartbeat as the front would take it."""

    def __init__(self, user: User, entry: Entry, *, at: datetime, file: int = 1) -> None:
        self.began, self.n = at, 0
        self.session, self.progress, text = study.begin_session(entry, file, by=user, at=at)
        self.ticket, self.text = (
            tickets.opened(text, tickets.Ticket, salt=tickets.SALT, longest=tickets.LONGEST),
            text,
        )  # an old one too

    def beat(self, after_s: float, *spans: tuple[float, float], **given: Any) -> Beat:
        self.n += 1
        ticket = self.ticket
        told = {
            "received": (self.began + timedelta(seconds=after_s)).timestamp(), "session": ticket.session,
            "user": ticket.user, "resource": ticket.resource, "file": ticket.file, "progress": ticket.progress,
            "length_s": ticket.length_s, "n": self.n, "spans": spans, "speed": 1.0, "place": spans[-1][1],
        }  # fmt: skip
        return Beat(**{**told, **given})

    def seen(self) -> float:
        self.progress.refresh_from_db()
        return self.progress.seen_s

    def spent(self) -> float:
        self.progress.refresh_from_db()
        return self.progress.wall_s

    def row(self) -> StudySession:
        self.session.refresh_from_db()
        return self.session
