"""Reading calls and registrations, for pages and other chapters."""

from lifelong.calls.queries.board import Line, Progress, board, lines_of, narrowed, register_progress, standings
from lifelong.calls.queries.calls import (
    authorities_issuing,
    calls_for,
    calls_of,
    deputies,
    joined,
    joined_calls,
    open_calls_for,
    public_calls,
    reaches,
    recipients_of,
)
from lifelong.calls.queries.questions import published_questions, questions, questions_seen_by, waiting_questions
from lifelong.calls.queries.readings import readers, with_reading_counts
from lifelong.calls.queries.registrations import (
    registration_by_token,
    registrations,
    rivals_of,
    similar_to,
    waiting_registrations,
)

__all__ = [
    "Line", "Progress", "authorities_issuing", "board", "calls_for", "calls_of", "deputies", "joined", "joined_calls", "lines_of", "narrowed",
    "open_calls_for", "public_calls", "published_questions", "questions", "questions_seen_by", "reaches", "readers",
    "recipients_of", "register_progress", "registration_by_token", "registrations", "rivals_of", "similar_to", "standings",
    "waiting_questions", "waiting_registrations", "with_reading_counts",
]  # fmt: skip
