from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.web import desk

VERBS = {
    "review.decided": gettext_lazy("作出审核决定"),
    "review.taken_back": gettext_lazy("收回审核决定"),
    "review.released": gettext_lazy("待上线退回省级"),
    "review.waived": gettext_lazy("豁免不符合项"),
    "review.waiver_lifted": gettext_lazy("撤销豁免"),
    "review.hit_cleared": gettext_lazy("排除筛查命中"),
    "review.double_judged": gettext_lazy("记下查重意见"),
    "review.taken_over": gettext_lazy("接过在办资源"),
    "review.handed_over": gettext_lazy("移交在办资源"),
    "review.panel_drafted": gettext_lazy("拟定专家评审"),
    "review.panel_drawn": gettext_lazy("分配评审专家"),
    "review.panel_opened": gettext_lazy("发出专家评审"),
    "review.panel_closed": gettext_lazy("结束专家评审"),
    "review.panel_discarded": gettext_lazy("作废专家评审"),
    "review.panel_reminded": gettext_lazy("提醒评审专家"),
    "review.expert_assigned": gettext_lazy("加请评审专家"),
    "review.expert_withdrawn": gettext_lazy("撤回评审任务"),
    "review.expert_changed": gettext_lazy("修改专家信息"),
    "review.sheet_handed_in": gettext_lazy("提交专家评分"),
    "review.sheet_released": gettext_lazy("退回专家评分"),
    "review.assignment_declined": gettext_lazy("谢绝评审任务"),
    "review.conflict_declared": gettext_lazy("申明回避"),
    "review.conflict_ended": gettext_lazy("撤销回避声明"),
    "review.batch_created": gettext_lazy("新建批次"),
    "review.batch_changed": gettext_lazy("修改批次"),
    "review.batch_items_added": gettext_lazy("编入批次"),
    "review.batch_items_removed": gettext_lazy("移出批次"),
    "review.batch_scheduled": gettext_lazy("定时发布批次"),
    "review.batch_called_back": gettext_lazy("取消定时发布"),
    "review.batch_cancelled": gettext_lazy("取消批次"),
    "review.batch_published": gettext_lazy("发布批次"),
    "review.notice_opened": gettext_lazy("发起公示"),
    "review.notice_called_off": gettext_lazy("停止公示"),
    "review.notice_overridden": gettext_lazy("记录提前发布的理由"),
    "review.letter_issued": gettext_lazy("出具审核结果通知书"),
    "review.objected": gettext_lazy("收到公示异议"),
    "review.objection_answered": gettext_lazy("答复公示异议"),
}


class ReviewConfig(AppConfig):
    name = "lifelong.review"
    verbose_name = "审核"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.media import prepared
        from lifelong.resources.queries.timeline import register_source
        from lifelong.review import receivers  # noqa: F401 - they listen from now on
        from lifelong.review.archive.making import KIND
        from lifelong.review.health import waits
        from lifelong.review.queries.traces import traces
        from lifelong.web.health import register_waits

        register_source(traces)
        prepared.register(KIND)
        name_groups()
        name_verbs(VERBS)
        desk.register_waiting(waiting)
        desk.register_menu(menu)
        desk.register_words(words)
        register_waits(waits)


def name_groups() -> None:
    from lifelong.notices.groups import Counted, Group, Way, register_group
    from lifelong.review.queries.arrivals import arrivals, officers

    reporting, counted = frozenset({"resources.sign"}), Counted(officers, arrivals)
    register_group(
        Group("arrivals", gettext_lazy("新到的资源"), frozenset({"review.open"}), usual=Way.DIGEST, counted=counted)
    )
    register_group(Group("decisions", gettext_lazy("审核通过、不予通过"), reporting, frozenset({"decision"})))
    register_group(Group("online", gettext_lazy("公示与上线"), reporting, frozenset({"notice", "published"})))


def waiting(user: Any) -> Iterator[desk.Waiting]:
    from lifelong.review import policy
    from lifelong.review.queries.batches import waiting_for_a_batch
    from lifelong.review.queries.desk import waiting_numbers
    from lifelong.review.queries.public_notices import open_objections

    for stage in policy.stages_of(user):
        numbers = waiting_numbers(user, stage)
        if numbers["waiting"]:
            note = _("其中 %(n)s 项没有待处理的问题") % {"n": numbers["clean"]}
            address = reverse("review_queue", args=[stage])
            yield desk.Waiting(_("%(stage)s待办") % {"stage": stage.label}, numbers["waiting"], address, note=note)
    yield from panels_waiting(user)
    if policy.can_manage_batches(user) and (number := open_objections()):
        yield desk.Waiting(_("待答复的公示异议"), number, reverse("objections"), urgent=True)
    if policy.can_manage_batches(user) and (number := waiting_for_a_batch().count()):
        yield desk.Waiting(_("待编入批次"), number, reverse("batches_work"), note=_("终审已通过，尚未上线"))


def panels_waiting(user: Any) -> Iterator[desk.Waiting]:
    """For an expert what is to be scored; for officers the panels in which somebody is late."""
    from django.db.models import Min

    from lifelong.review.queries.panels import in_hand, panels_of

    if user.has_right("review.score"):
        mine = in_hand(user)
        if number := mine.count():
            due = mine.order_by().aggregate(first=Min("due_at"))["first"]
            yield desk.Waiting(_("待我评分"), number, reverse("scoring"), due_at=due, note=_("专家评审"))
    if user.has_right("panels.manage") and (late := panels_of(user).filter(state="open", late__gt=0).count()):
        yield desk.Waiting(_("专家评审有逾期"), late, reverse("panels"), note=_("可以提醒或另请专家"))


def menu(user: Any) -> Iterator[desk.Entry]:
    from lifelong.review import policy

    for stage in policy.stages_of(user):
        yield desk.Entry(str(stage.label), reverse("review_queue", args=[stage]), group=_("审核"), order=30)
    if user.has_right("panels.manage"):
        yield desk.Entry(_("专家评审"), reverse("panels"), group=_("审核"), order=31)
        yield desk.Entry(_("评审专家"), reverse("experts"), group=_("审核"), order=31)
    if user.has_right("review.score"):
        yield desk.Entry(_("专家评分"), reverse("scoring"), group=_("审核"), order=31)
    if policy.can_manage_batches(user):
        yield desk.Entry(_("推荐批次"), reverse("batches_work"), group=_("审核"), order=32)
        yield desk.Entry(_("公示异议"), reverse("objections"), group=_("审核"), order=33)
    if policy.stages_of(user):
        yield desk.Entry(_("审核结果通知书"), reverse("result_letters"), group=_("审核"), order=34)
    elif user.has_right("resources.sign"):
        yield desk.Entry(_("审核结果通知书"), reverse("result_letters"), group=_("资源报送"), order=23)


def words(user: Any) -> Iterator[desk.Word]:
    """The expert, until there is something to score."""
    if user.has_right("review.score"):
        yield desk.Word(
            _("目前没有分配给您评审的资源"),
            _(
                "省级组织专家评审后，分配给您的资源会列在这里，也会发邮件告诉您。在此之前，您可以先阅读征集通知，看看已上线的资源。"
            ),
            ((_("征集通知"), reverse("calls")), (_("学习门户"), "/")),
        )
