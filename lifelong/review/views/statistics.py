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
from lifelong.review import policy
from lifelong.review.forms.deciding import field_choices
from lifelong.review.lifecycle import Stage
from lifelong.review.queries import statistics as counted
from lifelong.review.views.figures import Figures
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
    """Every table of the page on a sheet of its own."""
    figures, officers = _figures(request, number)
    sheets = [table.sheet() for table in figures.tables(officers=officers)]
    where = [str(figures.home)] if figures.home else []
    content = workbooks.book(sheets, filters=[figures.call.title, *where])
    return workbooks.answer(content, f"{_('征集统计')}-{number}")


def _figures(request: HttpRequest, number: str) -> tuple[Figures, bool]:
    """With whether this person heads the desk and so sees who decided how much."""
    call: Call | None = calls_of(request.user).filter(number=number).first()
    if call is None or not can_see_statistics(request.user, call):
        raise Http404
    stages = policy.stages_of(request.user)
    stage = Stage.FINAL if Stage.FINAL in stages else Stage.PROVINCIAL
    officers, fields = policy.can_see_officers(request.user, stage), [name for name, _word in field_choices()]
    found = counted.statistics(request.user, stage, call, fields=fields, officers=officers)
    return Figures(found, call, stage, counted.home_of(request.user, stage, call)), officers
