"""What waits in the reviews, office by office."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.calls.health import by_province
from lifelong.resources.models import Version
from lifelong.review.lifecycle import WAITS_IN, Stage
from lifelong.review.queries.batches import waiting_for_a_batch
from lifelong.review.queries.public_notices import waiting_objections
from lifelong.web.health import Wait


def waits(at: datetime) -> Iterator[Wait]:
    final = _("终审部门")
    waiting = Version.objects.filter(state=WAITS_IN[Stage.PROVINCIAL]).order_by()
    yield from by_province(
        waiting.values_list("resource__institution__region_id").annotate(Count("pk"), Min("state_at")),
        title=_("资源待省级审核"), url=reverse("review_queue", args=[Stage.PROVINCIAL]), right="review.province",
    )  # fmt: skip
    for title, rows, since, url, right in (
        (_("资源待终审"), Version.objects.filter(state=WAITS_IN[Stage.FINAL]), "state_at", reverse("review_queue", args=[Stage.FINAL]), "review.final"),
        (_("待编入批次"), waiting_for_a_batch(), "state_at", reverse("batches_work"), "batches.manage"),
        (_("待答复的公示异议"), waiting_objections(), "created_at", reverse("objections"), "batches.manage"),
    ):  # fmt: skip
        found = rows.order_by().aggregate(n=Count("pk"), first=Min(since))
        yield Wait(title, final, found["n"], found["first"], url, right)
