"""The signed ticket of a study session: lets the front take heartbeats without the database."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.core.signing import BadSignature, Signer

SALT = "lifelong.learning.beats"
LIFETIME = timedelta(hours=24)
LONGEST = 1_000


class NotGenuine(Exception):
    """The ticket was not issued here, or was altered."""


class OutOfDate(Exception):
    """The ticket was genuine and has expired."""


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
    return Signer(salt=SALT).sign_object([session, user, resource, file, progress, length_s, until])


def read(text: str) -> Ticket:
    """Raises ``NotGenuine`` or ``OutOfDate``."""
    ticket = _opened(text)
    if ticket.expires < time.time():
        raise OutOfDate
    return ticket


@lru_cache(maxsize=8192)
def _opened(text: str) -> Ticket:
    if not text.isascii() or len(text) > LONGEST:
        raise NotGenuine
    try:
        return Ticket(*Signer(salt=SALT).unsign_object(text))
    except (BadSignature, ValueError, TypeError) as error:
        raise NotGenuine from error
