"""Which records a list holds, a page at a time, along (datestamp, key): a record that changes meanwhile moves to the
end and is told again, so nothing is lost. The same number of queries for every page."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet

from lifelong.catalogue.models import Entry
from lifelong.catalogue.oai import sets, tokens
from lifelong.catalogue.oai.asking import Request, span
from lifelong.catalogue.oai.errors import CannotDisseminateFormat, IdDoesNotExist, NoRecordsMatch
from lifelong.catalogue.oai.formats import FORMATS
from lifelong.catalogue.search.kept import Kept

PAGE = 100
LONG = 10_000  # records; counting more takes longer than telling a page of them
FRESH_S = 600.0  # of such a count
_sizes = Kept(200)
HEADER = ("pk", "identifier", "visibility", "harvested_at", "area", "category_id")
RECORD = (
    *HEADER, "title", "type", "host_platform", "link", "series_title", "series_order", "summary", "duration_s", "created_date",
    "rights_holder", "speakers", "declared_views", "declared_learners", "cover", "poster", "outline", "keywords",
    "category_path", "institution__code", "institution_name", "region_id", "batch__number", "published_at", "files",
    "has_captions",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """The rows of a page, one more where the list goes on, and the place they begin at."""

    rows: list[Row]
    place: tokens.Token
    resumed: bool


def told() -> QuerySet[Entry]:
    """All that harvesters ever hear of: what is public and what was."""
    return Entry.objects.shown_or_not().filter(harvested_at__isnull=False)


def earliest() -> datetime | None:
    found: datetime | None = told().aggregate(first=Min("harvested_at"))["first"]
    return found


def page(request: Request, *, now: datetime) -> Page:
    """The page a list request or its token asks for. Raises the protocol's errors."""
    if "resumptionToken" in request.arguments:
        token = tokens.read(request.get("resumptionToken"), verb=request.verb, now=now)
    else:
        token = begun(request, now=now)
    wanted = listed(token)
    rows = rows_after(wanted, token, HEADER if request.verb == "ListIdentifiers" else RECORD)
    if not rows and not token.cursor:
        raise NoRecordsMatch("no record matches")
    return Page(rows, token, resumed="resumptionToken" in request.arguments)


def begun(request: Request, *, now: datetime) -> tokens.Token:
    """The place before the first record, in the shape of a token."""
    prefix = request.get("metadataPrefix")
    since, until = request.arguments.get("from"), request.arguments.get("until")
    span(since, until)
    if prefix not in FORMATS:
        raise CannotDisseminateFormat(f"there is no format {prefix}")
    start = tokens.Token(
        request.verb, prefix, request.get("set"), since, until, at_us=-1, key=0, cursor=0, size=0, expires_s=tokens.expiry(now)
    )  # fmt: skip
    return replace(start, size=size_of(start))


def size_of(start: tokens.Token) -> int:
    """How long the list is; a long one is not counted again for some minutes (the protocol takes an estimate)."""
    key = (start.set_spec, start.since, start.until)
    if (kept := _sizes.get(key)) is not None and time.monotonic() - kept[0] < FRESH_S:
        return kept[1]
    size = listed(start).count()
    if size > LONG:
        _sizes.put(key, (time.monotonic(), size))
    return size


def listed(token: tokens.Token) -> QuerySet[Entry]:
    wanted = told()
    start, end = span(token.since, token.until)
    if start is not None:
        wanted = wanted.filter(harvested_at__gte=start)
    if end is not None:
        wanted = wanted.filter(harvested_at__lt=end)
    return wanted.filter(sets.members(token.set_spec)) if token.set_spec else wanted


def rows_after(wanted: QuerySet[Entry], token: tokens.Token, fields: tuple[str, ...]) -> list[Row]:
    """One row more than a page. Two plain steps along the index: an "or" over both columns would walk the whole of it."""
    if token.at_us < 0:
        return list(wanted.order_by("harvested_at", "pk").values(*fields)[: PAGE + 1])
    same = list(wanted.filter(harvested_at=token.at, pk__gt=token.key).order_by("pk").values(*fields)[: PAGE + 1])
    later = wanted.filter(harvested_at__gt=token.at).order_by("harvested_at", "pk").values(*fields)
    return same + list(later[: PAGE + 1 - len(same)])


def onward(token: tokens.Token, rows: list[Row], now: datetime) -> tokens.Token:
    last = rows[-1]
    return replace(
        token, at_us=tokens.microseconds(last["harvested_at"]), key=last["pk"], cursor=token.cursor + len(rows),
        expires_s=tokens.expiry(now),
    )  # fmt: skip


def one(identifier: str, beginning: str, fields: tuple[str, ...] = RECORD) -> Row:
    """The record of ``oai:<host>:<resource id>``. Raises ``IdDoesNotExist``."""
    key = identifier.removeprefix(beginning)
    row = (
        told().filter(identifier=key).values(*fields).first()
        if identifier.startswith(beginning) and key.isprintable()
        else None
    )
    if row is None:
        raise IdDoesNotExist(f"there is no record {identifier}")
    return row
