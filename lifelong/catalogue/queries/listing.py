"""Entries as lists show them: cards and rows, a constant number of queries whatever the length."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.search.highlight import excerpt, marked
from lifelong.catalogue.search.said import Place
from lifelong.catalogue.search.shelf import IndexMissing, Reader, View, reader


@dataclass(frozen=True)
class CaptionHit:
    """A line in which it is said; ``url`` opens the player there."""

    url: str
    seconds: int
    text: str


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
    caption_hits: tuple[CaptionHit, ...] = ()


PICTURE = ("small_cover", "cover", "poster")
CARD = (
    "resource_id", "visibility", "identifier", "title", "type", "area", *PICTURE, "duration_s", "speakers",
    "series_title", "published_at", "summary", "institution__name",
)  # fmt: skip
Row = dict[str, Any]  # of ``values()``: a list needs no model instances, which cost four times as much


def picture_of(row: Row) -> str:
    """The first there is of a small cover, a cover, a still of the film; empty where there is none."""
    return next((row[name] for name in PICTURE if row[name]), "")


def card(row: Row, words: tuple[str, ...] | None = None, places: Iterable[Place] = ()) -> Card:
    """``words`` given: a row of a result, with what was found marked; ``places`` where it is said."""
    names = [one["name"] for one in row["speakers"]]
    return Card(
        url=f"/resources/{row['identifier']}",
        title=row["title"],
        cover_url=picture_of(row),
        area=row["area"],
        type=row["type"],
        seconds=row["duration_s"],
        speakers="、".join(names[:3]) + ("…" if len(names) > 3 else ""),
        institution=row["institution__name"],
        series=row["series_title"],
        published_at=row["published_at"],
        marked_title=marked(row["title"], words) if words else "",
        snippet=excerpt(row["summary"], words) if words is not None else "",
        caption_hits=tuple(
            CaptionHit(address_at(row["identifier"], one.file, one.second), one.second, one.piece) for one in places
        ),
    )


def address_at(identifier: str, file: int, second: int) -> str:
    """The page of a resource with the player standing at a second of one of its files."""
    return f"/resources/{identifier}?{f'file={file}&' if file > 1 else ''}t={second}"


def rows_of(resource_keys: Sequence[int], fields: tuple[str, ...] = CARD) -> list[Row]:
    """The online entries of these resources, in the order given; one query."""
    if not resource_keys:
        return []
    asked = statement(fields, -(-len(resource_keys) // AT_ONCE) * AT_ONCE)
    found = {row["resource_id"]: row for row in asked.rows(resource_keys) if row["visibility"] == Visibility.ONLINE}
    return [found[key] for key in resource_keys if key in found]


AT_ONCE = 20  # rows; the last key is asked for again where there are fewer


@dataclass(frozen=True)
class Statement:
    """A query as Django words it and reads its answer. Wording it takes longer than SQLite takes to answer it."""

    sql: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    names: tuple[str, ...]
    read: Callable[[list[tuple[Any, ...]]], Iterable[Iterable[Any]]]
    count: int

    def rows(self, keys: Sequence[int]) -> Iterator[Row]:
        more = [keys[-1]] * (self.count - len(keys))
        with connection.cursor() as cursor:
            cursor.execute(self.sql, (*self.before, *keys, *more, *self.after))
            answered = cursor.fetchall()
        return (dict(zip(self.names, row, strict=True)) for row in self.read(answered))


@lru_cache(maxsize=64)
def statement(fields: tuple[str, ...], count: int) -> Statement:
    """Worded once for every number of rows."""
    places = list(range(-count, 0))
    query = Entry.objects.shown_or_not().telling_linked().filter(resource_id__in=places).values(*fields).query
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    at = params.index(places[0])
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return Statement(
        sql, tuple(params[:at]), tuple(params[at + count :]), tuple(query.selected),
        lambda rows: compiler.apply_converters(rows, converters), count,
    )  # fmt: skip


def cards_of(resource_keys: Sequence[int]) -> list[Card]:
    return [card(row) for row in rows_of(resource_keys)]


def online_keys(identifiers: Iterable[str]) -> dict[str, int]:
    """Which of these resource ids are online, each with its key; no query for none."""
    wanted = list(identifiers)
    found = Entry.objects.online().filter(identifier__in=wanted).values_list("identifier", "resource_id")
    return dict(found) if wanted else {}


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
