"""What each institution has done under a call, for the board of the call (``calls.queries.board``)."""

from collections.abc import Mapping, Sequence

from django.db.models import Count, Q

from lifelong.calls.models import Call
from lifelong.calls.queries import Progress
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version

LEFT = {State.DRAFT, State.UNIT_REVIEW}


def progress_under(call: Call, institutions: Sequence[int]) -> Mapping[int, Progress]:
    """Drafts (which belong to no call until they are handed in), returns and submissions; one query."""
    living = Version.objects.filter(resource__institution_id__in=institutions, deleted_at__isnull=True).filter(
        Q(call=call) | Q(call__isnull=True, state__in=LEFT)
    )
    counted = living.values("resource__institution").annotate(
        drafts=Count("pk", filter=Q(state__in=LEFT)),
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        submitted=Count(
            "pk", filter=Q(first_submitted_at__isnull=False) & ~Q(state__in=[State.RETURNED, State.WITHDRAWN])
        ),
    )
    return {
        row["resource__institution"]: Progress(row["drafts"], row["returned"], row["submitted"])
        for row in counted.order_by()
    }
