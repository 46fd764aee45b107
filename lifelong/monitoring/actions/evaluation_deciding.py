"""A run is put in force; institutions are told, may object, and choose what becomes of a poor resource."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import jobs
from lifelong.accounts.models import Role, User
from lifelong.accounts.queries import holders_of
from lifelong.audit import record
from lifelong.institutions.queries import reporters_of
from lifelong.monitoring import policy
from lifelong.monitoring.actions.evaluation_runs import (
    MayNotEvaluate,
    NothingToEvaluate,
    RunMoved,
    set_grade,
)
from lifelong.monitoring.evaluating import reckoning
from lifelong.monitoring.evaluating.scheme import REMEDY, read
from lifelong.monitoring.lifecycle import (
    REMEDY_NEXT,
    REMEDY_OPEN,
    REMEDY_OWED,
    OpinionState,
    RemedyState,
    RunState,
    StatementState,
)
from lifelong.monitoring.models import Evaluation, EvaluationRun, ExpertOpinion, InstitutionStanding, Remedy, Statement
from lifelong.notices import send
from lifelong.resources.lifecycle import Availability
from lifelong.web.refusals import Refusal, TooLong
from lifelong.web.templatetags.web import day, moment

STATEMENT_MOST = 2_000
LOT = 500


class TooLate(Refusal):
    code = "too_late"


class AlreadySaid(Refusal):
    code = "already_said"


@transaction.atomic
def decide(run: EvaluationRun, *, by: User, at: datetime) -> EvaluationRun:
    """In force from now on, and frozen: remedies are offered, institutions are told; the best bear a mark on the portal."""
    run = EvaluationRun.objects.select_for_update().get(pk=run.pk)
    if not policy.can_decide_evaluation(by):
        raise MayNotEvaluate(_("年度评价由终审人员决定生效。"))
    if run.state != RunState.RECKONED:
        raise RunMoved(_("这次评价现在是“%(now)s”，不能生效。") % {"now": run.get_state_display()})
    if not run.number:
        raise NothingToEvaluate(_("这次评价里没有资源，不能生效。"))
    scheme = read(run.scheme)
    run.state, run.decided_by, run.decided_at = RunState.DECIDED, by, at
    run.statements_until = at + timedelta(days=scheme.statement_days)
    run.save(update_fields=["state", "decided_by", "decided_at", "statements_until"])
    asked = ExpertOpinion.objects.filter(run=run, state=OpinionState.ASKED)
    asked.update(state=OpinionState.WITHDRAWN, ended_at=at)
    poor = run.evaluations.filter(grade__in=scheme.with_effect(REMEDY)).exclude(
        resource__availability=Availability.RETIRED  # since it was reckoned
    )
    due = timezone.localdate(at) + timedelta(days=scheme.remedy_days)
    Remedy.objects.bulk_create(
        (Remedy(evaluation_id=pk, due_date=due) for pk in poor.values_list("pk", flat=True).iterator()), batch_size=LOT
    )
    number = _stand(run)
    record("monitoring.evaluation_decided", by=by, of=run, at=at, detail={"digest": run.digest, "institutions": number})
    jobs.enqueue("lifelong.monitoring.tasks.tell_standings", run.pk)
    return run


def _stand(run: EvaluationRun) -> int:
    rows = run.evaluations.order_by().values("institution").annotate(
        number=Count("pk"), graded=Count("pk", filter=~Q(grade="")), mean=Avg("score", filter=~Q(grade=""))
    )  # fmt: skip
    counted = list(rows)
    means = sorted((row["mean"] for row in counted if row["mean"] is not None), reverse=True)
    InstitutionStanding.objects.bulk_create(
        (
            InstitutionStanding(
                run=run, institution_id=row["institution"], number=row["number"], graded=row["graded"],
                mean=None if row["mean"] is None else round(row["mean"], 2),
                quartile=None if row["mean"] is None else reckoning.quartile(means.index(row["mean"]) + 1, len(means)),
            )
            for row in counted
        ),
        batch_size=LOT,
    )  # fmt: skip
    return len(counted)


def tell_standings(run: EvaluationRun, *, at: datetime) -> int:
    """Each institution once, each in a transaction of its own: after a kill the next goes on where this one stopped."""
    scheme, told = read(run.scheme), 0
    for pk in list(run.standings.filter(told_at=None).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            one = InstitutionStanding.objects.select_for_update(of=("self",)).select_related("institution").get(pk=pk)
            if one.told_at is None:
                one.told_at = at
                one.save(update_fields=["told_at"])
                _tell(run, one, scheme, at=at)
                told += 1
    return told


def _tell(run: EvaluationRun, one: InstitutionStanding, scheme: Any, *, at: datetime) -> None:
    mine = Evaluation.objects.filter(run=run, institution=one.institution_id).order_by()
    grades = dict(mine.values_list("grade").annotate(Count("pk")))
    parts = [f"{band.title} {grades[band.id]}" for band in scheme.bands if grades.get(band.id)]
    assert run.statements_until is not None
    facts = {
        "year": run.year,
        "n": one.number,
        "grades": "、".join(parts) or _("暂不评等级"),
        "until": moment(run.statements_until),
    }
    text = _("你单位有 %(n)s 项资源参加 %(year)s 年度评价：%(grades)s。如有异议，可在 %(until)s 前申述。") % facts
    send(
        reporters_of([one.institution_id], at), subject=_("%(year)s 年度资源评价结果") % facts, text=text,
        url=reverse("evaluation_standing", args=[run.pk]), kind="evaluation", at=at,
    )  # fmt: skip


# Statements


@transaction.atomic
def file_statement(evaluation: Evaluation, *, text: str, by: User, at: datetime) -> Statement:
    evaluation = _locked(evaluation)
    run = evaluation.run
    if not policy.can_file_statement(by, evaluation):
        raise MayNotEvaluate(_("申述由资源所属单位的报送工作负责人提出，评价生效后才可以提。"))
    if run.statements_until is None or at >= run.statements_until:
        raise TooLate(_("申述已于 %(when)s 截止。") % {"when": moment(run.statements_until)})
    if Statement.objects.filter(evaluation=evaluation).exists():
        raise AlreadySaid(_("这项资源已经申述过，请等待答复或查看答复。"))
    text = text.strip()
    if len(text) < 10:
        raise NothingToEvaluate(_("请写明哪里不符、依据是什么，至少 10 个字。"), fields={"text": _("至少 10 个字。")})
    if len(text) > STATEMENT_MOST:
        raise TooLong(_("申述最多 %(n)s 字。") % {"n": STATEMENT_MOST}, fields={"text": _("太长了。")})
    made = Statement.objects.create(evaluation=evaluation, text=text, filed_by=by, filed_at=at)
    record("monitoring.statement_filed", by=by, of=evaluation, at=at)
    send(
        holders_of(Role.FINAL_REVIEWER, at=at), subject=_("收到年度评价申述：《%s》") % evaluation.title, text=text[:300],
        url=reverse("evaluation", args=[run.pk, evaluation.identifier]), kind="evaluation", at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def answer_statement(statement: Statement, *, grade: str, answer: str, by: User, at: datetime) -> Statement:
    """With another ``grade`` it is upheld, and the grade changes as a recorded move; without one it is rejected."""
    evaluation = _locked(statement.evaluation)
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    statement.evaluation = evaluation
    if statement.state != StatementState.OPEN:
        raise AlreadySaid(_("这份申述已有答复。"))
    if not policy.can_answer_statement(by, statement):
        raise MayNotEvaluate(_("申述由终审人员答复，不能答复本单位的申述。"))
    answer = answer.strip()
    if not 2 <= len(answer) <= 500:
        raise NothingToEvaluate(_("请写明答复，2 到 500 字，单位会看到。"), fields={"answer": _("2 到 500 字。")})
    if grade:
        set_grade(evaluation, grade=grade, reason=answer, by=by, at=at)
        _follow(evaluation, at=at)
    statement.state = StatementState.UPHELD if grade else StatementState.REJECTED
    statement.answer, statement.answered_by, statement.answered_at = answer, by, at
    statement.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    record("monitoring.statement_answered", by=by, of=evaluation, at=at, detail={"upheld": bool(grade)})
    send(
        reporters_of([evaluation.institution_id], at), text=answer, kind="evaluation", at=at,
        subject=_("申述已答复：《%(title)s》%(state)s") % {"title": evaluation.title, "state": statement.get_state_display()},
        url=reverse("evaluation", args=[evaluation.run_id, evaluation.identifier]),
    )  # fmt: skip
    return statement


def _follow(evaluation: Evaluation, *, at: datetime) -> None:
    """What hangs on a grade in force follows it."""
    scheme = read(evaluation.run.scheme)
    now = scheme.band(evaluation.grade)
    if now and now.effect == REMEDY:
        due = timezone.localdate(at) + timedelta(days=scheme.remedy_days)
        values = {"state": RemedyState.OFFERED, "due_date": due, "ended_at": None}
        Remedy.objects.update_or_create(evaluation=evaluation, defaults=values)
    else:
        open_now = Remedy.objects.filter(evaluation=evaluation, state__in=REMEDY_OPEN)
        open_now.update(state=RemedyState.LIFTED, ended_at=at)


# Remedies


@transaction.atomic
def choose_remedy(remedy: Remedy, *, to: str, words: str, by: User, at: datetime) -> Remedy:
    """The institution improves its resource by the day set, or agrees that it leaves the library."""
    remedy = Remedy.objects.select_for_update(of=("self",)).select_related("evaluation__run").get(pk=remedy.pk)
    if not policy.can_choose_remedy(by, remedy):
        raise MayNotEvaluate(_("改进还是出库，由资源所属单位的报送工作负责人选择；已经办完的不能再改。"))
    if to not in {RemedyState.IMPROVING, RemedyState.WITHDRAWING} or to not in REMEDY_NEXT[RemedyState(remedy.state)]:
        raise RunMoved(_("现在是“%(now)s”，不能这样选择。") % {"now": remedy.get_state_display()})
    words = words.strip()
    if len(words) > 500:
        raise TooLong(_("说明最多 500 字。"), fields={"words": _("最多 500 字。")})
    remedy.state, remedy.chosen_by, remedy.chosen_at, remedy.words = to, by, at, words
    remedy.save(update_fields=["state", "chosen_by", "chosen_at", "words"])
    record("monitoring.remedy_chosen", by=by, of=remedy.evaluation, at=at, detail={"to": str(to)})
    if to == RemedyState.WITHDRAWING:
        facts = {"title": remedy.evaluation.title, "year": remedy.evaluation.run.year}
        send(
            holders_of(Role.FINAL_REVIEWER, at=at), subject=_("单位同意出库：《%(title)s》") % facts,
            text=_("%(year)s 年度评价不合格，单位同意出库，请在资源库办理。") % facts + words,
            url=f"/work/catalogue/{remedy.evaluation.identifier}/", kind="evaluation", at=at,
        )  # fmt: skip
    return remedy


def end_remedies(resource_ids: Iterable[int], *, to: RemedyState, at: datetime) -> int:
    """A new version is online, or the resource has left the library: whatever was open about it is done."""
    open_now = Remedy.objects.filter(state__in=REMEDY_OPEN)
    awaited: dict[Any, int] = dict(open_now.values_list("evaluation__resource", "pk"))
    keys = {awaited[key] for key in resource_ids if key in awaited} if awaited else set()
    ended = 0
    for remedy in open_now.filter(pk__in=keys).select_for_update(of=("self",)).select_related("evaluation"):
        remedy.state, remedy.ended_at = to, at
        remedy.save(update_fields=["state", "ended_at"])
        record("monitoring.remedy_ended", by=None, of=remedy.evaluation, at=at, detail={"to": str(to)})
        ended += 1
    return ended


def remind_of_remedies(today: date, *, at: datetime) -> int:
    """Two weeks before the day and on it; the clock calls this once a day."""
    due = Remedy.objects.filter(state__in=REMEDY_OWED, due_date__in=[today, today + timedelta(days=14)])
    told = 0
    for one in due.select_related("evaluation"):
        found = one.evaluation
        facts = {"title": found.title, "day": day(one.due_date)}
        send(
            reporters_of([found.institution_id], at), subject=_("整改期限 %(day)s：《%(title)s》") % facts,
            text=_("请在 %(day)s 前报送新版本，或同意出库。") % facts, kind="evaluation", at=at,
            url=reverse("evaluation", args=[found.run_id, found.identifier]),
        )  # fmt: skip
        told += 1
    return told


def _locked(evaluation: Evaluation) -> Evaluation:
    return Evaluation.objects.select_for_update(of=("self",)).select_related("run").get(pk=evaluation.pk)
