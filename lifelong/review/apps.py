from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.web import desk


class ReviewConfig(AppConfig):
    name = "lifelong.review"
    verbose_name = "审核"

    def ready(self) -> None:
        from lifelong.resources.queries.timeline import register_source
        from lifelong.review import receivers  # noqa: F401 - they listen from now on
        from lifelong.review.queries.traces import traces

        register_source(traces)
        desk.register_waiting(waiting)
        desk.register_menu(menu)


def waiting(user: Any) -> Iterator[desk.Waiting]:
    from lifelong.review import policy
    from lifelong.review.queries.batches import waiting_for_a_batch
    from lifelong.review.queries.desk import waiting_numbers

    for stage in policy.stages_of(user):
        numbers = waiting_numbers(user, stage)
        if numbers["waiting"]:
            note = _("其中 %(n)s 项没有待处理的问题") % {"n": numbers["clean"]}
            address = reverse("review_queue", args=[stage])
            yield desk.Waiting(_("%(stage)s待办") % {"stage": stage.label}, numbers["waiting"], address, note=note)
    if policy.can_manage_batches(user) and (number := waiting_for_a_batch().count()):
        yield desk.Waiting(_("待编入批次"), number, reverse("batches_work"), note=_("终审已通过，尚未上线"))


def menu(user: Any) -> Iterator[desk.Entry]:
    from lifelong.review import policy

    for stage in policy.stages_of(user):
        yield desk.Entry(stage.label, reverse("review_queue", args=[stage]), group=_("审核"), order=30)
    if policy.can_manage_batches(user):
        yield desk.Entry(_("推荐批次"), reverse("batches_work"), group=_("审核"), order=32)
