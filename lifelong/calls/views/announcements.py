"""An announcement of a call: 已读 241 / 300, who has not, a reminder to them, and their telephones as a sheet."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.calls import actions, policy, queries
from lifelong.calls.models import Amendment
from lifelong.calls.queries.readings import Reader
from lifelong.calls.views.board import filter_words, note_purpose, person_of, published, telephones_of
from lifelong.institutions.models import InstitutionKind
from lifelong.regions.queries import reporting_regions
from lifelong.web import workbooks
from lifelong.web.numerals import numerals
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

SHOW = {"unread": gettext_lazy("未读"), "read": gettext_lazy("已读")}
COLUMNS = [
    Column("单位名称", 30), Column("单位代码", 14), Column("所在地区", 16), Column("已读时间", 18), Column("最近提醒", 18),
    Column("负责人", 10), Column("电话", 26), Column("办公邮箱", 24),
]  # fmt: skip


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("show", "region", "kind")}


def _seen(request: HttpRequest, number: str, pk: int) -> Amendment:
    call = published(request, number)
    found = get_object_or_404(Amendment.objects.select_related("by").prefetch_related("readings"), pk=pk, call=call)
    found.call = call
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right("calls.read")
def announcement(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A POST with a purpose shows or exports the telephones in full, and that is in the audit."""
    found, filters, now = _seen(request, number, pk), _filters(request), timezone.now()
    purpose = request.POST.get("purpose", "").strip()
    if request.method == "POST" and not purpose:
        messages.error(request, _("请写明查看完整电话的用途。"))
    every = queries.readers(found, now)
    shown = queries.readers(found, now, **filters) if any(filters.values()) else every
    if purpose:
        note_purpose(request, found.call, purpose, len(shown))
        if request.POST.get("do") == "export":
            return _sheet(found, shown, filters, clear=True)
    context = {
        "call": found.call,
        "amendment": found,
        "readers": shown,
        "read": sum(one.read_at is not None for one in every),
        "asked": len(every),
        "unread_n": sum(one.read_at is None for one in every),
        "clear": bool(purpose),
        "shows": SHOW.items(),
        "kinds": InstitutionKind.choices,
        "regions": reporting_regions(found.call.region) if found.call.region else [],
        "may": policy.abilities(request.user, found.call),
    }
    return render(request, "calls/announcement.html", context)


@require_POST
@right("calls.read")
def remind(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The ticked ones, or everybody on screen, who have not read it."""
    found, now = _seen(request, number, pk), timezone.now()
    shown = queries.readers(found, now, **_filters(request))
    chosen = numerals(request.POST.getlist("id")) if request.POST.get("do") == "chosen" else None
    wanted = [one.line.institution.pk for one in shown if chosen is None or one.line.institution.pk in chosen]
    try:
        told = actions.remind_unread(found, wanted, by=request.user, at=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("已提醒 %(n)s 家。") % {"n": told.sent}
        words += _("%(n)s 家刚提醒过或没有联系方式。") % {"n": told.left} if told.left else ""
        (messages.success if told.sent else messages.warning)(request, words)
    return redirect(f"{reverse('call-announcement', args=[number, pk])}?{request.GET.urlencode()}")


@require_safe
@right("calls.read")
def export(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What is on screen, telephones masked."""
    found, filters = _seen(request, number, pk), _filters(request)
    return _sheet(found, queries.readers(found, timezone.now(), **filters), filters, clear=False)


def _sheet(found: Amendment, readers: list[Reader], filters: dict[str, str], *, clear: bool) -> HttpResponse:
    words = [found.call.title, f"{found.get_kind_display()}：{found.title}"]
    words += [_("阅读：%s") % SHOW[filters["show"]]] if filters["show"] in SHOW else []
    title = _("公告阅读情况")
    content = workbooks.workbook(
        title, COLUMNS, (_row(one, clear) for one in readers), filters=[*words, *filter_words(filters)]
    )
    return workbooks.answer(content, f"{title}-{found.call.number}")


def _row(one: Reader, clear: bool) -> list[Any]:
    of = one.line.institution
    return [
        of.name, of.code, of.region.name if of.region else "", one.read_at, one.reminded_at, person_of(one.line, clear),
        telephones_of(one.line, clear), of.office_email,
    ]  # fmt: skip
