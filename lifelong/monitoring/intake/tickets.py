"""The signed ticket in a page: of which resource it may tell, and for whom. Lets the front take events without the database."""

import time
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.core.signing import BadSignature, Signer

SALT = "lifelong.monitoring.use"
LIFETIME = timedelta(hours=24)  # of one that says who: a page that is open longer is read again
LONGEST = 600


class NotGenuine(Exception):
    """The ticket was not issued here, or was altered."""


class OutOfDate(Exception):
    """The ticket was genuine and has expired."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """``length_s`` of the file that the page shows, 0 where nobody knows. One for everybody says nothing of a person and
    stays the same, for the page with it is kept; ``person`` is a pseudonym."""

    resource: int
    file: int = 1
    length_s: float = 0.0
    standing: str = "public"
    person: str = ""
    until: int = 0

    def written(self) -> str:
        return Signer(salt=SALT).sign_object(list(astuple(self)))


def until(at: datetime) -> int:
    return int((at + LIFETIME).timestamp())


def read(text: str) -> Ticket:
    """Raises ``NotGenuine`` or ``OutOfDate``."""
    ticket = _opened(text)
    if ticket.until and ticket.until < time.time():
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
