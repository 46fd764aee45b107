"""What is carried through the browser instead of a session: signed, short-lived, useful for one purpose each."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.core import signing


class BadTicket(Exception):
    """Altered, grown old, or made for another purpose."""


@dataclass(frozen=True)
class Ticket:
    purpose = "ticket"
    good_for_s = 600

    def written(self) -> str:
        return signing.dumps(list(asdict(self).values()), salt=f"catalogue.lti.{self.purpose}", compress=True)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ``BadTicket``."""
        try:
            values: list[Any] = signing.loads(text, salt=f"catalogue.lti.{cls.purpose}", max_age=cls.good_for_s)
            return cls(*values)
        except (signing.BadSignature, TypeError, ValueError) as error:
            raise BadTicket(str(error)) from error


@dataclass(frozen=True)
class State(Ticket):
    """Between login and launch; the nonce in it may come back once."""

    purpose = "state"
    platform: int
    nonce: str
    target: str


@dataclass(frozen=True)
class Launch(Ticket):
    """A resource in a platform's frame, and where its result goes: empty where the platform wants none."""

    purpose = "launch"
    good_for_s = 12 * 3600
    platform: int
    resource_id: str
    sub: str
    line_item: str
    at_s: int


@dataclass(frozen=True)
class Choice(Ticket):
    """Somebody picks resources for a course of their platform."""

    purpose = "choice"
    good_for_s = 3600
    platform: int
    deployment: str
    return_url: str
    data: str
    line_items: bool
    many: bool = False  # whether the course takes several at once
