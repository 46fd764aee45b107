"""Findings: the list, one of them with its evidence, and what people decide about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lifelong.catalogue.models import Report
from lifelong.monitoring import policy
from lifelong.monitoring.actions import inspection_findings, inspection_settling
from lifelong.monitoring.forms import ExtendForm, ReasonForm
from lifelong.monitoring.lifecycle import FindingState, Subject
from lifelong.monitoring.models import InspectionBrake, InspectionFinding
from lifelong.monitoring.queries import inspection
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import NotAllowed, Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE = 50
SHEET_MOST = 50_000
SUBJECTS = [*Subject.choices, ("told", gettext_lazy("公众反映"))]


class InspectionClosed(NotAllowed):
    code = "inspection_closed"


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("text", "state", "subject", "institution")
    asked = {name: request.GET.get(name, "").strip()[:100] for name in names}
    return asked | {"state": asked["state"] or "open"}


def _states(user: Any) -> list[tuple[str, Any]]:
    """A suspicion and its clearing are the operator's alone."""
    untold = {FindingState.SUSPECTED, FindingState.CLEARED, FindingState.CONFIRMED}
    shown = FindingState if policy.can_manage(user) else [one for one in FindingState if one not in untold]
    return [
        ("open", _("没有结束的")),
        ("platform", _("等平台修复的")),
        ("all", _("全部")),
        *((one.value, one.label) for one in shown),
    ]


@require_safe
@right("desk")
def findings(request: HttpRequest) -> HttpResponse:
    if not policy.can_open_inspection(request.user):
        raise InspectionClosed(_("定期检查的结果由资源所属单位、省级、教育部和平台运营查看。"))
    asked = _asked(request)
    found = inspection.narrowed(inspection.findings_seen_by(request.user), **asked)
    if workbooks.is_wanted(request):
        return _sheet(request, found, asked)
    may_manage = policy.can_manage(request.user)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "asked": asked,
        "states": _states(request.user), "subjects": SUBJECTS, "may_manage": may_manage,
        "brakes": inspection.brakes() if may_manage else [],
        "stands_still": inspection.stands_still(timezone.now()) if may_manage else None,
        "sees_many": request.user.has_right("monitoring.read"),
    }  # fmt: skip
    return render(request, "monitoring/inspection.html", context)


def _sheet(request: HttpRequest, found: QuerySet[InspectionFinding], asked: dict[str, str]) -> HttpResponse:
    columns = [
        Column(_("资源ID"), 14), Column(_("资源名称"), 36), Column(_("单位"), 24), Column(_("问题"), 30),
        Column(_("说明"), 40), Column(_("状态"), 12), Column(_("发现时间"), 17), Column(_("通知时间"), 17),
        Column(_("整改期限"), 17), Column(_("自动下架时间"), 17), Column(_("结束时间"), 17), Column(_("理由"), 30),
    ]  # fmt: skip
    rows = (
        [
            one.resource.resource_id, one.resource.online_version.title if one.resource.online_version else "",
            one.resource.institution.name, one.title, one.note, one.get_state_display(), one.found_at, one.noticed_at,
            one.due_at, one.hidden_at, one.ended_at, one.reason,
        ]
        for one in found[:SHEET_MOST]
    )  # fmt: skip
    words = dict(_states(request.user)) | dict(SUBJECTS)
    filters = [_("筛选：%s") % "；".join(str(words.get(value, value)) for value in asked.values() if value)]
    return workbooks.listed(_("定期检查问题"), columns, rows, filters=filters)


def _seen(request: HttpRequest, number: int) -> InspectionFinding:
    return get_object_or_404(
        inspection.findings_seen_by(request.user).select_related("target", "report", "brake"), pk=number
    )


@require_safe
@right("desk")
def finding(request: HttpRequest, number: int) -> HttpResponse:
    """What was seen, each time, with the evidence; what is to be done until when."""
    return render(request, "monitoring/inspection_finding.html", _shown(request, _seen(request, number)))


def _shown(request: HttpRequest, found: InspectionFinding, **forms: Any) -> dict[str, Any]:
    looks = [(look, _lines(look.evidence)) for look in found.looks.all()[:60]]
    return {
        "finding": found, "looks": looks, "can": policy.finding_abilities(request.user, found),
        "rule": inspection.rule_of(found.trouble), "may_manage": policy.can_manage(request.user), "own": policy.is_own(request.user, found),
        "extend_form": ExtendForm(prefix="extend"), "dismiss_form": ReasonForm(prefix="dismiss"),
        "settle_form": ReasonForm(prefix="settle"), **forms,
    }  # fmt: skip


def _lines(evidence: dict[str, Any]) -> list[tuple[str, str]]:
    """Evidence in words, what is empty left out."""
    words = {
        "url": _("访问的地址"), "final_url": _("最后到的地址"), "status": _("HTTP 状态"), "redirects": _("跳转次数"),
        "seconds": _("用时（秒）"), "measured": _("测得"), "certificate_until": _("证书有效期至"), "excerpt": _("看到的内容"),
        "detail": _("细节"), "headers": _("应答头"), "retry_after_s": _("对方要求等待（秒）"), "file": _("文件"),
        "wanted": _("应为"), "disk": _("磁盘上"), "bucket": _("对象存储中"), "size": _("大小（字节）"),
        "places": _("抽查位置"), "hits": _("命中"), "lists": _("词表版本"), "platform": _("部署平台"), "level": _("级别"),
        "expires": _("有效期至"), "cues": _("字幕条数"), "length_s": _("影片长度（秒）"), "host": _("网站"),
        "width": _("宽"), "height": _("高"), "error": _("出错信息"),
    }  # fmt: skip
    hidden = {"print", "outcome"}
    return [
        (str(words.get(name, name)), _said(value)) for name, value in evidence.items() if value and name not in hidden
    ]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "；".join(f"{name}: {_said(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "、".join(_said(one) for one in value)
    return str(value)[:400]


@require_POST
@right("desk")
def recheck(request: HttpRequest, number: int) -> HttpResponse:
    found = _seen(request, number)
    done = (
        _("已请求复查，几分钟内有结果；请刷新本页查看。")
        if found.report_id is None
        else _("已告诉平台运营，核实后答复。")
    )
    return attempt(
        request, lambda: inspection_findings.ask_recheck(found, by=request.user, at=timezone.now()), done=done,
        back=inspection_findings.address_of(found),
    )  # fmt: skip


def _decide(
    request: HttpRequest, number: int, name: str, form: Any, act: Callable[[InspectionFinding, dict[str, Any]], Any],
    done: str,
) -> HttpResponse:  # fmt: skip
    found = _seen(request, number)
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect("inspection-finding", number)
    context = _shown(request, _seen(request, number), **{f"{name}_form": form})
    return render(request, "monitoring/inspection_finding.html", context, status=422)


@require_POST
@right("inspection.manage")
def extend(request: HttpRequest, number: int) -> HttpResponse:
    def act(found: InspectionFinding, given: dict[str, Any]) -> None:
        inspection_findings.extend(found, **given, by=request.user, at=timezone.now())

    return _decide(request, number, "extend", ExtendForm(request.POST, prefix="extend"), act, _("已延长整改期。"))


@require_POST
@right("inspection.manage")
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    def act(found: InspectionFinding, given: dict[str, Any]) -> None:
        inspection_findings.dismiss(found, **given, by=request.user, at=timezone.now())

    return _decide(
        request, number, "dismiss", ReasonForm(request.POST, prefix="dismiss"), act, _("已排除，同样的情况不再提出。")
    )


@require_POST
@right("inspection.manage")
def settle(request: HttpRequest, number: int) -> HttpResponse:
    def act(found: InspectionFinding, given: dict[str, Any]) -> None:
        inspection_findings.settle_by_person(found, **given, by=request.user, at=timezone.now())

    return _decide(request, number, "settle", ReasonForm(request.POST, prefix="settle"), act, _("已确认修好。"))


@require_POST
@right("inspection.manage")
def brake(request: HttpRequest, number: int) -> HttpResponse:
    """Hide them all the same, or give everyone a week more."""
    found = get_object_or_404(InspectionBrake, pk=number)
    release = request.POST.get("decision") == "release"
    return attempt(
        request,
        lambda: inspection_settling.decide_brake(
            found, release=release, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now()
        ),
        done=_("已放行，资源已下架。") if release else _("没有下架，整改期各延长一周。"),
        back="/work/inspection/",
    )


@require_POST
@right("inspection.manage")
def confirm_report(request: HttpRequest, number: str) -> HttpResponse:
    """问题反馈属实: it becomes a finding."""
    report = get_object_or_404(Report, number=number)
    try:
        note = request.POST.get("note", "")
        found = inspection_settling.confirm_report(report, note=note, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("catalogue_report", number)
    messages.success(request, _("已转为检查问题，单位已收到通知。请再答复反馈人。"))
    return redirect("inspection-finding", found.pk)
