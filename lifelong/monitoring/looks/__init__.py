"""Looking: each goes and sees, and says what came; none writes. Which trouble that is stands in ``troubles``."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from lifelong.monitoring.lifecycle import LookOutcome


@dataclass(frozen=True)
class Seen:
    """``note`` in words for the page; ``telling`` is what makes it the same finding when it is seen again."""

    outcome: LookOutcome
    trouble: str = ""
    note: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    telling: str = ""
    read_bytes: int = 0
    known: dict[str, Any] | None = None  # for the next look

    @property
    def print(self) -> str:
        """Of what is wrong: dismissed once, it is not found again until it changes."""
        said = json.dumps([self.trouble, self.telling], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest() if self.outcome == LookOutcome.BAD else ""


def fine(note: str = "", **more: Any) -> Seen:
    return Seen(LookOutcome.OK, note=note, **more)


def bad(trouble: str, note: str, **more: Any) -> Seen:
    return Seen(LookOutcome.BAD, trouble, note, **more)


def unknown(note: str, **more: Any) -> Seen:
    return Seen(LookOutcome.UNKNOWN, note=note, **more)
