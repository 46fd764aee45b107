"""筛查命中 in what is online: the operator reads them in their context and may take the resource offline."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lifelong.resources.models import ScreeningHit
from lifelong.resources.queries.timeline import heading_of
from lifelong.review.queries.hits import hits_online
from lifelong.screening.models import Severity
from lifelong.web import workbooks
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

PAGE, MOST = 50, 20_000
COLUMNS = [
    Column("资源ID", 14), Column("资源名称", 36), Column("单位", 26), Column("级别", 8), Column("词", 16), Column("类别", 16),
    Column("所在栏目", 14), Column("上下文", 60), Column("审核时的处理", 30),
]  # fmt: skip


@require_safe
@right("words.manage")
def online(request: HttpRequest) -> HttpResponse:
    severity = request.GET.get("severity", "")
    severity = severity if severity in Severity.values else ""
    words = request.GET.get("q", "").strip()[:100]
    found = hits_online(severity=severity, words=words)
    if workbooks.is_wanted(request):
        head = [_("级别：%s") % Severity(severity).label] if severity else []
        head += [_("查找：%s") % words] if words else []
        return workbooks.listed(_("在线资源的筛查命中"), COLUMNS, map(_row, found[:MOST]), filters=head)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(hit, place_of(hit), Severity(hit.severity).label) for hit in page]
    context = {"page": page, "rows": rows, "severity": severity, "words": words, "severities": Severity.choices}
    return render(request, "review/online_hits.html", context)


def place_of(hit: ScreeningHit) -> str:
    if hit.field == "captions":
        return _("字幕")
    return heading_of(hit.field) or hit.field


def _row(hit: ScreeningHit) -> list[Any]:
    version = hit.round.version
    cleared = getattr(hit, "clearance", None)
    return [
        version.resource.resource_id, version.title, version.resource.institution.name,
        str(Severity(hit.severity).label), hit.word, hit.category, place_of(hit), hit.context,
        cleared.reason if cleared else "",
    ]  # fmt: skip
