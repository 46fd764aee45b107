"""A working in words: for the page, the workbook and the printed report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lifelong.monitoring.evaluating.indicators import Indicator
from lifelong.monitoring.models import Evaluation


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
