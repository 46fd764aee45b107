"""The first page of everyone who works here: chapters register what waits for a person and where they can go.

Chapters call ``register_waiting``, ``register_dates``, ``register_news`` and ``register_menu`` from ``AppConfig.ready``; the web knows no chapter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST_BESIDE = 6  # dates and news on the first page


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
class Date:
    """A day that comes, whether anything waits or not: what ends then, of what. ``day`` is how it is said."""

    at: datetime
    day: str
    title: str
    of: str
    url: str = ""


@dataclass(frozen=True)
class News:
    """Something the person was told."""

    at: datetime
    title: str
    url: str
    unread: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of the menu; ``order`` sorts, ``group`` heads a block (中文). ``sets``: what is set there the public sees."""

    title: str
    url: str
    group: str = ""
    order: int = 50
    sets: bool = False


@dataclass(frozen=True)
class Word:
    """What a person with nothing to do should know: why that is so, and what they may read meanwhile."""

    title: str
    text: str
    links: tuple[tuple[str, str], ...] = ()  # (words, address)


WordProvider = Callable[[Any], Iterable[Word]]
Provider = Callable[[Any], Iterable[Waiting]]
DateProvider = Callable[[Any], Iterable[Date]]
NewsProvider = Callable[[Any], Iterable[News]]
MenuProvider = Callable[[Any], Iterable[Entry]]
_waiting: list[Provider] = []
_dates: list[DateProvider] = []
_news: list[NewsProvider] = []
_menu: list[MenuProvider] = []
_words: list[WordProvider] = []


def register_waiting(provider: Provider) -> None:
    """``provider(user)`` yields what waits for this user; at most a few queries each."""
    _waiting.append(provider)


def register_dates(provider: DateProvider) -> None:
    """``provider(user)`` yields the dates ahead that concern this user; at most a few queries each."""
    _dates.append(provider)


def register_news(provider: NewsProvider) -> None:
    """``provider(user)`` yields what this user was last told, newest first."""
    _news.append(provider)


def register_menu(provider: MenuProvider) -> None:
    """``provider(user)`` yields the menu entries this user may open; no queries beyond the user's rights."""
    _menu.append(provider)


def register_words(provider: WordProvider) -> None:
    """``provider(user)`` yields what stands on the first page while nothing waits for this user."""
    _words.append(provider)


def words_for(user: Any) -> list[Word]:
    return [word for provider in _words for word in provider(user)]


def waiting_for(user: Any) -> list[Waiting]:
    found = [item for provider in _waiting for item in provider(user)]
    return sorted(found, key=lambda item: (not item.urgent, item.due_at is None, item.due_at or 0, -item.count))


def dates_for(user: Any) -> list[Date]:
    """The next ones, the nearest first."""
    return sorted((date for provider in _dates for date in provider(user)), key=lambda date: date.at)[:MOST_BESIDE]


def news_for(user: Any) -> list[News]:
    found = (news for provider in _news for news in provider(user))
    return sorted(found, key=lambda news: news.at, reverse=True)[:MOST_BESIDE]


def menu_for(user: Any) -> list[Entry]:
    found = [entry for provider in _menu for entry in provider(user)]
    return sorted(found, key=lambda entry: (entry.order, entry.title))
