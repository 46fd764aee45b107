"""Officers call experts: panels, their items, what the scores come to."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.calls.windows import day_and_hour
from lifelong.review import assigning, criteria, policy, sheets
from lifelong.review.actions import panels as actions
from lifelong.review.forms import PlanForm, ScopeForm
from lifelong.review.lifecycle import PanelState, Purpose, Stage
from lifelong.review.models import Assignment, Panel, PanelItem
from lifelong.review.queries import desk, experts
from lifelong.review.queries import panels as queries
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.numerals import numeral, numerals
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 50
DAYS = 7
PANELS = [
    Column("名称", 30), Column("组织部门", 24), Column("征集", 30), Column("状态", 10), Column("资源", 8), Column("已评", 8),
    Column("应评", 8), Column("逾期", 8), Column("截止", 18), Column("发出时间", 18), Column("结束时间", 18),
]  # fmt: skip


def stage_for(user: User) -> Stage:
    return next(stage for stage in Stage if policy.can_convene(user, stage))


def panel_or_404(request: HttpRequest, pk: int) -> Panel:
    panel = get_object_or_404(queries.panels_of(request.user), pk=pk)
    if not policy.can_run(request.user, panel):
        raise Http404
    return panel


def first_plan() -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": _("%(year)s 年 %(month)s 月专家评审") % {"year": today.year, "month": today.month},
        "due_date": today + timedelta(days=DAYS), "each": 3, "spread": criteria.criteria().spread,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@right("panels.manage")
def index(request: HttpRequest) -> HttpResponse:
    """The list, and a new panel over whatever waits within a scope."""
    stage = stage_for(request.user)
    scope = ScopeForm(request.POST or None, **desk.choices(request.user, stage))
    plan = PlanForm(request.POST or None, initial=first_plan())
    if request.method == "POST" and scope.is_valid() and plan.is_valid():
        try:
            rounds = queries.open_to_panels(request.user, stage).filter(**scope.lookups())
            call = Call.objects.filter(number=scope.cleaned_data["call"] or None).first()
            panel = actions.draft_panel(
                rounds, actions.Plan(**plan.values()), stage=stage, call=call, by=request.user, at=timezone.now()
            )
        except Refusal as refusal:
            show_refusal(plan, refusal)
        else:
            return redirect("panel", panel.pk)
    panels = queries.panels_of(request.user)
    if workbooks.is_wanted(request):
        return workbooks.listed(_("专家评审"), PANELS, map(_row, panels))
    page = Paginator(panels, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "scope": scope, "plan": plan, "stage": stage,
        "waiting": queries.open_to_panels(request.user, stage).count(), "states": dict(PanelState.choices),
    }  # fmt: skip
    return render(request, "review/panels.html", context, status=422 if plan.is_bound else 200)


def _row(one: Any) -> list[Any]:
    return [
        one.title, str(one.authority), str(one.call or ""), str(one.get_state_display()), one.size, one.done, one.asked,
        one.late, one.due_at, one.opened_at, one.closed_at,
    ]  # fmt: skip


@require_POST
@right("panels.manage")
def begin(request: HttpRequest) -> HttpResponse:
    """A panel over the rows ticked in the queue, with the usual settings; they can be changed before it is sent out."""
    stage, values = stage_for(request.user), first_plan()
    plan = PlanForm(values)
    assert plan.is_valid(), plan.errors
    rounds = queries.open_to_panels(request.user, stage).filter(pk__in=numerals(request.POST.getlist("id")))
    try:
        panel = actions.draft_panel(
            rounds, actions.Plan(**plan.values()), stage=stage, by=request.user, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("review_queue", stage)
    return redirect("panel", panel.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@right("panels.manage")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    panel = panel_or_404(request, pk)
    due, _hour = day_and_hour(panel.due_at)
    plan = PlanForm(request.POST or None, initial={**vars(panel), "due_date": due})
    if request.method == "POST" and plan.is_valid():
        try:
            actions.change_panel(panel, actions.Plan(**plan.values()), by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(plan, refusal)
        else:
            messages.success(request, _("已保存并重新分配。"))
            return redirect("panel", pk)
    results = queries.results_of(panel)
    page = Paginator(sheets.in_order(panel, request.GET.get("sort", ""), results), PAGE).get_page(
        request.GET.get("page")
    )
    ids = list(page.object_list)
    items = sorted(queries.items_of(panel).filter(pk__in=ids), key=lambda item: ids.index(item.pk))
    context = {
        "panel": panel, "plan": plan, "page": page, "lines": queries.lines_of(panel, items, results),
        "owing": queries.late_experts(panel), "numbers": numbers(panel, results), "draft": panel.state == PanelState.DRAFT,
        "open": panel.state == PanelState.OPEN, "now": timezone.now(), "sort": request.GET.get("sort", ""),
    }  # fmt: skip
    return render(request, "review/panel.html", context, status=422 if plan.is_bound else 200)


def numbers(panel: Panel, results: dict[int, Any]) -> dict[str, int]:
    every = list(results.values())
    return {
        "items": len(every), "complete": sum(one.complete for one in every),
        "apart": sum(one.needs_arbitration for one in every), "vetoed": sum(bool(one.vetoes) for one in every),
    }  # fmt: skip


@require_POST
@right("panels.manage")
def step(request: HttpRequest, pk: int) -> HttpResponse:
    panel, wish = panel_or_404(request, pk), request.POST.get("do", "")
    steps = {
        "open": (actions.open_panel, _("已发出，专家会收到消息和邮件。")),
        "close": (actions.close_panel, _("评审已结束，专家意见留在各资源的审核页上。")),
        "discard": (actions.discard_panel, _("草稿已作废。")),
        "remind": (actions.remind_late, _("已提醒尚未提交的专家。")),
    }
    if wish not in steps:
        raise Http404
    act, done = steps[wish]
    return attempt(
        request, lambda: act(panel, by=request.user, at=timezone.now()), done=done, back=reverse("panel", args=[pk])
    )  # type: ignore[operator]


def item_or_404(request: HttpRequest, pk: int) -> PanelItem:
    item = get_object_or_404(
        PanelItem.objects.select_related("panel__authority", "round__version__resource__institution"), pk=pk
    )
    if not policy.can_run(request.user, item.panel):
        raise Http404
    return item


@require_safe
@right("panels.manage")
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: who scores it, what they wrote, whom else one could ask."""
    found = item_or_404(request, pk)
    people = found.assignments.select_related("expert").order_by("purpose", "pk")
    context = {
        "item": found, "panel": found.panel, "opinions": queries.opinions_of(found), "people": people,
        "free": free(found), "draft": found.panel.state == PanelState.DRAFT, "open": found.panel.state == PanelState.OPEN,
    }  # fmt: skip
    return render(request, "review/panel_item.html", context)


def free(item: PanelItem) -> list[dict[str, Any]]:
    """Experts who may still be asked, those of the area first."""
    task = queries.task_of(item, 1, again=True)
    known = {one.pk: one for one in experts.candidates(item.panel.authority)}
    fit = [user for user in experts.experts_of(item.panel.authority) if assigning.may(known[user.pk], task)]
    rows = [{"user": user, "load": known[user.pk].load, "in_area": known[user.pk].knows(task.area)} for user in fit]
    return sorted(rows, key=lambda row: (not row["in_area"], row["load"]))


@require_POST
@right("panels.manage")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """One more expert, or an arbiter; whoever comes next in the proposal where nobody is named."""
    found = item_or_404(request, pk)
    arbitration = request.POST.get("purpose") == Purpose.ARBITRATION
    expert = None
    if number := numeral(request.POST.get("expert", "")):
        expert = experts.experts_of(found.panel.authority).filter(pk=number).first()
    return attempt(
        request,
        lambda: actions.assign(
            found, expert, by=request.user, at=timezone.now(),
            purpose=Purpose.ARBITRATION if arbitration else Purpose.REGULAR,
        ),
        done=_("已请专家。"),
        back=reverse("panel_item", args=[pk]),
    )  # fmt: skip


@require_POST
@right("panels.manage")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task from an expert, or give a sheet back."""
    assignment = get_object_or_404(Assignment.objects.select_related("item__panel__authority", "item__round"), pk=pk)
    item_or_404(request, assignment.item_id)
    reason, now = request.POST.get("reason", ""), timezone.now()
    back = reverse("panel_item", args=[assignment.item_id])
    if request.POST.get("do") == "release":
        return attempt(
            request, lambda: actions.release(assignment, reason=reason, by=request.user, at=now),
            done=_("已退回专家修改，原来的评分留有记录。"), back=back,
        )  # fmt: skip
    return attempt(
        request,
        lambda: actions.withdraw(assignment, reason=reason, by=request.user, at=now),
        done=_("已撤回。"),
        back=back,
    )


@require_safe
@right("panels.manage")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole panel by rank, with every expert's total and opinion."""
    panel = panel_or_404(request, pk)
    content = sheets.scores_sheet(panel)
    return workbooks.answer(content, panel.title)
