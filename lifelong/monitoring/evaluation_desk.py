"""Where evaluation shows itself outside its own pages: menu, what waits on the first page, a mark on the public page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


def register() -> None:
    from lifelong.catalogue.marks import register_mark
    from lifelong.web import desk
    from lifelong.web.health import register_waits

    register_mark(mark)
    desk.register_menu(menu)
    desk.register_waiting(waiting)
    register_waits(waits)


def menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("monitoring.read"):
        yield Entry(_("年度评价"), reverse("evaluations"), group=_("监测评价"), order=66)
    if user.has_right("evaluation.opine"):
        yield Entry(_("评价意见"), reverse("opinions"), group=_("监测评价"), order=66)
    if user.has_right("resources.sign"):
        yield Entry(_("评价结果"), reverse("evaluation_standings"), group=_("资源报送"), order=24)


def waiting(user: Any) -> Iterator[Any]:
    """The expert's opinions, the ministry's decisions and statements, the institution's remedies."""
    from django.db.models import Count, Max, Min
    from django.urls import reverse

    from lifelong.monitoring.lifecycle import RunState
    from lifelong.monitoring.models import EvaluationRun
    from lifelong.monitoring.queries import evaluation as queries
    from lifelong.monitoring.queries.evaluation_facts import end_of
    from lifelong.monitoring.queries.evaluation_opinions import in_hand
    from lifelong.resources.queries.reach import reach_of
    from lifelong.web.desk import Waiting

    if user.has_right("evaluation.opine"):
        mine = in_hand(user).order_by().aggregate(n=Count("pk"), first=Min("due_at"))
        if mine["n"]:
            yield Waiting(_("待我提的评价意见"), mine["n"], reverse("opinions"), due_at=mine["first"])
    if user.has_right("evaluation.decide"):
        for run in EvaluationRun.objects.filter(state=RunState.RECKONED)[:3]:
            title = _("%(year)s 年度评价待决定生效") % {"year": run.year}
            yield Waiting(title, run.number, reverse("evaluation_run", args=[run.pk]))
        waits: dict[str, tuple[str, Any]] = {
            "statement": (_("待答复的评价申述"), queries.open_statements()),
            "withdrawing": (_("单位同意出库、待办理的资源"), queries.withdrawals_agreed()),
            "late": (_("整改逾期的资源"), queries.remedies_late()),
        }
        for look, (title, found) in waits.items():
            if runs := list(found.values_list("evaluation__run", flat=True)):
                yield Waiting(title, len(runs), f"{reverse('evaluation_run', args=[max(runs)])}?look={look}")
    if own := reach_of(user).own:
        owed = queries.remedies_of(own).aggregate(n=Count("pk"), first=Min("due_date"), run=Max("evaluation__run"))
        if owed["n"]:
            address = f"{reverse('evaluation_standing', args=[owed['run']])}?look=remedy"
            yield Waiting(_("须改进或出库的资源"), owed["n"], address, due_at=end_of(owed["first"]))


def waits(at: datetime) -> Iterator[Any]:
    from django.db.models import Count, Min
    from django.urls import reverse

    from lifelong.monitoring.lifecycle import OpinionState
    from lifelong.monitoring.models import ExpertOpinion
    from lifelong.monitoring.queries import evaluation as queries
    from lifelong.web.health import Wait

    final = _("终审部门")
    for title, office, rows, since in (
        (_("待答复的评价申述"), final, queries.open_statements(), "filed_at"),
        (_("单位同意出库、待办理的资源"), final, queries.withdrawals_agreed(), "chosen_at"),
        (_("评价意见待提出"), _("专家"), ExpertOpinion.objects.filter(state=OpinionState.ASKED), "asked_at"),
    ):
        found = rows.order_by().aggregate(n=Count("pk"), first=Min(since))
        yield Wait(title, office, found["n"], found["first"], reverse("evaluations"), "monitoring.read")


def mark(resource_id: int) -> str:
    """On the public page of what the newest evaluation in force recommends."""
    from lifelong.monitoring.queries.evaluation import commended

    found = commended(resource_id)
    return _("%(year)s 年度评价：%(grade)s") % {"year": found[0], "grade": found[1]} if found else ""
