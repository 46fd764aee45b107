"""A working in words: for the page, the workbook and the printed report."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lifelong.monitoring.evaluating.indicators import Indicator
from lifelong.monitoring.models import Evaluation, ExpertOpinion
from lifelong.web.workbooks import Column, Sheet


@dataclass(frozen=True)
class Line:
    """An indicator of one resource; ``norm`` of 100 and ``points`` empty where nothing is known, and ``why`` says so."""

    title: str
    source: str
    value: str
    of: int
    norm: str
    weight: int
    points: str
    why: str


def value_of(indicator: Indicator, value: float | None) -> str:
    if value is None:
        return "—"
    if indicator.is_share:
        return f"{100 * value:.1f} %"
    return f"{value:,.1f} {indicator.unit}" if value >= 1 or not value else f"{value:.2g} {indicator.unit}"


def why_ungraded(evaluation: Evaluation) -> str:
    return {
        "fresh": _("在库时间太短，不评"), "thin": _("已知的指标太少，不评等级"),
    }.get(evaluation.ungraded, "")  # fmt: skip


def lines_of(evaluation: Evaluation, indicators: Mapping[str, Indicator]) -> list[Line]:
    return [_line(one, indicators[one["id"]]) for one in evaluation.working if one["id"] in indicators]


def _line(one: Mapping[str, Any], known: Indicator) -> Line:
    few = known.of_people and one.get("missing") == "few"
    missing = {
        "none": str(known.missing), "few": _("只有 %(n)s 人（份），太少，不计") % {"n": one["of"]}, "fresh": _("在库时间太短，不评"),
    }  # fmt: skip
    placed = _("在 %(n)s 项同类里的位置") % {"n": one["group"]} if "group" in one else ""
    return Line(
        title=str(known.title), source=str(known.source), value="—" if few else value_of(known, one["value"]), of=one["of"],
        norm=one.get("norm", ""), weight=one["weight"], points=one.get("points", ""),
        why=missing[one["missing"]] if "missing" in one else placed,
    )  # fmt: skip


def opinions_sheet(opinions: Iterable[ExpertOpinion], about: Mapping[tuple[int, int], Evaluation]) -> Sheet:
    """``about``: by run and resource."""
    columns = [
        Column(_("年度"), 8), Column(_("资源ID"), 14), Column(_("资源名称"), 36), Column(_("单位"), 26), Column(_("专家"), 12),
        Column(_("为什么请"), 10), Column(_("状态"), 10), Column(_("截止"), 18), Column(_("内容质量"), 8), Column(_("时效"), 8),
        Column(_("实用"), 8), Column(_("建议"), 12), Column(_("意见"), 60),
    ]  # fmt: skip
    return Sheet(_("专家意见"), columns, _opinion_rows(opinions, about))


def _opinion_rows(
    opinions: Iterable[ExpertOpinion], about: Mapping[tuple[int, int], Evaluation]
) -> Iterator[list[Any]]:
    for one in opinions:
        of = about.get((one.run_id, one.resource_id))
        yield [
            one.run.year, one.resource.resource_id, of.title if of else "", of.institution.name if of else "", one.expert.get_full_name(),
            one.get_chosen_display(), one.get_state_display(), one.due_at, one.content, one.currency, one.usefulness,
            one.get_advice_display() if one.advice else "", one.words,
        ]  # fmt: skip
