"""The signed ticket of a study session: lets the front take heartbeats without the database."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from lifelong.journals.tickets import NotGenuine, OutOfDate, opened, sealed

__all__ = ["NotGenuine", "OutOfDate", "Ticket", "issue", "read"]

SALT = "lifelong.learning.beats"
LIFETIME = timedelta(hours=24)
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """``session`` in hexadecimal; ``user``, ``resource``, ``progress`` are keys; ``length_s`` of the published file."""

    session: str
    user: int
    resource: int
    file: int
    progress: int
    length_s: float
    expires: int


def issue(*, session: str, user: int, resource: int, file: int, progress: int, length_s: float, at: datetime) -> str:
    until = int((at + LIFETIME).timestamp())
    return sealed([session, user, resource, file, progress, length_s, until], salt=SALT)


def read(text: str) -> Ticket:
    """Raises ``NotGenuine`` or ``OutOfDate``."""
    ticket = opened(text, Ticket, salt=SALT, longest=LONGEST)
    if ticket.expires < time.time():
        raise OutOfDate
    return ticket
