"""年度评价: start, reckon (a job), move a grade, put in force, drop."""

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import jobs
from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.jobs import GiveUp, progress
from lifelong.monitoring import policy
from lifelong.monitoring.evaluating import reckoning
from lifelong.monitoring.evaluating.indicators import INDICATORS, Reading
from lifelong.monitoring.evaluating.scheme import PERCENTILE, Scheme, read
from lifelong.monitoring.lifecycle import RUN_NEXT, OpinionState, RunState
from lifelong.monitoring.models import Evaluation, EvaluationRun, GradeMove
from lifelong.monitoring.queries import evaluation_facts as known
from lifelong.monitoring.queries import evaluation_schemes as schemes
from lifelong.resources.actions.bulk import write_rows
from lifelong.web.refusals import Conflict, NotAllowed, Refusal, reason_within

FIRST_YEAR = 2022


class MayNotEvaluate(NotAllowed):
    code = "may_not_evaluate"


class RunMoved(Conflict):
    code = "evaluation_moved"


class NothingToEvaluate(Refusal):
    code = "nothing_to_evaluate"
    status = 422


@transaction.atomic
def start_run(year: int, *, version: str, by: User, at: datetime) -> EvaluationRun:
    """One open run a year; it is reckoned by a job. A year that is under way is reckoned until yesterday."""
    if not policy.can_manage_evaluation(by):
        raise MayNotEvaluate(_("年度评价由平台运营人员发起。"))
    today = timezone.localdate(at)
    if not FIRST_YEAR <= year <= today.year or today == date(year, 1, 1):
        raise NothingToEvaluate(_("请选择 %(first)s 年以来、至少过了一天的年度。") % {"first": FIRST_YEAR})
    if living := living_of(year):
        raise RunMoved(
            _("%(year)s 年度已有一次评价（%(state)s）。") % {"year": year, "state": living.get_state_display()}
        )
    content = schemes.content_of(version)
    if content is None:
        raise NothingToEvaluate(_("没有这个版本的评价方案。"))
    to_date = min(date(year, 12, 31), today - timedelta(days=1))
    run = EvaluationRun(
        year=year, from_date=date(year, 1, 1), to_date=to_date, scheme=content, created_by=by, created_at=at
    )
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        raise RunMoved(_("%(year)s 年度的评价刚刚已经发起，请刷新页面查看。") % {"year": year}) from None
    record("monitoring.evaluation_started", by=by, of=run, at=at, detail={"year": year, "scheme": version})
    jobs.enqueue("lifelong.monitoring.tasks.reckon_evaluation", run.pk, owner=by)
    return run


def living_of(year: int) -> EvaluationRun | None:
    return EvaluationRun.objects.filter(year=year).exclude(state=RunState.DROPPED).first()


@transaction.atomic
def reckon_again(run: EvaluationRun, *, by: User, at: datetime) -> None:
    """From what is known now, opinions that came in since included; grades that were moved stay moved."""
    run = _held(run)
    if not policy.can_manage_evaluation(by):
        raise MayNotEvaluate(_("年度评价由平台运营人员计算。"))
    _step(run, RunState.RECKONING)
    run.save(update_fields=["state"])
    record("monitoring.evaluation_reckoned_again", by=by, of=run, at=at)
    jobs.enqueue("lifelong.monitoring.tasks.reckon_evaluation", run.pk, owner=by)


@transaction.atomic
def drop(run: EvaluationRun, *, reason: str, by: User, at: datetime) -> None:
    """Before it is in force only; what it said stays readable for those who made it."""
    run = _held(run)
    if not policy.can_manage_evaluation(by):
        raise MayNotEvaluate(_("年度评价由平台运营人员作废。"))
    reason = _said(reason)
    _step(run, RunState.DROPPED)
    run.attempt += 1
    run.save(update_fields=["state", "attempt"])
    run.opinions.filter(state=OpinionState.ASKED).update(state=OpinionState.WITHDRAWN, ended_at=at)
    record("monitoring.evaluation_dropped", by=by, of=run, at=at, detail={"reason": reason})


@transaction.atomic
def move_grade(evaluation: Evaluation, *, grade: str, reason: str, by: User, at: datetime) -> Evaluation:
    """The final reviewer's own judgement, before the run is in force."""
    run = _held(evaluation.run)
    evaluation = Evaluation.objects.select_for_update(of=("self",)).select_related("run").get(pk=evaluation.pk)
    if not policy.can_move_grade(by, evaluation):
        raise MayNotEvaluate(_("等级由终审人员调整，不能调整本单位的资源；已生效的不再改动，请走申述。"))
    if run.state != RunState.RECKONED:
        raise RunMoved(_("这次评价现在是“%(now)s”，不能调整等级。") % {"now": run.get_state_display()})
    set_grade(evaluation, grade=grade, reason=reason, by=by, at=at)
    return evaluation


def set_grade(evaluation: Evaluation, *, grade: str, reason: str, by: User, at: datetime) -> None:
    """Write it down; the caller has locked the evaluation and asked who may."""
    reason = _said(reason)
    if read(evaluation.run.scheme).band(grade) is None or not evaluation.grade:
        raise NothingToEvaluate(_("没有这个等级，或这项资源不评等级。"), fields={"grade": _("请选择一个等级。")})
    if grade == evaluation.grade:
        raise NothingToEvaluate(_("等级没有变化。"), fields={"grade": _("请选择另一个等级。")})
    GradeMove.objects.create(
        run=evaluation.run, resource_id=evaluation.resource_id, before=evaluation.grade, grade=grade, reason=reason,
        by=by, at=at,
    )  # fmt: skip
    detail = {"from": evaluation.grade, "to": grade, "reason": reason}
    evaluation.grade = grade
    evaluation.save(update_fields=["grade"])
    record("monitoring.grade_moved", by=by, of=evaluation, at=at, detail=detail)


# Reckoning


def reckon(run: EvaluationRun, *, at: datetime) -> EvaluationRun:
    """Two passes over the library: what is read of each resource is kept in flat columns, then placed and written in lots.

    The same input gives the same digest. A second job on the same run overtakes the first, which writes nothing more.
    """
    attempt = _begin(run)
    scheme = read(run.scheme)
    columns = Columns(scheme)
    keys = list(known.judged(run.to_date).order_by("resource_id").values_list("resource_id", flat=True))
    counted = known.is_counted(run.from_date, run.to_date)
    for lot, done in _lots(keys):
        rows = known.entries(run.to_date, lot)
        facts = known.facts_of(run, rows, counted=counted)
        for row in rows:
            columns.add(row["resource_id"], (row["area"], row["type"]), facts[row["resource_id"]])
        progress.report(done, 2 * len(keys), _("读取使用与学习情况"))
    columns.close()
    moved: dict[Any, str] = dict(GradeMove.objects.filter(run=run).order_by("pk").values_list("resource", "grade"))
    digest = hashlib.sha256()
    for lot, done in _lots(keys):
        made = _rows(run, columns, known.entries(run.to_date, lot), moved)
        for row in made:
            digest.update(json.dumps([row[name] for name in ("resource_id", "score", "grade", "working")],
                                     ensure_ascii=False, default=str).encode())  # fmt: skip
        with transaction.atomic():
            _still_mine(run, attempt)
            write_rows(Evaluation, made)
        progress.report(len(keys) + done, 2 * len(keys), _("评分"))
    return _finish(run, attempt, digest.hexdigest(), len(columns.place), at=at)


class Columns:
    """Readings of the whole library in flat arrays: eight bytes a value, so that 100,000 resources stay within megabytes."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.place: dict[int, int] = {}
        self.days = array("l")
        self.group = array("l")
        self.names: dict[tuple[str, str], int] = {}
        self.value = {one.id: array("d") for one in scheme.indicators}
        self.of = {one.id: array("l") for one in scheme.indicators}
        self.sorted: dict[tuple[str, tuple[str, str] | str], array[float]] = {}

    def add(self, key: int, group: tuple[str, str], facts: Any) -> None:
        self.place[key] = len(self.days)
        self.days.append(facts.days)
        self.group.append(self.names.setdefault(group, len(self.names)))
        for id in self.value:
            reading = INDICATORS[id].read(facts)
            self.value[id].append(float("nan") if reading.value is None else reading.value)
            self.of[id].append(reading.of)

    def close(self) -> None:
        """Gather by area and type, and by type alone for what has few beside it; nothing fresh is compared with."""
        names = list(self.names)
        for one in self.scheme.indicators:
            if one.norm != PERCENTILE:
                continue
            found: dict[Any, array[float]] = {}
            for place, days in enumerate(self.days):
                if days >= self.scheme.fresh_days and reckoning.usable(reading := self._reading(one.id, place), one):
                    group = names[self.group[place]]
                    for key in (group, group[1]):
                        found.setdefault(key, array("d")).append(reading.value or 0.0)
            self.sorted |= {(one.id, key): array("d", sorted(values)) for key, values in found.items()}

    def _reading(self, id: str, place: int) -> Reading:
        value = self.value[id][place]
        return Reading(None if value != value else value, self.of[id][place])  # noqa: PLR0124 - not a number

    def outcome(self, key: int, group: tuple[str, str]) -> tuple[int, reckoning.Outcome]:
        place = self.place[key]
        groups = {id: self._group(id, group) for id in self.value}
        readings = {id: self._reading(id, place) for id in self.value}
        days = self.days[place]
        return days, reckoning.outcome(self.scheme, readings, groups, days=days)

    def _group(self, id: str, group: tuple[str, str]) -> Sequence[float]:
        close = self.sorted.get((id, group), ())
        return close if len(close) >= self.scheme.least_group else self.sorted.get((id, group[1]), ())


def _rows(
    run: EvaluationRun, columns: Columns, entries: Sequence[Mapping[str, Any]], moved: Mapping[int, str]
) -> list[dict[str, Any]]:
    made = []
    for entry in entries:
        key = entry["resource_id"]
        if key not in columns.place:
            continue  # came back into the library between the two passes
        days, found = columns.outcome(key, (entry["area"], entry["type"]))
        made.append({
            "run_id": run.pk, "resource_id": key, "identifier": entry["identifier"], "title": entry["title"],
            "institution_id": entry["institution_id"], "region_code": entry["institution__region_id"] or "",
            "area": entry["area"], "type": entry["type"], "days": days, "score": found.score,
            "points": -1 if found.score is None else int(found.score * 100), "reckoned": found.grade,
            "grade": moved.get(key, found.grade) if found.grade else "", "ungraded": found.ungraded,
            "working": found.working,
        })  # fmt: skip
    return made


def _lots(keys: list[int]) -> Iterator[tuple[list[int], int]]:
    for start in range(0, len(keys), known.LOT):
        lot = keys[start : start + known.LOT]
        yield lot, start + len(lot)


@transaction.atomic
def _begin(run: EvaluationRun) -> int:
    held = _held(run)
    if held.state != RunState.RECKONING:
        raise GiveUp(_("这次评价现在是“%(now)s”，不再计算。") % {"now": held.get_state_display()})
    held.attempt += 1
    held.save(update_fields=["attempt"])
    held.evaluations.all()._raw_delete(held.evaluations.db)  # nothing hangs on them before the run is in force
    return held.attempt


def _still_mine(run: EvaluationRun, attempt: int) -> EvaluationRun:
    held = _held(run)
    if (held.attempt, held.state) != (attempt, RunState.RECKONING):
        raise GiveUp(_("另一次计算已经开始，这一次不再写入。"))
    return held


@transaction.atomic
def _finish(run: EvaluationRun, attempt: int, digest: str, number: int, *, at: datetime) -> EvaluationRun:
    held = _still_mine(run, attempt)
    held.state, held.digest, held.number, held.reckoned_at = RunState.RECKONED, digest, number, at
    held.save(update_fields=["state", "digest", "number", "reckoned_at"])
    record("monitoring.evaluation_reckoned", by=None, of=held, at=at, detail={"resources": number, "digest": digest})
    return held


def _held(run: EvaluationRun) -> EvaluationRun:
    return EvaluationRun.objects.select_for_update().get(pk=run.pk)


def _step(run: EvaluationRun, to: RunState) -> None:
    if to not in RUN_NEXT[RunState(run.state)]:
        raise RunMoved(_("这次评价现在是“%(now)s”，不能这样办理。") % {"now": run.get_state_display()})
    run.state = to


def _said(reason: str) -> str:
    reason = reason_within(reason)
    if len(reason) < 2:
        raise NothingToEvaluate(_("请写明理由。"), fields={"reason": _("请写明理由，会留在记录里。")})
    return reason
