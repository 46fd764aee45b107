"""The phrases that a reviewer is offered: the shared ones of ``phrases.toml`` first, then one's own."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lifelong.accounts.models import User
from lifelong.review.models import Phrase

FILE = Path(__file__).parent.parent / "phrases.toml"


@dataclass(frozen=True)
class Offered:
    text: str
    field: str = ""
    own: int | None = None  # the row, where it can be removed


@cache
def shared() -> tuple[Offered, ...]:
    return tuple(Offered(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["phrases"])


def phrases_for(user: User) -> list[Offered]:
    return [*shared(), *(Offered(one.text, own=one.pk) for one in Phrase.objects.filter(user=user))]
