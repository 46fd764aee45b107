"""公示: what is before the public now, what stops a publication, what was objected."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lifelong.review.lifecycle import BatchState, ObjectionState
from lifelong.review.models import Batch, Objection, PublicNotice
from lifelong.review.models.batches import BatchItemQuerySet
from lifelong.web.templatetags.web import deadline


def standing_notice(batch: Batch) -> PublicNotice | None:
    return batch.public_notices.filter(called_off_at__isnull=True).first()


def running_notices(at: datetime) -> QuerySet[PublicNotice]:
    """Those before the public now, the first to end first."""
    found = PublicNotice.objects.filter(called_off_at__isnull=True, begins_at__lte=at, ends_at__gt=at)
    return found.select_related("batch").order_by("ends_at", "pk")


def begun_notices(at: datetime) -> QuerySet[PublicNotice]:
    """Every one that ever was before the public, newest first."""
    return PublicNotice.objects.filter(begins_at__lte=at).select_related("batch").order_by("-begins_at", "-pk")


def notice_of(number: str, at: datetime) -> PublicNotice | None:
    """What the address of a batch's notice shows: the newest that has begun."""
    with_numbers = begun_notices(at).annotate(
        received=Count("objections"),
        upheld=Count("objections", filter=Q(objections__state=ObjectionState.UPHELD)),
        rejected=Count("objections", filter=Q(objections__state=ObjectionState.REJECTED)),
    )
    return with_numbers.filter(batch__number=number).first()


def noticed_items(notice: PublicNotice) -> BatchItemQuerySet:
    """The list before the public; pulled ones keep their line."""
    whole = notice.batch.items.select_related("version__resource__institution", "version__category", "version__series")
    return whole.order_by("position", "pk")


def stops(batch: Batch, *, publish_at: datetime, at: datetime) -> list[str]:
    """Why the notice does not let the batch go live then; empty where there is none, or a reason to do so is recorded."""
    notice = standing_notice(batch)
    if notice is None or notice.overridden_at is not None:
        return []
    found = []
    if publish_at < notice.ends_at:
        found.append(_("公示期到 %(end)s 才结束") % {"end": deadline(notice.ends_at)})
    unanswered = Objection.objects.filter(notice__batch=batch, state=ObjectionState.OPEN).count()
    if unanswered and publish_at <= at:
        found.append(_("还有 %(n)s 件异议没有答复") % {"n": unanswered})
    return found


def objections(*, batch: Batch | None = None, state: str = "") -> QuerySet[Objection]:
    found = Objection.objects.select_related(
        "notice__batch", "version__resource__institution", "answered_by"
    )  # fmt: skip
    if batch is not None:
        found = found.filter(notice__batch=batch)
    return found.filter(state=state) if state in ObjectionState.values else found


def waiting_objections() -> QuerySet[Objection]:
    return Objection.objects.filter(state=ObjectionState.OPEN).exclude(notice__batch__state=BatchState.CANCELLED)


def open_objections() -> int:
    return waiting_objections().count()
