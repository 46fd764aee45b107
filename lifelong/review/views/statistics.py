"""An officer's statistics of a call: one page, and the same as a workbook."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lifelong.calls.models import Call
from lifelong.calls.policy import can_see_statistics
from lifelong.calls.queries import calls_of
from lifelong.review.figures import Figures, figures_for, sheets
from lifelong.web import workbooks
from lifelong.web.rights import right


@never_cache
@require_safe
@right("review.open")
def statistics(request: HttpRequest, number: str) -> HttpResponse:
    figures, officers = _figures(request, number)
    days = list(figures.found.days)
    context: dict[str, Any] = {
        "call": figures.call, "home": figures.home, "now": timezone.now(), "tables": figures.tables(officers=officers),
        "above": figures.above(), "pictures": figures.pictures(), "first": days[0] if days else None,
        "last": days[-1] if days else None,
    }  # fmt: skip
    return render(request, "review/statistics.html", context)


@require_safe
@right("review.open")
def export(request: HttpRequest, number: str) -> HttpResponse:
    figures, officers = _figures(request, number)
    return workbooks.answer(sheets(figures, officers=officers), f"{_('征集统计')}-{number}")


def _figures(request: HttpRequest, number: str) -> tuple[Figures, bool]:
    call: Call | None = calls_of(request.user).filter(number=number).first()
    if call is None or not can_see_statistics(request.user, call):
        raise Http404
    return figures_for(request.user, call)
