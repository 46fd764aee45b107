"""The first page of everyone who works here: chapters register what waits for a person and where they can go.

Chapters call ``register_waiting`` and ``register_menu`` from ``AppConfig.ready``; the web knows no chapter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: a number, what it is, by when, and where to go."""

    title: str
    count: int
    url: str
    due_at: datetime | None = None
    note: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of the menu; ``order`` sorts, ``group`` heads a block (中文)."""

    title: str
    url: str
    group: str = ""
    order: int = 50


Provider = Callable[[Any], Iterable[Waiting]]
MenuProvider = Callable[[Any], Iterable[Entry]]
_waiting: list[Provider] = []
_menu: list[MenuProvider] = []


def register_waiting(provider: Provider) -> None:
    """``provider(user)`` yields what waits for this user; at most a few queries each."""
    _waiting.append(provider)


def register_menu(provider: MenuProvider) -> None:
    """``provider(user)`` yields the menu entries this user may open; no queries beyond the user's rights."""
    _menu.append(provider)


def waiting_for(user: Any) -> list[Waiting]:
    found = [item for provider in _waiting for item in provider(user)]
    return sorted(found, key=lambda item: (not item.urgent, item.due_at is None, item.due_at or 0, -item.count))


def menu_for(user: Any) -> list[Entry]:
    found = [entry for provider in _menu for entry in provider(user)]
    return sorted(found, key=lambda entry: (entry.order, entry.title))
