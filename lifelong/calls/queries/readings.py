"""Who has an announcement or a correction before their eyes, and who has not."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lifelong.calls.models import Amendment, AmendmentReading, Call
from lifelong.calls.queries.board import Line, board
from lifelong.calls.queries.calls import recipients_of


@dataclass(frozen=True)
class Reader:
    """An institution's line of the board, with when it read the announcement and when it was last reminded of it."""

    line: Line
    read_at: datetime | None = None
    reminded_at: datetime | None = None


def with_reading_counts(call: Call) -> QuerySet[Amendment]:
    """The call's announcements with ``read``: how many of the asked institutions have read each."""
    asked = recipients_of(call).order_by().values("pk")
    counted = (
        AmendmentReading.objects.filter(amendment=OuterRef("pk"), at__isnull=False, institution__in=asked)
        .order_by().values("amendment").annotate(n=Count("pk")).values("n")
    )  # fmt: skip
    return call.amendments.select_related("by").annotate(read=Coalesce(Subquery(counted), 0))


def readers(amendment: Amendment, at: datetime, *, show: str = "", region: str = "", kind: str = "") -> list[Reader]:
    """Every asked institution, ``show`` narrowed to ``unread`` or ``read``; a constant number of queries.

    ``amendment.call`` comes with windows.
    """
    known = {one.institution_id: one for one in amendment.readings.all()}
    found = []
    for line in board(amendment.call, at, region=region, kind=kind):
        reading = known.get(line.institution.pk)
        found.append(Reader(line, reading.at if reading else None, reading.reminded_at if reading else None))
    wanted = {"unread": False, "read": True}.get(show)
    return [one for one in found if wanted is None or (one.read_at is not None) == wanted]
