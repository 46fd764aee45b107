"""How far institutions are under a call, for its board and its reminders (``calls.queries.register_progress``)."""

from collections.abc import Sequence

from django.db.models import Count, Q

from lifelong.calls.models import Call
from lifelong.calls.queries import Progress
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version

HANDED_IN = {State.SUBMITTED, State.FORWARDED, State.ACCEPTED, State.PUBLISHED, State.SUPERSEDED}
UNDER_WAY = {State.DRAFT, State.UNIT_REVIEW}


def progress_under(call: Call, institutions: Sequence[int]) -> dict[int, Progress]:
    """Institution id → what it has drafted, has back and has handed in; a draft bound to no call counts everywhere."""
    versions = Version.objects.filter(resource__institution_id__in=institutions, deleted_at__isnull=True)
    rows = (
        versions.filter(Q(call=call) | Q(call=None, state__in=UNDER_WAY))
        .values("resource__institution_id")
        .annotate(
            drafts=Count("pk", filter=Q(state__in=UNDER_WAY)),
            returned=Count("pk", filter=Q(state=State.RETURNED)),
            submitted=Count("pk", filter=Q(state__in=HANDED_IN)),
        )
        .order_by()
    )
    return {row["resource__institution_id"]: Progress(row["drafts"], row["returned"], row["submitted"]) for row in rows}
