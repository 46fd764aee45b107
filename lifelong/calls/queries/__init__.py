"""Reading calls and registrations, for pages and other chapters."""

from lifelong.calls.queries.board import Line, Progress, board, register_progress
from lifelong.calls.queries.calls import (
    authorities_issuing,
    calls_for,
    calls_of,
    joined,
    joined_calls,
    open_calls_for,
    public_calls,
    reaches,
    recipients_of,
)
from lifelong.calls.queries.registrations import (
    registration_by_token,
    registrations,
    rivals_of,
    similar_to,
    waiting_registrations,
)

__all__ = [
    "Line", "Progress", "authorities_issuing", "board", "calls_for", "calls_of", "joined", "joined_calls",
    "open_calls_for", "public_calls", "reaches", "recipients_of", "register_progress", "registration_by_token", "registrations",
    "rivals_of", "similar_to", "waiting_registrations",
]  # fmt: skip
