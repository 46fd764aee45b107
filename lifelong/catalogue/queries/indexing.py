"""Published entries as search knows them, and the change log that the index follows."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from html import unescape
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone, translation

from lifelong.catalogue.models import Change, Entry, both_names
from lifelong.catalogue.queries.categories import category_path
from lifelong.catalogue.search.schema import Facts
from lifelong.regions.queries import full_name
from lifelong.regions.queries import tree as region_tree
from lifelong.web.vocabulary import AREAS, TYPES

_OUTLINE_TITLES = re.compile(r'\btitle="([^"]*)"')
OVERLAP = 2_000  # lines of the log looked at again: PostgreSQL shows sequence numbers out of order
OVERLAP_AGE = timedelta(minutes=10)


FIELDS = (
    "resource_id", "identifier", "change", "title", "type", "area", "keywords", "series_id", "series_title",
    "series_position", "speakers", "institution_name", "region_id", "category_id", "category_path", "summary", "outline",
    "duration_s", "has_captions", "declared_views", "declared_learners", "published_at", "institution__code",
    "institution__name", "batch__number", "resource__count__views", "resource__count__learners",
)  # fmt: skip


def facts_of(rows: Iterable[dict[str, Any]]) -> Iterator[Facts]:
    """Rows of ``online()``; no query of its own but for the two small trees."""
    for row in rows:
        published = timezone.localtime(row["published_at"]) if row["published_at"] else None
        path = category_path(row["category_id"])
        yield Facts(
            id=row["resource_id"],
            identifier=row["identifier"],
            change=row["change"],
            title=row["title"],
            type=row["type"],
            area=row["area"],
            keywords=[word for word in map(str.strip, row["keywords"].split(";")) if word],
            series_id=row["series_id"],
            series=row["series_title"],
            series_position=row["series_position"],
            speakers=[(one["id"], one["name"]) for one in row["speakers"]],
            institution=row["institution__code"],
            institution_name=both_names(row["institution__name"], row["institution_name"]),
            region=region_path(row["region_id"]),
            category=tuple(node.code for node in path),
            category_names=tuple(node.name for node in path) or (row["category_path"],),
            belongs=(
                *kind_words(row["type"], row["area"]),
                *place_words(row["region_id"]),
                row["institution__code"],
                row["batch__number"] or "",
            ),
            summary=row["summary"],
            outline=outline_words(row["outline"]),
            duration_s=row["duration_s"],
            year=published.year if published else 0,
            batch=row["batch__number"] or "",
            captions=row["has_captions"],
            views=row["resource__count__views"] or 0,
            declared_views=row["declared_views"] or 0,
            learners=row["resource__count__learners"] or 0,
            declared_learners=row["declared_learners"] or 0,
            published_s=int(published.timestamp()) if published else 0,
        )


def outline_words(xml: str) -> str:
    """The titles of a stored outline, which the validator has already made well-formed."""
    return unescape(" ".join(_OUTLINE_TITLES.findall(xml))) if xml else ""


@lru_cache(maxsize=100)
def kind_words(type_code: str, area: str) -> tuple[str, ...]:
    """``("A01", "视频资源", "老年教育")``: searched in Chinese whatever the language of who started the feeder."""
    with translation.override(settings.LANGUAGE_CODE):
        return (type_code, str(TYPES.get(type_code, "")), str(AREAS.get(area, "")))


@lru_cache(maxsize=2_000)
def place_words(code: str | None) -> tuple[str, ...]:
    """Codes and names of the region and of those it reports to: ``("410000", "410100", "河南省 郑州市")``."""
    return (*region_path(code), full_name(code)) if code else ()


@lru_cache(maxsize=2_000)
def region_path(code: str | None) -> tuple[str, ...]:
    """``("410000", "410300")``: the province and what reports to it, down to the region itself."""
    found = region_tree().regions
    path: list[str] = []
    while code and code in found:
        path.insert(0, code)
        code = found[code].reporting_parent_id
    return tuple(path)


def online(resource_keys: Iterable[int] | None = None) -> Iterator[dict[str, Any]]:
    """Online entries, all or those of these resources, as plain rows and without holding them all in memory."""
    rows = Entry.objects.online().values(*FIELDS)
    if resource_keys is not None:
        return iter(rows.filter(resource_id__in=list(resource_keys)))
    return rows.order_by("pk").iterator(chunk_size=2_000)


def states(start: int, end: int) -> Iterator[tuple[int, int]]:
    """``(resource key, change)`` of the online entries whose key lies within ``start`` and before ``end``."""
    within = Entry.objects.online().filter(resource_id__gte=start, resource_id__lt=end)
    return within.values_list("resource_id", "change").iterator(chunk_size=5_000)


def highest() -> int:
    """The last resource key that an entry has."""
    return Entry.objects.aggregate(last=Max("resource_id"))["last"] or 0


def last_change() -> int:
    return Change.objects.aggregate(last=Max("seq"))["last"] or 0


def changes_after(cursor: int, seen: frozenset[int] | set[int], limit: int) -> list[tuple[int, int]]:
    """``(seq, resource key)`` of the next lines after the cursor and, on PostgreSQL, of late ones just before it.

    ``seen`` holds the numbers near the cursor that were already taken.
    """
    lines = list(Change.objects.filter(seq__gt=cursor).order_by("seq").values_list("seq", "resource_id")[:limit])
    if connection.vendor == "postgresql":
        late = Change.objects.filter(seq__gt=cursor - OVERLAP, seq__lte=cursor, at__gt=timezone.now() - OVERLAP_AGE)
        lines += [line for line in late.values_list("seq", "resource_id") if line[0] not in seen]
    return lines
