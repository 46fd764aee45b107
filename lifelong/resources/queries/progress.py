"""How far institutions are under a call, for its board and its reminders (``calls.queries.register_progress``)."""

from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from lifelong.calls.models import Call
from lifelong.calls.queries import Progress
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version

HANDED_IN = {State.SUBMITTED, State.FORWARDED, State.ACCEPTED, State.PUBLISHED, State.SUPERSEDED}
UNDER_WAY = {State.DRAFT, State.UNIT_REVIEW}
UNFINISHED = UNDER_WAY | {State.RETURNED}


def versions_under(call: Call) -> QuerySet[Version]:
    """What counts under a call; a draft bound to no call counts everywhere."""
    bound = Q(call=call) | Q(call=None, state__in=UNDER_WAY)
    return Version.objects.filter(bound, deleted_at__isnull=True)


def progress_under(call: Call, institutions: Sequence[int]) -> dict[int, Progress]:
    """Institution id → what it has drafted, has back and has handed in."""
    rows = (
        versions_under(call)
        .filter(resource__institution_id__in=institutions)
        .values("resource__institution_id")
        .annotate(
            drafts=Count("pk", filter=Q(state__in=UNDER_WAY)),
            returned=Count("pk", filter=Q(state=State.RETURNED)),
            submitted=Count("pk", filter=Q(state__in=HANDED_IN)),
        )
        .order_by()
    )
    return {row["resource__institution_id"]: Progress(row["drafts"], row["returned"], row["submitted"]) for row in rows}
