"""备好的文件: what takes too long for a request is written by a job, kept for some days and fetched as often as one likes.

A chapter registers what it can write from ``AppConfig.ready``::

    prepared.register(Kind("resources.list", _("本单位资源（.xlsx）"), write=…, may=…))

``facts`` are JSON values that say which file; ``may`` is asked when it is ordered, made and each time it is fetched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lifelong.accounts.models import User

SALT = "lifelong.media.prepared"
VALID_S = 24 * 3600
AT_ONCE = 1000  # rows that are written while somebody waits

Facts = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """``write(path, facts, by, at)`` fills the file at ``path`` and returns the name under which it is saved."""

    name: str
    title: Any
    write: Callable[[Path, Facts, User, datetime], str]
    may: Callable[[User, Facts], bool]
    days: int = 1


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind | None:
    return _kinds.get(name)


def offer(request: HttpRequest, kind: str, facts: Facts, *, rows: int) -> HttpResponse:
    """In the place of a file that takes long: a page that says how much it is, with the button that orders it."""
    sealed = signing.dumps([request.user.pk, kind, facts], salt=SALT)
    return render(request, "media/prepare.html", {"sealed": sealed, "title": _kinds[kind].title, "rows": rows})


def read_offer(sealed: str, user: User) -> tuple[str, Facts] | None:
    """What ``offer`` put into its page for this person."""
    try:
        owner, kind, facts = signing.loads(sealed, salt=SALT, max_age=VALID_S)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (kind, facts) if owner == user.pk else None
