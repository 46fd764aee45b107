"""The signed ticket in a page: of which resource it may tell, and for whom. Lets the front take events without the database."""

import time
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from lifelong.journals.tickets import NotGenuine, OutOfDate, opened, sealed

__all__ = ["NotGenuine", "OutOfDate", "Ticket", "read", "until"]

SALT = "lifelong.monitoring.use"
LIFETIME = timedelta(hours=24)  # of one that says who: a page that is open longer is read again
LONGEST = 600


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
        return sealed(list(astuple(self)), salt=SALT)


def until(at: datetime) -> int:
    return int((at + LIFETIME).timestamp())


def read(text: str) -> Ticket:
    """Raises ``NotGenuine`` or ``OutOfDate``."""
    ticket = opened(text, Ticket, salt=SALT, longest=LONGEST)
    if ticket.until and ticket.until < time.time():
        raise OutOfDate
    return ticket
