"""Facts of the request being served, for the audit and the logs: who asks from where, under which number."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    request_id: str = ""
    address: str = ""
    user_id: int | None = None


_current: ContextVar[Facts] = ContextVar("request_facts", default=Facts())


def current() -> Facts:
    return _current.get()


def remember(facts: Facts) -> None:
    _current.set(facts)
