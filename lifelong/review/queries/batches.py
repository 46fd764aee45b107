"""Batches: lists for the composer, what could still be added, what the public page tells."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round, Version
from lifelong.review.lifecycle import BatchState
from lifelong.review.models import Batch, BatchItem
from lifelong.review.models.batches import BatchItemQuerySet


def batches() -> QuerySet[Batch]:
    """What is still to be published first, then the newest."""
    counted = Batch.objects.exclude(origin="load").annotate(
        size=Count("items"), pulled=Count("items", filter=Q(items__pulled_at__isnull=False))
    )
    return counted.order_by(F("published_at").desc(nulls_first=True), "-created_at")


def published_batches() -> QuerySet[Batch]:
    """Newest first, with what went live; those that ``load`` made are not announcements."""
    never_live = Q(items__pulled_at__lt=F("published_at"))
    counted = Batch.objects.exclude(origin="load").annotate(
        size=Count("items", filter=~never_live),
        pulled=Count("items", filter=Q(items__pulled_at__isnull=False) & ~never_live),
    )
    return counted.filter(state=BatchState.PUBLISHED).order_by("-published_at")


def items_of(batch: Batch) -> BatchItemQuerySet:
    """In their order, pulled ones included: they keep their line."""
    return batch.items.select_related("version__resource__institution", "version__category").order_by("position", "pk")


def accepted_rounds(versions: QuerySet[Version]) -> QuerySet[Round]:
    """The newest round of each: the one that was accepted."""
    newest = Round.objects.filter(version=OuterRef("version")).order_by("-number").values("pk")[:1]
    found = Round.objects.filter(version__in=versions.values("pk"), pk=Subquery(newest))
    return found.select_related("version").order_by("pk")


def waiting_for_a_batch(*, area: str = "", institution: str = "", call: str = "") -> QuerySet[Version]:
    """Accepted versions that no batch holds yet."""
    taken = BatchItem.objects.filter(version=OuterRef("pk"), pulled_at__isnull=True)
    found = Version.objects.filter(~Exists(taken), state=State.ACCEPTED).select_related("resource__institution", "call")
    if area:
        found = found.filter(area=area)
    if institution:
        found = found.filter(resource__institution__code=institution)
    if call:
        found = found.filter(call__number=call)
    return found.order_by("state_at", "pk")
