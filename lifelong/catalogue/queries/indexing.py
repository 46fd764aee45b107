"""Published entries as search knows them, and the change log that the index follows."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from html import unescape

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from lifelong.catalogue.models import Change, Entry
from lifelong.catalogue.queries.categories import category_path
from lifelong.catalogue.search.schema import Facts
from lifelong.regions.queries import tree as region_tree

_OUTLINE_TITLES = re.compile(r'\btitle="([^"]*)"')
OVERLAP = 2_000  # lines of the log looked at again: PostgreSQL shows sequence numbers out of order
OVERLAP_AGE = timedelta(minutes=10)


def facts_of(entries: Iterable[Entry]) -> Iterator[Facts]:
    """Entries read with ``with_counts()``; no query of its own but for the two small trees."""
    for entry in entries:
        published = timezone.localtime(entry.published_at) if entry.published_at else None
        path = category_path(entry.category_id)
        yield Facts(
            id=entry.resource_id,
            identifier=entry.identifier,
            change=entry.change,
            title=entry.title,
            type=entry.type,
            area=entry.area,
            keywords=entry.keyword_list,
            series_id=entry.series_id,
            series=entry.series_title,
            series_position=entry.series_position,
            speakers=[(one["id"], one["name"]) for one in entry.speakers],
            institution=entry.institution.code,
            institution_name=entry.institution_shown,
            region=region_path(entry.region_id),
            category=tuple(node.code for node in path),
            category_names=tuple(node.name for node in path) or (entry.category_path,),
            summary=entry.summary,
            outline=outline_words(entry.outline),
            duration_s=entry.duration_s,
            year=published.year if published else 0,
            batch=entry.batch.number if entry.batch else "",
            captions=entry.has_captions,
            views=entry.views,
            declared_views=entry.declared_views or 0,
            learners=entry.learners,
            declared_learners=entry.declared_learners or 0,
            published_s=int(published.timestamp()) if published else 0,
        )


def outline_words(xml: str) -> str:
    """The titles of a stored outline, which the validator has already made well-formed."""
    return unescape(" ".join(_OUTLINE_TITLES.findall(xml))) if xml else ""


def region_path(code: str | None) -> tuple[str, ...]:
    """``("410000", "410300")``: the province and what reports to it, down to the region itself."""
    found = region_tree().regions
    path: list[str] = []
    while code and code in found:
        path.insert(0, code)
        code = found[code].reporting_parent_id
    return tuple(path)


def online(resource_keys: Iterable[int] | None = None) -> Iterator[Entry]:
    """Online entries, all or those of these resources, without holding them all in memory."""
    entries = Entry.objects.online().with_counts()
    if resource_keys is not None:
        return iter(entries.filter(resource_id__in=list(resource_keys)))
    return entries.order_by("pk").iterator(chunk_size=2_000)


def states() -> Iterator[tuple[int, int]]:
    """``(resource key, change)`` of every online entry."""
    return Entry.objects.online().values_list("resource_id", "change").iterator(chunk_size=5_000)


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
