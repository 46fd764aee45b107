"""Figures of use as tables and pictures: the same cells for the page and for the sheet."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.monitoring.lifecycle import Scope
from lifelong.monitoring.models import UsagePeriod
from lifelong.monitoring.queries.usage import Period, Point
from lifelong.monitoring.usage.rules import BINS, reason
from lifelong.review.figures import Bars, Cell, Table
from lifelong.web.templatetags.web import clock, day
from lifelong.web.vocabulary import AREAS
from lifelong.web.workbooks import Column, Sheet

FEWEST_BARS = 12  # wide: a single bar does not fill the page
SUPPRESSED_BELOW = 10  # people: a share of fewer says nothing and may name somebody


def words() -> dict[str, str]:
    return {
        "views": _("浏览"), "goings": _("前往学习"), "plays": _("播放"), "visitors": _("访客（人次）"), "learners": _("学习者"),
        "seconds": _("有效时长"), "completions": _("学完"), "favourites": _("收藏"), "ratings": _("评分人数"),
    }  # fmt: skip


def shown(name: str, n: int) -> Any:
    return clock(n) if name == "seconds" else n


def period_name(period: Period) -> str:
    if period.name == "all":
        return _("全部时间")
    if period.is_month:
        return _("%(year)s 年 %(month)s 月") % {"year": period.first.year, "month": period.first.month}
    return _("%(year)s 年") % {"year": period.name}


def point_name(point: Point, unit: str) -> str:
    if unit == "month":
        return _("%(year)s 年 %(month)s 月") % {"year": point.begins.year, "month": point.begins.month}
    return _("%(day)s 起一周") % {"day": day(point.begins)} if unit == "week" else day(point.begins)


def above(sums: Counter[str], learners: str) -> list[tuple[str, Any]]:
    """The few that are read first."""
    named = {**words(), "learners": learners}
    return [
        (named[name], Cell(shown(name, sums[name])))
        for name in ("views", "goings", "plays", "visitors", "learners", "seconds", "completions")
    ]


def timeline(points: list[Point], unit: str) -> Table:
    names = words()
    rows = [
        [Cell(point_name(point, unit), reverse("usage_day", args=[point.begins.isoformat()]) if unit == "day" else ""),
         *(Cell(shown(name, point.figures[name])) for name in names)]
        for point in points if any(point.figures.values())
    ]  # fmt: skip
    sums: Counter[str] = sum((point.figures for point in points), Counter())
    total = [Cell(_("合计")), *(Cell(shown(name, sums[name])) for name in names)]
    note = _("没有使用的日子不列出。访客、学习者按天去重，各天相加是人次。")
    heading = {"day": _("日期"), "week": _("周"), "month": _("月份")}[unit]
    return Table("timeline", _("逐期数字"), [heading, *names.values()], rows, total if rows else [], note)


def picture(points: list[Point], name: str) -> Bars | None:
    """One row of bars over all points, those without use included."""
    top = max((point.figures[name] for point in points), default=0)
    if not top:
        return None
    bars = [
        (str(place * 10 + 1), str(100 - high), str(high))
        for place, point in enumerate(points)
        if (n := point.figures[name]) and (high := max(2, round(100 * n / top)))
    ]
    most = max(points, key=lambda point: point.figures[name])
    return Bars(
        words()[name],
        sum(point.figures[name] for point in points),
        top,
        most.begins,
        str(max(len(points), FEWEST_BARS) * 10),
        bars,
    )


def excluded(found: Mapping[str, int]) -> Table:
    rows = [[Cell(reason(why)), Cell(n)] for why, n in sorted(found.items(), key=lambda one: -one[1])]
    total = [Cell(_("合计")), Cell(sum(found.values()))] if rows else []
    return Table("excluded", _("没有计入的，和为什么"), [_("原因"), _("条数")], rows, total)


def _line(name: Cell, sums: Mapping[str, int]) -> list[Cell]:
    return [name, Cell(sums["n"]), Cell(sums["views"]), Cell(sums["goings"]), Cell(sums["plays"]), Cell(sums["visitors"]),
            Cell(clock(sums["seconds"])), Cell(sums["completions"])]  # fmt: skip


def _headings(first: str) -> list[str]:
    return [first, _("资源数"), _("浏览"), _("前往学习"), _("播放"), _("访客（各资源相加）"), _("有效时长"), _("学完")]


def areas(rows: Iterable[Mapping[str, Any]], *, linked: bool) -> Table:
    lines = [
        _line(
            Cell(
                str(AREAS.get(row["key"]) or _("未填")), _scope(Scope.AREA, row["key"]) if linked and row["key"] else ""
            ),
            row,
        )
        for row in rows
    ]
    return Table("areas", _("按领域"), _headings(_("领域")), lines)


def categories(rows: Iterable[tuple[str, str, Counter[str]]], *, linked: bool) -> Table:
    lines = [_line(Cell(name, _scope(Scope.CATEGORY, code) if linked else ""), sums) for code, name, sums in rows]
    return Table("categories", _("按分类"), _headings(_("分类")), lines)


def regions(rows: Iterable[tuple[str, str, Counter[str]]], home: str) -> Table:
    lines = []
    for code, name, sums in rows:
        words_ = _("%(name)s（本级）") % {"name": name} if code == home and home else name or _("未填地区")
        lines.append(_line(Cell(words_, _scope(Scope.REGION, code) if code and code != home else ""), sums))
    return Table("regions", _("按地区"), _headings(_("地区")), lines)


def institutions(rows: Iterable[Mapping[str, Any]]) -> Table:
    lines = [
        _line(Cell(row["name"] or _("未填"), _scope(Scope.INSTITUTION, row["code"]) if row["code"] else ""), row)
        for row in rows
    ]
    return Table("institutions", _("浏览最多的单位"), _headings(_("单位")), lines)


def _scope(scope: Scope, key: str) -> str:
    return reverse("usage_scope", args=[scope, key])


def cohorts(rows: Iterable[Mapping[str, Any]]) -> Table:
    lines = []
    for row in rows:
        few = row["learners"] < SUPPRESSED_BELOW
        share = "—" if few else f"{100 * row['finished'] / row['learners']:.0f}%"
        month = _("%(year)s 年 %(month)s 月") % {"year": row["month"].year, "month": row["month"].month}
        lines.append([Cell(month), Cell(row["learners"]), Cell(row["finished"]), Cell(share)])
    note = _("按开始学习的月份；到现在为止学完至少一个文件的人数。不足 %(n)s 人的不算比例。") % {"n": SUPPRESSED_BELOW}
    return Table(
        "cohorts",
        _("开始学习的人，后来学完了多少"),
        [_("开始月份"), _("开始学习"), _("已学完"), _("学完比例")],
        lines,
        note=note,
    )


def curve_picture(length_s: float, bins: list[int]) -> dict[str, Any]:
    """An area of an SVG of 500 × 100, and the places of a quarter each as words."""
    top, step = max([*bins, 1]), 500 / BINS
    points = " ".join(f"{step * (place + 0.5):.1f},{100 - 100 * n / top:.1f}" for place, n in enumerate(bins))
    quarters = [(clock(length_s * part / 4), bins[min(BINS - 1, part * BINS // 4)]) for part in range(5)]
    return {"points": f"{step / 2:.1f},100 {points} {500 - step / 2:.1f},100", "top": top, "quarters": quarters}


def curve_table(file: int, length_s: float, bins: list[int]) -> Sheet:
    rows = [[clock(length_s * place / BINS), n] for place, n in enumerate(bins)]
    return Sheet(_("第 %(n)s 个文件的留存") % {"n": file}, [Column(_("从")), Column(_("访客（人次）"))], rows)


def resource_sheet(rows: Iterable[UsagePeriod]) -> Sheet:
    names = words()
    columns = [
        Column(_("资源"), 40),
        Column(_("资源ID")),
        Column(_("单位"), 24),
        *(Column(word, 12) for word in names.values()),
    ]
    cells = [
        [row.entry.title if row.entry else "", row.entry.identifier if row.entry else "", row.institution.name if row.institution else "",  # type: ignore[attr-defined]
         *(shown(name, getattr(row, name)) for name in names)]
        for row in rows
    ]  # fmt: skip
    return Sheet(_("资源"), columns, cells)
