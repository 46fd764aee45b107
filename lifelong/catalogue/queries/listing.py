"""Entries as lists show them: cards and rows, a constant number of queries whatever the length."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from lifelong.catalogue.models import Entry
from lifelong.catalogue.search.highlight import excerpt, marked
from lifelong.catalogue.search.shelf import IndexMissing, Reader, View, reader


@dataclass(frozen=True)
class Card:
    """A resource on a card or in a row, under the names that the templates of the look use."""

    url: str
    title: str
    cover_url: str
    area: str
    type: str
    seconds: int | None
    speakers: str
    institution: str
    series: str = ""
    published_at: datetime | None = None
    marked_title: str = ""
    snippet: str = ""
    views: int = 0
    declared_views: int | None = None
    resource_id: str = ""
    number: str = ""
    linked: bool = False


def card(entry: Entry, words: tuple[str, ...] | None = None) -> Card:
    """``words`` given: a row of a result, with what was found marked."""
    return Card(
        url=entry.get_absolute_url(),
        title=entry.title,
        cover_url=entry.cover or entry.poster,
        area=entry.area,
        type=entry.type,
        seconds=entry.duration_s,
        speakers="、".join(one["name"] for one in entry.speakers[:3]) + ("…" if len(entry.speakers) > 3 else ""),
        institution=entry.institution.name,
        series=entry.series_title,
        published_at=entry.published_at,
        marked_title=marked(entry.title, words) if words else "",
        snippet=excerpt(entry.summary, words) if words is not None else "",
        views=entry.views,
        declared_views=entry.declared_views,
        resource_id=entry.identifier,
        number=entry.series_order,
        linked=entry.is_linked,
    )


def entries_of(resource_keys: list[int]) -> list[Entry]:
    """The online entries of these resources, in the order given; one query."""
    found = {
        entry.resource_id: entry for entry in Entry.objects.online().with_counts().filter(resource_id__in=resource_keys)
    }
    return [found[key] for key in resource_keys if key in found]


def cards(entries: Iterable[Entry]) -> list[Card]:
    return [card(entry) for entry in entries]


def the_reader() -> Reader:
    return reader(Path(settings.INDEX))


def view_now() -> View | None:
    """The index as it is now; None while there is none on this machine."""
    try:
        return the_reader().now()
    except IndexMissing:
        return None


def facet_counts(view: View | None, facet: str, **filters: Any) -> dict[str, int]:
    """Value → how many are online; from the index, kept for its generation."""
    from lifelong.catalogue.search.asking import Question, ask

    if view is None:
        return {}
    return dict(ask(view, Question.of("", filters, limit=1, facets=(facet,))).facets[facet])
