"""The yearly evaluation as a printed report, A4, in Chinese whoever opens it."""

from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from lifelong.monitoring.evaluating.scheme import RECOMMEND, REMEDY, read
from lifelong.monitoring.models import EvaluationRun
from lifelong.monitoring.queries import evaluation as queries
from lifelong.web import papers
from lifelong.web.vocabulary import AREAS, TYPES

SOURCE = Path(__file__).parent / "typst" / "evaluation.typ"
LISTED = 500  # of each list; what is more stands in the workbook


@translation.override("zh-hans")
def report_pdf(run: EvaluationRun, seen: Any, subject: str) -> bytes:
    return papers.pdf(SOURCE, report(run, seen, subject), made_at=run.decided_at or run.reckoned_at)


def report(run: EvaluationRun, seen: Any, subject: str) -> dict[str, Any]:
    """Every word and figure of it."""
    scheme = read(run.scheme)
    found = queries.distribution(seen, scheme)
    titles = {band.id: band.title for band in scheme.bands}
    said = f"本报告依据《{scheme.title}》（版本 {scheme.version}），评价 {run.from_date:%Y-%m-%d} 至 {run.to_date:%Y-%m-%d} 的情况。"
    said += f"共 {found.total} 项资源，其中 {found.graded} 项评出等级"
    said += f"（平均 {found.mean} 分）。" if found.mean is not None else "。"
    reasons = [
        f"{n} 项{why}"
        for n, why in ((found.fresh, f"在库不满 {scheme.fresh_days} 天"), (found.thin, "已知指标太少"))
        if n
    ]
    said += f"{'、'.join(reasons)}，不评等级。" if reasons else ""
    regions = queries.regions_of(seen, scheme)
    lists = [
        _list("推荐的资源", seen.filter(grade__in=scheme.with_effect(RECOMMEND)), titles),
        _list("须改进或出库的资源", seen.filter(grade__in=scheme.with_effect(REMEDY)), titles),
    ]
    if subject:
        lists = [_list("全部资源", seen, titles)]
    norms = {"percentile": "在同领域、同类型资源中的位置", "linear": "按比例折算"}
    return {
        "title": f"{run.year} 年度资源评价报告", "subject": subject, "state": _state(run), "said": said,
        "digest": f"结果校验值 {run.digest[:16]}", "grade_word": "等级", "number_word": "资源数", "area_word": "领域", "graded_word": "评出等级",
        "grades": [[band.title, n, f"{100 * n / found.graded:.1f} %" if found.graded else "—", band.effect] for band, n in found.grades],
        "bars": [[bar.start, bar.n, bar.height, bar.band.effect] for bar in found.bars],
        "bands": [band.title for band in scheme.bands],
        "areas": [[str(AREAS.get(area, area or "未填")), n, *counts] for area, n, counts in found.areas],
        "regions": [[str(place or "未填地区"), n, str(mean), *counts] for place, n, mean, counts in regions] if len(regions) > 1 else [],
        "indicators": [
            [str(one.indicator.title), one.weight, norms[one.norm], str(one.indicator.source)] for one in scheme.indicators
        ],
        "lists": [one for one in lists if one["rows"]],
    }  # fmt: skip


def _state(run: EvaluationRun) -> str:
    if run.decided_at:
        return f"{timezone.localtime(run.decided_at):%Y 年 %-m 月 %-d 日}生效"
    return "草稿：尚未生效"


def _list(title: str, found: Any, titles: dict[str, str]) -> dict[str, Any]:
    total = found.count()
    rows = [
        [one.title, one.identifier, one.institution.name, str(TYPES.get(one.type, one.type)), str(one.score or "—"), titles.get(one.grade, "不评")]
        for one in queries.ordered(found)[:LISTED]
    ]  # fmt: skip
    more = f"另有 {total - LISTED} 项，见导出的表格。" if total > LISTED else ""
    return {"title": f"{title}（{total} 项）", "rows": rows, "more": more}
