"""What was measured reaches the library: lists, resource pages and the index show it beside what was declared."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from lifelong.catalogue.actions.log import note_changes
from lifelong.catalogue.lifecycle import ChangeKind
from lifelong.catalogue.models import Count

SLICE = 2_000


@transaction.atomic
def set_counts(counts: Mapping[int, tuple[int, int]], *, at: datetime) -> int:
    """Resource → (views, learners). Only what differs is written and told to the index; how many that were."""
    keys, changed = sorted(counts), []
    for start in range(0, len(keys), SLICE):
        some = keys[start : start + SLICE]
        known = {row.resource_id: (row.views, row.learners) for row in Count.objects.filter(resource_id__in=some)}
        rows = [
            Count(resource_id=key, views=counts[key][0], learners=counts[key][1], counted_at=at)
            for key in some
            if known.get(key, (0, 0)) != counts[key]
        ]
        fields = ["views", "learners", "counted_at"]
        Count.objects.bulk_create(rows, update_conflicts=True, unique_fields=["resource"], update_fields=fields)
        changed += [row.resource_id for row in rows]
    note_changes(changed, kind=ChangeKind.COUNTED, at=at)
    return len(changed)
