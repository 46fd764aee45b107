"""How inspection stands: how old the oldest turn is, what was done each day; and the operator's numbers."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.catalogue.lifecycle import ReportKind
from lifelong.monitoring import policy
from lifelong.monitoring.actions import inspection_plans
from lifelong.monitoring.forms import LimitForm, PlanForm, RuleForm
from lifelong.monitoring.lifecycle import Subject
from lifelong.monitoring.queries import inspection
from lifelong.monitoring.queries.inspection_turns import limits, plans
from lifelong.monitoring.troubles import LIMITS, TROUBLES
from lifelong.review.figures import duration
from lifelong.web import workbooks
from lifelong.web.rights import right
from lifelong.web.workbooks import Column, Sheet

YEAR = timedelta(days=365)
SHOWN, SHEET_MOST = 30, 50_000


@require_safe
@right("monitoring.read")
def plan(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if workbooks.is_wanted(request):
        return _sheet(now)
    days = inspection.days(now)
    context = {
        "standings": inspection.standings(now), "days": days, "most": max((day.looked for day in days), default=0),
        "stands_still": inspection.stands_still(now), "rules": _rules(), "limits": _limits(),
        "reports": _reports(now), "undecided": inspection.undecided()[:SHOWN], "shown": SHOWN, "may_manage": policy.can_manage(request.user), "now": now,
    }  # fmt: skip
    return render(request, "monitoring/inspection_plan.html", context)


def _rules() -> list[tuple[str, str, list[Any]]]:
    """By what is inspected."""
    by_subject: dict[str, list[Any]] = {}
    for rule in inspection.rules().values():
        by_subject.setdefault(rule.trouble.subject or "told", []).append(rule)
    words = {one.value: str(one.label) for one in Subject} | {"told": _("公众反映")}
    return [(name, words[name], some) for name, some in by_subject.items()]


def _limits() -> list[tuple[str, Any, int]]:
    return [(name, LIMITS[name][0], value) for name, value in limits().items()]


def _reports(now: Any) -> list[dict[str, Any]]:
    rows = inspection.report_figures(now - YEAR)
    most = max((row["count"] for row in rows), default=1)
    return [
        row
        | {
            "word": ReportKind(row["kind"]).label,
            "wait": duration(row["median"]),
            "share": round(100 * row["count"] / most),
        }
        for row in rows
    ]


def _sheet(now: datetime) -> HttpResponse:
    """Standing, what people must look at, days and reports."""
    unsure = (
        [
            one.get_subject_display(), one.resource.online_version.title if one.resource.online_version else "", one.resource.resource_id,
            one.resource.institution.name, one.address, one.note, one.last_checked_at,
        ]
        for one in inspection.undecided()[:SHEET_MOST]
    )  # fmt: skip
    kinds = [
        [one.subject.label, one.total, one.never, one.bad, one.unknown, one.plan.within_days, one.oldest, one.last_at]
        for one in inspection.standings(now)
    ]
    sheets = [
        Sheet(_("检查进度"), [Column(_("检查什么")), Column(_("对象")), Column(_("还没查过")), Column(_("不正常")), Column(_("不能断定")), Column(_("几天一遍")), Column(_("最久没查的自")), Column(_("最近一次"))], kinds),
        Sheet(_("不能断定的"), [Column(_("检查什么")), Column(_("资源名称"), 36), Column(_("资源ID")), Column(_("单位"), 26), Column(_("地址"), 48), Column(_("说明"), 60), Column(_("上次检查"), 18)], unsure),
        Sheet(_("逐日检查"), [Column(_("日期")), Column(_("检查")), Column(_("不正常")), Column(_("不能断定"))], [[day.day, day.looked, day.bad, day.unknown] for day in inspection.days(now)]),
        Sheet(_("问题反馈"), [Column(_("类别"), 24), Column(_("收到")), Column(_("已答复")), Column(_("属实")), Column(_("答复用时（中位数）"), 20)], [[row["word"], row["count"], row["answered"], row["confirmed"], row["wait"]] for row in _reports(now)]),
    ]  # fmt: skip
    return workbooks.answer(workbooks.book(sheets), _("定期检查进度"))


@require_http_methods(["GET", "HEAD", "POST"])
@right("inspection.manage")
def change(request: HttpRequest, what: str, name: str) -> HttpResponse:
    """One plan, one period or one limit."""
    data = request.POST or None
    at, by = timezone.now(), request.user
    heading: Any
    if what == "plan" and name in Subject.values:
        subject = Subject(name)
        form: Any = PlanForm.of(plans()[subject], data)
        heading, act = subject.label, lambda: inspection_plans.change_plan(subject, **form.values(), by=by, at=at)
    elif what == "rule" and name in TROUBLES:
        rule = inspection.rule_of(name)
        form = RuleForm(data, initial={"cure_days": rule.cure_days, "hides": rule.hides})
        heading, act = (
            rule.trouble.title,
            lambda: inspection_plans.change_rule(name, **form.cleaned_data, by=by, at=at),
        )
    elif what == "limit" and name in LIMITS:
        form = LimitForm(data, initial={"value": limits()[name]})
        heading, act = LIMITS[name][0], lambda: inspection_plans.change_limit(name, **form.cleaned_data, by=by, at=at)
    else:
        raise Http404
    if request.method == "POST" and form.is_valid():
        act()
        messages.success(request, _("已保存，从现在起按新的数值办。"))
        return redirect("inspection-plan")
    status = 422 if request.method == "POST" else 200
    return render(request, "monitoring/inspection_change.html", {"form": form, "heading": heading}, status=status)
