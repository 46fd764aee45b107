"""The change log: every line is written in the transaction of what it tells of."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, OuterRef, Subquery

from lifelong.catalogue.lifecycle import ChangeKind
from lifelong.catalogue.models import Change, Entry

NOT_HARVESTED = {ChangeKind.COUNTED, ChangeKind.RENAMED}


def note_changes(resource_keys: Iterable[int], *, kind: ChangeKind, at: datetime) -> None:
    """A line for each resource, and its number on the public entry; harvesters' date moves only with what they read."""
    keys = list(resource_keys)
    for start in range(0, len(keys), 2_000):
        some = keys[start : start + 2_000]
        Change.objects.bulk_create(Change(resource_id=key, kind=kind, at=at) for key in some)
        newest = Change.objects.filter(resource_id=OuterRef("resource_id")).values("resource_id").annotate(n=Max("seq"))
        values = {"change": Subquery(newest.values("n"))}
        if kind not in NOT_HARVESTED:
            values["harvested_at"] = at  # type: ignore[assignment]
        Entry.objects.shown_or_not().filter(resource_id__in=some).update(**values)
