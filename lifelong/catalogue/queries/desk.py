"""The operator's list of the library, and of reports."""

from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from lifelong.catalogue.lifecycle import ReportState, Visibility
from lifelong.catalogue.models import Entry, Report
from lifelong.institutions.models import Institution
from lifelong.resources.identifiers import as_written

STATES = {Visibility.ONLINE, Visibility.HIDDEN, Visibility.GONE}
EVER = datetime(1949, 10, 1, tzinfo=UTC)  # SQLite takes an index for "after", and walks all rows for "is not null"


def library(*, text: str = "", state: str = "", area: str = "", institution: str = "") -> QuerySet[Entry]:
    """Everything that is or was public, newest first; ``text`` is a title's part or a resource id."""
    found = Entry.objects.shown_or_not().with_counts()
    if state in STATES:
        found = found.filter(visibility=state)
        found = found if state == Visibility.ONLINE else found.filter(out_at__gt=EVER)
    if area:
        found = found.filter(area=area)
    if institution:
        named = Institution.objects.filter(Q(code=institution) | Q(name__icontains=institution))
        found = found.filter(institution__in=list(named.values_list("pk", flat=True)))
    if text:
        identifier = as_written(text)
        found = found.filter(identifier=identifier) if identifier else found.filter(title__icontains=text)
    # what is out went out when it last changed: the few of them are found by their own index
    since = "-out_at" if state in {Visibility.HIDDEN, Visibility.GONE} else "-visibility_at"
    return found.order_by(since, "-pk")


def library_rows(found: QuerySet[Entry], start: int, size: int) -> list[Entry]:
    """A stretch of ``library``: its keys first, so that what is passed over is not joined to anything."""
    keys = list(found.select_related(None).values_list("pk", flat=True)[start : start + size])
    rows = Entry.objects.with_counts().in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def hidden_count() -> int:
    return Entry.objects.filter(out_at__gt=EVER, visibility=Visibility.HIDDEN).count()


def reports(*, state: str = "") -> QuerySet[Report]:
    found = Report.objects.select_related("resource__online_version", "answered_by")
    return found.filter(state=state) if state in ReportState.values else found


def open_reports() -> int:
    return Report.objects.filter(state=ReportState.OPEN).count()
