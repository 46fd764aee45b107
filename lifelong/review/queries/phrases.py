"""The phrases that a reviewer is offered: the shared ones of ``phrases.toml`` first, then one's own."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lifelong.accounts.models import User
from lifelong.review.criteria import in_english
from lifelong.review.models import Phrase

FILE = Path(__file__).parent.parent / "phrases.toml"


@dataclass(frozen=True)
class Offered:
    text: str
    field: str = ""
    own: int | None = None  # the row, where it can be removed
    english: str = ""

    @property
    def shown(self) -> str:
        """As its reader is shown it; what is written is ``text``."""
        return self.english if self.english and in_english() else self.text


@cache
def shared() -> tuple[Offered, ...]:
    return tuple(Offered(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["phrases"])


def phrases_for(user: User) -> list[Offered]:
    return [*shared(), *(Offered(one.text, own=one.pk) for one in Phrase.objects.filter(user=user))]
