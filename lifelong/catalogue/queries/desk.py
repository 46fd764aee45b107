"""The operator's list of the library, and of reports."""

from django.db.models import Q, QuerySet

from lifelong.catalogue.lifecycle import ReportState, Visibility
from lifelong.catalogue.models import Entry, Report
from lifelong.resources.identifiers import as_written

STATES = {Visibility.ONLINE, Visibility.HIDDEN, Visibility.GONE}


def library(*, text: str = "", state: str = "", area: str = "", institution: str = "") -> QuerySet[Entry]:
    """Everything that is or was public, newest first; ``text`` is a title's part or a resource id."""
    found = Entry.objects.shown_or_not().with_counts()
    if state in STATES:
        found = found.filter(visibility=state, out_at__isnull=state == Visibility.ONLINE)
    if area:
        found = found.filter(area=area)
    if institution:
        found = found.filter(Q(institution__code=institution) | Q(institution__name__icontains=institution))
    if text:
        identifier = as_written(text)
        found = found.filter(identifier=identifier) if identifier else found.filter(title__icontains=text)
    return found.order_by("-visibility_at", "-pk")


def hidden_count() -> int:
    return Entry.objects.filter(out_at__isnull=False, visibility=Visibility.HIDDEN).count()


def reports(*, state: str = "") -> QuerySet[Report]:
    found = Report.objects.select_related("resource__online_version", "answered_by")
    return found.filter(state=state) if state in ReportState.values else found


def open_reports() -> int:
    return Report.objects.filter(state=ReportState.OPEN).count()
