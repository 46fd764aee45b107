"""Pages that show a resource carry a ticket of whoever counts its use. The web knows no chapter."""

from collections.abc import Callable
from typing import Any

_providers: list[Callable[..., str]] = []


def register_tickets(provider: Callable[..., str]) -> None:
    """``provider(entry, file, user=…, launch=…)`` gives the ticket, or nothing where use is not counted."""
    _providers.append(provider)


def ticket_for(entry: Any, file: int, *, user: Any, launch: str) -> str:
    return next((found for provider in _providers if (found := provider(entry, file, user=user, launch=launch))), "")
