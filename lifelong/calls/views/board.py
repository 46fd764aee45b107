"""The board of a call: who takes part, who is late, how to reach them; as page and as sheet."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.audit import record
from lifelong.audit.masks import mask_name, mask_telephone
from lifelong.calls import actions, policy, queries, windows
from lifelong.calls.models import Call
from lifelong.calls.queries import Line
from lifelong.calls.views.composing import seen
from lifelong.institutions.models import InstitutionKind
from lifelong.institutions.queries import institutions_of
from lifelong.regions.queries import full_name, reporting_regions
from lifelong.web import workbooks
from lifelong.web.attempts import attempt
from lifelong.web.numerals import numerals
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

STANDINGS = {
    "unfinished": gettext_lazy("未完成（全部）"),
    "late": gettext_lazy("已逾期"),
    "joined": gettext_lazy("已登记（全部）"),
    "submitting": gettext_lazy("已报送（全部）"),
    "missing": gettext_lazy("未登记"),
    "preparing": gettext_lazy("登记填写中"),
    "waiting": gettext_lazy("登记待审核"),
    "refused": gettext_lazy("登记未通过"),
    "nothing": gettext_lazy("未报送"),
    "partly": gettext_lazy("部分报送"),
    "finished": gettext_lazy("已完成"),
}
CHIPS = {
    "missing": "fail", "preparing": "draft", "waiting": "submitted", "refused": "returned", "nothing": "warn",
    "partly": "running", "finished": "pass",
}  # fmt: skip
PAGE = 50
COLUMNS = [
    Column("单位名称", 30), Column("单位代码", 14), Column("所在地区", 16), Column("进度", 14), Column("已报送", 8),
    Column("草稿", 8), Column("退回待改", 10), Column("盖章汇总表", 18), Column("截止", 18), Column("最近提醒", 18), Column("负责人", 10), Column("电话", 26), Column("办公邮箱", 24),
]  # fmt: skip


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("region", "kind", "standing")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right("calls.read")
def board(request: HttpRequest, number: str) -> HttpResponse:
    """A POST with a purpose shows the telephones in full, and that is in the audit."""
    call = published(request, number)
    filters, now = _filters(request), timezone.now()
    purpose = request.POST.get("purpose", "").strip()
    if request.method == "POST" and not purpose:
        messages.error(request, _("请写明查看完整电话的用途。"))
    every = queries.standings(call, now)
    shown = queries.narrowed(every, **filters)
    if purpose:
        note_purpose(request, call, purpose, len(shown))
        if request.POST.get("do") == "export":
            return _sheet(call, queries.lines_of(call, now, shown), filters, clear=True)
    # telephones in full stand on one page: its other pages would ask for the purpose again
    page = Paginator(shown, len(shown) or 1 if purpose else PAGE).get_page(request.GET.get("page"))
    lines = queries.lines_of(call, now, page.object_list)
    attended = policy.attended_among(request.user, [line.institution for line in lines])
    context = {
        "call": call,
        "page": page,
        "lines": [
            {
                "line": line,
                "chip": CHIPS[line.standing],
                "word": STANDINGS[line.standing],
                "mine": line.institution.pk in attended,
            }
            for line in lines
        ],
        "clear": bool(purpose),
        "totals": [
            (key, word, sum(line.standing == key for line in every)) for key, word in STANDINGS.items() if key in CHIPS
        ],
        "standings": STANDINGS.items(),
        "kinds": InstitutionKind.choices,
        "regions": reporting_regions(call.region) if call.region else [],
        "asked": len(every),
        "now": now,
        "may": policy.abilities(request.user, call),
    }
    return render(request, "calls/board.html", context)


@require_POST
@right("calls.read")
def remind(request: HttpRequest, number: str) -> HttpResponse:
    """One press reminds the ticked ones, or everybody on screen who has not finished."""
    call = published(request, number)
    shown = queries.narrowed(queries.standings(call, timezone.now()), **_filters(request))
    chosen = numerals(request.POST.getlist("id")) if request.POST.get("do") == "chosen" else None
    wanted = [one.pk for one in shown if chosen is None or one.pk in chosen]
    back = f"{reverse('call-board', args=[number])}?{request.GET.urlencode()}"
    try:
        told = actions.remind_now(call, wanted, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    words = _("已提醒 %(n)s 家。") % {"n": told.sent}
    words += _("%(n)s 家刚提醒过或没有联系方式。") % {"n": told.left} if told.left else ""
    (messages.success if told.sent else messages.warning)(request, words)
    return redirect(back)


def published(request: HttpRequest, number: str) -> Call:
    call = seen(request, number)
    if not policy.can_see_board(request.user, call):
        raise Http404
    return call


def note_purpose(request: HttpRequest, call: Call, purpose: str, count: int) -> None:
    record(
        "accounts.personal_data_read", by=request.user, of=call, at=timezone.now(),
        detail={"purpose": purpose, "telephones": count},
    )  # fmt: skip


@require_safe
@right("calls.read")
def export(request: HttpRequest, number: str) -> HttpResponse:
    """What is on screen, telephones masked."""
    call, filters = published(request, number), _filters(request)
    return _sheet(call, queries.board(call, timezone.now(), **filters), filters, clear=False)


def _sheet(call: Call, lines: Iterable[Line], filters: dict[str, str], *, clear: bool) -> HttpResponse:
    words = [_("进度：%s") % STANDINGS[filters["standing"]]] if filters["standing"] in STANDINGS else []
    words += filter_words(filters)
    title = _("征集进度表")
    content = workbooks.workbook(title, COLUMNS, (_row(line, clear) for line in lines), filters=[call.title, *words])
    return workbooks.answer(content, f"{title}-{call.number}")


def filter_words(filters: dict[str, str]) -> list[str]:
    words = [_("地区：%s") % full_name(filters["region"])] if filters["region"] else []
    if filters["kind"] in InstitutionKind.values:
        words.append(_("类型：%s") % InstitutionKind(filters["kind"]).label)
    return words


def person_of(line: Line, clear: bool) -> str:
    return line.person if clear else mask_name(line.person)


def telephones_of(line: Line, clear: bool) -> str:
    return "；".join(line.telephones if clear else [mask_telephone(one) for one in line.telephones])


def _row(line: Line, clear: bool) -> list[Any]:
    return [
        line.institution.name, line.institution.code, line.institution.region.name if line.institution.region else "",
        str(STANDINGS[line.standing]), line.progress.submitted, line.progress.drafts, line.progress.returned, line.stamped_at,
        windows.deadline(line.due_at), line.reminded_at, person_of(line, clear), telephones_of(line, clear),
        line.institution.office_email,
    ]  # fmt: skip


@require_POST
@right("resources.prepare")
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """A reporter joins the call with the mandate they have, in one click."""
    from lifelong.calls.views.public import public_call

    call = public_call(number)
    institution = institutions_of(request.user).filter(code=request.POST.get("institution", "")).first()
    if institution is None:
        return redirect("call", number=number)
    return attempt(
        request,
        lambda: actions.confirm_mandate(call, institution, by=request.user, at=timezone.now()),
        done=_("已确认参加，可以开始报送。"),
        back=reverse("call", args=[number]),
    )
