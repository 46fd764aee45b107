"""The year's evaluation: reckoned by a scheme for a young platform, experts heard, in force, one grade moved, one statement filed."""

import time
from datetime import datetime, timedelta

from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.institutions.queries import reporters_of
from lifelong.jobs.queries import living_workers
from lifelong.monitoring.actions import evaluation_deciding, evaluation_opinions, evaluation_runs, evaluation_schemes
from lifelong.monitoring.lifecycle import OpinionState, RunState
from lifelong.monitoring.models import EvaluationRun, ExpertOpinion
from lifelong.monitoring.queries.evaluation_schemes import newest

MARKS = {
    "content": "4",
    "currency": "5",
    "usefulness": "4",
    "advice": "keep",
    "words": "讲得清楚，例子贴近生活，可以继续用。",
}


def evaluate(*, operator: User, final: User, at: datetime) -> None:
    run = reckon(operator=operator, fresh_days=30, at=at)
    ask(run, operator=operator, at=at)
    decide(run, operator=operator, final=final, at=at)
    object_once(run, at=at)


def reckon(*, operator: User, fresh_days: int, at: datetime) -> EvaluationRun:
    scheme = evaluation_schemes.make_scheme(
        {**newest(), "title": "资源年度评价方案（试行）", "fresh_days": fresh_days, "least_weight": 10},
        reason="平台头一年，数据还少，先按较短的在库时间试行。", by=operator, at=at,
    )  # fmt: skip
    year = (timezone.localdate(at) - timedelta(days=1)).year
    run = evaluation_runs.start_run(year, version=scheme.version, by=operator, at=at)
    return reckoned(run, at=at)


def reckoned(run: EvaluationRun, *, at: datetime) -> EvaluationRun:
    """By the job that was enqueued; here where no worker is running."""
    while run.state == RunState.RECKONING and living_workers(timezone.now()).exists():
        time.sleep(0.2)
        run.refresh_from_db()
    return evaluation_runs.reckon(run, at=at) if run.state == RunState.RECKONING else run


def ask(run: EvaluationRun, *, operator: User, each: int = 2, at: datetime) -> None:
    """Experts for three resources; all have answered."""
    due_at = timezone.now() + timedelta(days=9)
    evaluation_opinions.ask(run, chosen="poor", number=3, each=each, due_at=due_at, by=operator, at=at)
    for one in ExpertOpinion.objects.filter(run=run, state=OpinionState.ASKED).select_related("expert"):
        evaluation_opinions.give(one, typed=MARKS, by=one.expert, at=at)


def decide(run: EvaluationRun, *, operator: User, final: User, at: datetime) -> None:
    """With the opinions counted; the last of the list is judged more kindly than reckoned."""
    evaluation_runs.reckon_again(run, by=operator, at=at)
    run = reckoned(EvaluationRun.objects.get(pk=run.pk), at=at)
    last = run.evaluations.filter(grade="poor").select_related("run").order_by("points", "pk").first()
    if last is not None:
        reason = "题材小众，但当地用得上，不宜按不合格处理。"
        evaluation_runs.move_grade(last, grade="fair", reason=reason, by=final, at=at)
    evaluation_deciding.decide(run, by=final, at=at)


def object_once(run: EvaluationRun, *, at: datetime) -> None:
    """The first institution with a reporter says what it holds against its lowest grade."""
    lowest = run.evaluations.exclude(grade="").select_related("run").order_by("points", "pk").first()
    if lowest is None:
        return
    if reporter := reporters_of([lowest.institution_id], at).first():
        words = "这项资源主要在社区课堂集中播放，一个账号带着几十位老人一起看，统计里只算一人，请复核。"
        evaluation_deciding.file_statement(lowest, text=words, by=reporter, at=at)
