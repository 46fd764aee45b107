"""The operator's desk: what is broken, slow, abused, and what waits for whom."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifelong.monitoring import policy
from lifelong.monitoring.actions import desk as actions
from lifelong.monitoring.queries import desk as queries
from lifelong.web.attempts import attempt
from lifelong.web.desk import menu_for
from lifelong.web.health import Level, Part, Wait, waits_at
from lifelong.web.rights import right
from lifelong.web.workbooks import Column, is_wanted, listed

LONG = timedelta(days=35)
ORDER = list(Level)


@require_GET
@right("operations.read")
def operations(request: HttpRequest) -> HttpResponse:
    """One page for the morning: a sentence, then what is not well, part by part, each with the way to where it is mended."""
    now = timezone.now()
    lines = _lines(request.user, now, queries.WEEK)
    parts = [
        (part, [line for line in lines if line["sign"].part == part and line["sign"].level != Level.WELL])
        for part in Part
    ]
    facts = {
        "now": now,
        "parts": parts,
        "alarms": _number(lines, Level.ALARM),
        "watched": _number(lines, Level.WATCH),
        "well": [line for line in lines if line["sign"].level == Level.WELL],
        "waiting": [(kind, _may(request.user, kind.right)) for kind in queries.by_kind(waits_at(now))],
        "incidents": queries.incidents(now, queries.WEEK, [line["sign"] for line in lines]),
        "sets": [entry for entry in menu_for(request.user) if entry.sets],
    }
    return render(request, "monitoring/operations.html", facts)


def _lines(user: Any, now: datetime, span: timedelta) -> list[dict[str, Any]]:
    """Every sign with its curve, the worst first; ``open``: whether this person may go where it is mended."""
    history = queries.hours(now, span)
    found = sorted(queries.signs(now), key=lambda sign: (ORDER.index(sign.level), sign.part != Part.BROKEN))
    return [
        {"sign": sign, "curve": queries.curve(sign, history, now, span), "open": sign.url and _may(user, sign.right)}
        for sign in found
    ]


def _number(lines: list[dict[str, Any]], level: Level) -> int:
    return sum(line["sign"].level == level for line in lines)


def _may(user: Any, needed: str) -> bool:
    return not needed or bool(user.has_right(needed))


# Pages by what they cost


@require_GET
@right("operations.read")
def pages(request: HttpRequest) -> HttpResponse:
    span = "day" if request.GET.get("span") == "day" else "hour"
    found = queries.pages(queries.slots(timezone.now(), queries.DAY if span == "day" else queries.HOUR))
    if is_wanted(request):
        return _pages_sheet(span, found)
    facts = {"pages": found, "span": span, "all": sum(page.count for page in found)}
    return render(request, "monitoring/operations_pages.html", facts)


def _pages_sheet(span: str, found: list[queries.Page]) -> HttpResponse:
    columns = [Column(_("页面"), 48), Column(_("次数"), 10), Column(_("一半在（毫秒）内"), 16), Column(_("百分之九十五在（毫秒）内"), 16),
               Column(_("平均（毫秒）"), 14), Column(_("出错"), 8)]  # fmt: skip
    rows = ((page.path, page.count, page.middle_ms, page.ninth_ms, page.mean_ms, page.errors) for page in found)
    return listed(_("页面快慢"), columns, rows, filters=[_("最近一小时") if span == "hour" else _("最近一天")])


# What was refused to whom


@require_GET
@right("operations.read")
def refused(request: HttpRequest) -> HttpResponse:
    why = request.GET.get("why", "")
    found = queries.refused(queries.slots(timezone.now(), queries.DAY))
    found = [each for each in found if why in ("", each.why)]
    if is_wanted(request):
        return _refused_sheet(why, found)
    facts = {
        "rows": found[:500],
        "why": why,
        "number": len(found),
        "reasons": [(name, queries.title_of(name)) for name in queries.REASONS],
    }
    return render(request, "monitoring/operations_refused.html", facts)


def _refused_sheet(why: str, found: list[queries.Refused]) -> HttpResponse:
    columns = [Column(_("原因"), 24), Column(_("时段"), 18), Column(_("来源（已遮蔽）"), 24), Column(_("次数"), 10)]
    rows = ((each.title, each.hour, each.address, each.count) for each in found)
    filters = [_("最近 24 小时"), *([queries.title_of(why)] if why else [])]
    return listed(_("被拒绝的访问"), columns, rows, filters=filters)


# What waits for whom


@require_GET
@right("operations.read")
def waits(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = waits_at(now)
    if is_wanted(request):
        return _waits_sheet(found, now)
    rows = [(wait, _may(request.user, wait.right)) for wait in found]
    return render(request, "monitoring/operations_waits.html", {"rows": rows})


def _waits_sheet(found: list[Wait], now: datetime) -> HttpResponse:
    columns = [
        Column(_("事项"), 30),
        Column(_("由谁办理"), 20),
        Column(_("数量"), 8),
        Column(_("最早的"), 18),
        Column(_("已等天数"), 10),
    ]
    rows = (
        (wait.title, wait.office, wait.count, wait.oldest_at, (now - wait.oldest_at).days if wait.oldest_at else "")
        for wait in found
    )
    return listed(_("谁在等谁"), columns, rows)


# The last weeks, and from when it is an alarm


@require_GET
@right("operations.read")
def history(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    lines = _lines(request.user, now, LONG)
    facts = {
        "lines": lines, "incidents": queries.incidents(now, LONG, [line["sign"] for line in lines]), "since": now - LONG,
        "may_set": policy.can_set_thresholds(request.user),
    }  # fmt: skip
    return render(request, "monitoring/operations_history.html", facts)


@require_POST
@right("operations.manage")
def set_threshold(request: HttpRequest) -> HttpResponse:
    back = reverse("operations_history")
    try:
        watch, alarm = (_figure(request.POST.get(name, "")) for name in ("watch_from", "alarm_from"))
    except ValueError:
        messages.error(request, _("阈值请填数字，例如 20 或 0.5；留空表示不告警。"))
        return HttpResponse(status=302, headers={"Location": back})
    name = request.POST.get("name", "")
    return attempt(
        request,
        lambda: actions.set_threshold(name, watch_from=watch, alarm_from=alarm, by=request.user, at=timezone.now()),
        done=_("阈值已保存，下一次查看时生效。"),
        back=back,
    )


def _figure(text: str) -> float | None:
    """None for nothing. Raises ValueError for what is no finite number from 0 to a thousand million."""
    if not text.strip():
        return None
    figure = float(text)
    if not 0 <= figure <= 1e9:
        raise ValueError(text)
    return figure
