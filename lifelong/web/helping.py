"""Help where one stands: what is done on a page, the three commonest mistakes, whom to ask; words as data.

A chapter keeps ``templates/<chapter>/help.toml``, one table for each URL name::

    ["resources:index"]
    also = ["resources:many"]  # pages and buttons that the same words help with
    ask = "call"               # whom to ask: call (the notice's contacts) · province · operator
    zh = ["在这里做什么。", "常见错误一。", "常见错误二。", "常见错误三。"]
    en = ["What is done here.", "…", "…", "…"]
"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.translation import get_language

PACKAGE = "lifelong."
ASKS = {"call", "province", "operator"}


@dataclass(frozen=True)
class Help:
    name: str
    ask: str
    words: dict[str, tuple[str, ...]]  # language → what is done here, then the mistakes

    @property
    def _said(self) -> tuple[str, ...]:
        return self.words["en" if (get_language() or "").startswith("en") else "zh"]

    @property
    def what(self) -> str:
        return self._said[0]

    @property
    def mistakes(self) -> tuple[str, ...]:
        return self._said[1:]


@dataclass(frozen=True)
class Contact:
    """Whom a notice names: ``of`` its title, ``note`` what they look after."""

    of: str
    name: str
    telephone: str
    email: str
    note: str


ContactProvider = Callable[[Any], Iterable[Contact]]
_contacts: list[ContactProvider] = []


def register_contacts(provider: ContactProvider) -> None:
    """``provider(user)`` yields the contacts of the calls that concern the user."""
    _contacts.append(provider)


def contacts_for(user: Any) -> list[Contact]:
    return [contact for provider in _contacts for contact in provider(user)]


@lru_cache(maxsize=1)
def known() -> dict[str, Help]:
    """By URL name; read once."""
    found: dict[str, Help] = {}
    for chapter in apps.get_app_configs():
        path = Path(chapter.path) / "templates" / chapter.label / "help.toml"
        if chapter.name.startswith(PACKAGE) and path.is_file():
            for name, table in tomllib.loads(path.read_text("utf-8")).items():
                one = Help(name, table["ask"], {language: tuple(table[language]) for language in ("zh", "en")})
                found |= dict.fromkeys([name, *table.get("also", [])], one)
    return found


def help_for(view_name: str) -> Help | None:
    return known().get(view_name)
