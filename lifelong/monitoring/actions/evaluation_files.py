"""A run as a workbook with its whole working, and as a printed report: as far as the person may see it, made by a job."""

import os
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.jobs import progress
from lifelong.monitoring import papers
from lifelong.monitoring.evaluating.indicators import INDICATORS
from lifelong.monitoring.evaluating.scheme import Scheme, read
from lifelong.monitoring.lifecycle import OpinionState
from lifelong.monitoring.models import Evaluation, EvaluationRun
from lifelong.monitoring.queries import evaluation as queries
from lifelong.monitoring.queries import evaluation_opinions as opinions
from lifelong.monitoring.words import lines_of, opinions_sheet, why_ungraded
from lifelong.regions.queries import region
from lifelong.resources.queries.reach import reach_of
from lifelong.web import workbooks
from lifelong.web.vocabulary import AREAS, TYPES
from lifelong.web.workbooks import Column, Sheet

FORMS = ("xlsx", "pdf")
FOLDER = Path("exports") / "evaluation"
LOT = 1_000
KEPT_S = 86_400  # of what stood before a grade moved


def path_of(run: EvaluationRun, user: User, form: str, institution: str = "") -> Path:
    """Within ``settings.FILES``: one for each reach, state of the run and language; of one ``institution`` by its code."""
    reach = reach_of(user)
    scope = "all" if queries.sees_every_run(user) else f"{sorted(reach.regions)} {sorted(reach.own)}"
    moved, answered = run.moves.count(), run.opinions.exclude(state=OpinionState.ASKED).count()
    told = f"{run.attempt} {run.state} {moved} {answered} {run.opinions.count()} {scope} {institution} {translation.get_language()}"
    return FOLDER / f"{run.pk}-{sha256(told.encode()).hexdigest()[:16]}.{form}"


def whole(path: Path) -> Path:
    return Path(settings.FILES) / path


def write(run: EvaluationRun, user: User, form: str, institution: str = "") -> Path:
    """Under another name first, so that nobody is given half a file."""
    path = whole(path_of(run, user, form, institution))
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = queries.narrowed(queries.evaluations_seen_by(user, run), {"institution": institution})
    content = (
        _workbook(run, seen, user) if form == "xlsx" else papers.report_pdf(run, seen, subject_of(user, institution))
    )
    half = path.with_suffix(f".{os.getpid()}.part")
    half.write_bytes(content)
    half.replace(path)
    for old in path.parent.glob(f"{run.pk}-*.{form}"):
        if old.stat().st_mtime < time.time() - KEPT_S:
            old.unlink(missing_ok=True)
    return path


def subject_of(user: User, institution: str = "") -> str:
    """Whose resources it is about; empty for all."""
    reach = reach_of(user)
    if institution:
        return Institution.objects.get(code=institution).name
    if queries.sees_every_run(user):
        return ""
    if reach.own and not reach.regions:
        return "、".join(Institution.objects.filter(pk__in=reach.own).values_list("name", flat=True))
    return "、".join(
        str(found) for code in sorted(reach.regions) if (found := region(code)) and found.level == "province"
    )


def _workbook(run: EvaluationRun, seen: Any, user: User) -> bytes:
    scheme = read(run.scheme)
    head = [
        Column(_("资源ID"), 14), Column(_("资源名称"), 36), Column(_("单位"), 26), Column(_("地区"), 14), Column(_("领域"), 12),
        Column(_("类型"), 10), Column(_("在库天数"), 10), Column(_("得分"), 8), Column(_("等级"), 8), Column(_("算出的等级"), 10),
        Column(_("说明"), 20),
    ]  # fmt: skip
    for one in scheme.indicators:
        title = one.indicator.title
        head += [
            Column(f"{title}：{word}", 12)
            for word in (_("数值"), _("人数等"), _("折算"), _("权重"), _("得分"), _("说明"))
        ]
    marks = [Column(_("指标"), 20), Column(_("权重"), 8), Column(_("折算方法"), 30), Column(_("来源"), 60)]
    norms = {"percentile": _("在同领域同类型中的位置"), "linear": _("按比例")}
    sources = [[one.indicator.title, one.weight, norms[one.norm], one.indicator.source] for one in scheme.indicators]
    sheets = [Sheet(_("评价结果"), head, _rows(run, seen, scheme)), Sheet(_("评价方案"), marks, sources)]
    if queries.sees_every_run(user) and (
        asked := list(opinions.of_run(run).filter(resource__in=seen.values("resource")))
    ):
        sheets.append(opinions_sheet(asked, opinions.titles(asked)))
    return workbooks.book(
        sheets, filters=[f"{run.year} · {scheme.title}（{scheme.version}）· {run.get_state_display()}"]
    )


def _rows(run: EvaluationRun, seen: Any, scheme: Scheme) -> Iterator[list[Any]]:
    titles = {band.id: band.title for band in scheme.bands}
    total, done, last = seen.count(), 0, 0
    while lot := list(seen.filter(pk__gt=last).select_related("institution").order_by("pk")[:LOT]):
        for one in lot:
            yield _row(one, scheme, titles)
        last, done = lot[-1].pk, done + len(lot)
        progress.report(done, total, _("写入表格"))


def _row(one: Evaluation, scheme: Scheme, titles: dict[str, str]) -> list[Any]:
    lines = {line["id"]: words for line, words in zip(one.working, lines_of(one, INDICATORS), strict=True)}
    row = [
        one.identifier, one.title, one.institution.name, str(region(one.region_code) or ""), AREAS.get(one.area, one.area),
        TYPES.get(one.type, one.type), one.days, _number(one.score), titles.get(one.grade, ""), titles.get(one.reckoned, ""),
        why_ungraded(one),
    ]  # fmt: skip
    for indicator in scheme.indicators:
        line = lines[indicator.id]
        row += [line.value, line.of, _number(line.norm), line.weight, _number(line.points), line.why]
    return row


def _number(text: Any) -> float | str:
    return "" if text in ("", None) else float(text)
