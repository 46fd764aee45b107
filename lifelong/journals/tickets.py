"""Signed tickets by which the front lets something in without the database: sealed in a page, read here, kept for the next time."""

from functools import lru_cache
from typing import Any, TypeVar

from django.core.signing import BadSignature, Signer

T = TypeVar("T")


class NotGenuine(Exception):
    """The ticket was not issued here, or was altered."""


class OutOfDate(Exception):
    """The ticket was genuine and has expired."""


def sealed(facts: list[Any], *, salt: str) -> str:
    return Signer(salt=salt).sign_object(facts)


@lru_cache(maxsize=16_384)
def opened(text: str, kind: type[T], *, salt: str, longest: int) -> T:
    """``kind`` made of what was sealed. Raises ``NotGenuine``."""
    if not text.isascii() or len(text) > longest:
        raise NotGenuine
    try:
        return kind(*Signer(salt=salt).unsign_object(text))
    except (BadSignature, ValueError, TypeError) as error:
        raise NotGenuine from error
