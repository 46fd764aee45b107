"""Batches: lists for the composer, what could still be added, what the public page tells."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Batch, BatchItem


def batches() -> QuerySet[Batch]:
    return Batch.objects.exclude(origin="load").annotate(
        size=Count("items"), pulled=Count("items", filter=Q(items__pulled_at__isnull=False))
    )


def published_batches() -> QuerySet[Batch]:
    """Newest first; those that ``load`` made are not announcements."""
    return batches().filter(state=BatchState.PUBLISHED).order_by("-published_at")


def items_of(batch: Batch) -> QuerySet[BatchItem]:
    """In their order, pulled ones included: they keep their line."""
    return batch.items.select_related("version__resource__institution", "version__category").order_by("position", "pk")


def waiting_for_a_batch(*, area: str = "", institution: str = "", call: str = "") -> QuerySet[Version]:
    """Accepted versions that no batch holds yet."""
    taken = BatchItem.objects.filter(version=OuterRef("pk"))
    found = Version.objects.filter(~Exists(taken), state=State.ACCEPTED).select_related("resource__institution", "call")
    if area:
        found = found.filter(area=area)
    if institution:
        found = found.filter(resource__institution__code=institution)
    if call:
        found = found.filter(call__number=call)
    return found.order_by("state_at", "pk")
