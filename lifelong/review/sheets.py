"""What the experts' scores come to, as a sheet."""

from typing import Any

from django.utils.translation import gettext as _

from lifelong.review.lifecycle import AssignmentState
from lifelong.review.models import Panel
from lifelong.review.queries import panels as queries
from lifelong.web import workbooks
from lifelong.web.workbooks import Column

SCORES = [
    Column("名次", 8), Column("资源名称", 36), Column("报送单位", 26), Column("领域", 14), Column("已评", 8),
    Column("应评", 8), Column("平均分", 10), Column("分差", 10), Column("仲裁分", 10), Column("计分", 10),
    Column("建议", 20), Column("专家意见", 60),
]  # fmt: skip


def scores_sheet(panel: Panel) -> bytes:
    """The whole panel by rank, with every expert's total and opinion."""
    results = queries.results_of(panel)
    by_pk = {one.pk: one for one in queries.items_of(panel)}
    ordered = [by_pk[one] for one in in_order(panel, "rank", results)]
    return workbooks.workbook(
        panel.title, SCORES, (_row(line) for line in queries.lines_of(panel, ordered, results)),
        filters=[_("评审标准：%s") % panel.criteria],
    )  # fmt: skip


def in_order(panel: Panel, sort: str, results: dict[int, Any]) -> list[int]:
    """Ids of the items: as they came in, the best first, or those apart first."""
    ids = list(panel.items.values_list("pk", flat=True))
    if sort == "rank":
        return sorted(ids, key=lambda pk: (bool(results[pk].vetoes), -(results[pk].standing or -1)))
    if sort == "spread":
        return sorted(ids, key=lambda pk: (not results[pk].needs_arbitration, -(results[pk].spread or 0)))
    return ids


def _row(line: queries.Line) -> list[Any]:
    version, result = line.item.round.version, line.result
    told = [
        f"{one.expert} {sheet.total}：{sheet.opinion}"
        for one in line.assignments
        if one.state == AssignmentState.SUBMITTED
        for sheet in one.living  # type: ignore[attr-defined]
    ]
    return [
        line.rank, version.title, version.resource.institution.name, version.area, result.given, result.wanted, *map(
            _number, (result.mean, result.spread, result.arbiter, result.standing)
        ), line.advice, "\n".join(told),
    ]  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
