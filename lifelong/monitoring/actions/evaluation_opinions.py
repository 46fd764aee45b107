"""Experts are asked about chosen resources, answer a short form or decline; the operator takes a question back."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.monitoring import policy
from lifelong.monitoring.actions.evaluation_runs import MayNotEvaluate, NothingToEvaluate, RunMoved
from lifelong.monitoring.lifecycle import Advice, Chosen, OpinionState, RunState
from lifelong.monitoring.models import EvaluationRun, ExpertOpinion
from lifelong.monitoring.queries import evaluation_opinions as queries
from lifelong.notices import send
from lifelong.review import assigning
from lifelong.review.queries.experts import barred_institutions
from lifelong.web.refusals import Refusal
from lifelong.web.templatetags.web import moment

MOST = 500
MARKS = ("content", "currency", "usefulness")


class OpinionIncomplete(Refusal):
    code = "opinion_incomplete"
    status = 422


@transaction.atomic
def ask(
    run: EvaluationRun, *, chosen: str, number: int, each: int, due_at: datetime, by: User, at: datetime, seed: str = ""
) -> list[ExpertOpinion]:
    """``number`` resources by the score or by lot, ``each`` experts a resource; nobody of the own institution or with a tie."""
    run = EvaluationRun.objects.select_for_update().get(pk=run.pk)
    if not policy.can_manage_evaluation(by):
        raise MayNotEvaluate(_("专家意见由平台运营人员征求。"))
    if run.state != RunState.RECKONED:
        raise RunMoved(_("这次评价现在是“%(now)s”，不能征求专家意见。") % {"now": run.get_state_display()})
    if due_at <= at:
        raise NothingToEvaluate(_("截止须晚于现在。"), fields={"due_date": _("截止须晚于现在。")})
    seed = seed or secrets.token_hex(8)
    tasks = queries.tasks(run, Chosen(chosen), min(number, MOST), each, seed=seed)
    proposal = assigning.propose(tasks, queries.candidates(), seed=seed)
    if not proposal.pairs:
        raise NothingToEvaluate(
            _("没有可以请的专家或资源：专家须有任职、没有利益关系、任务未满，资源须有得分且没有问过。")
        )
    made = ExpertOpinion.objects.bulk_create(
        ExpertOpinion(
            run=run, resource_id=pair.task, expert_id=pair.expert, chosen=chosen, asked_by=by, asked_at=at, due_at=due_at
        )
        for pair in proposal.pairs
    )  # fmt: skip
    detail = {"chosen": chosen, "resources": len(tasks), "asked": len(made), "seed": seed, "short": len(proposal.short)}
    record("monitoring.experts_asked", by=by, of=run, at=at, detail=detail)
    mine = ExpertOpinion.objects.filter(pk__in=[one.pk for one in made]).order_by().values_list("expert")
    for expert, n in mine.annotate(n=Count("pk")):
        facts = {"year": run.year, "n": n, "when": moment(due_at)}
        send(
            User.objects.get(pk=expert), subject=_("请您对 %(n)s 项资源提出意见") % facts,
            text=_("%(year)s 年度评价请您看 %(n)s 项资源，每项三个评分和一句话，请在 %(when)s 前提交。") % facts,
            url=reverse("opinions"), kind="evaluation", at=at,
        )  # fmt: skip
    return made


@transaction.atomic
def give(opinion: ExpertOpinion, *, typed: Mapping[str, str], by: User, at: datetime) -> ExpertOpinion:
    """Three marks from 1 to 5, an advice and a sentence. It stands once given."""
    opinion = _held(opinion, by)
    if opinion.resource.institution_id in barred_institutions([by]).get(by.pk, ()):
        raise MayNotEvaluate(_("您与资源所属单位有利益关系，请选择“谢绝”。"))
    gaps = {name: _("请选择 1 到 5 分。") for name in MARKS if typed.get(name, "") not in set("12345")}
    if typed.get("advice") not in Advice.values:
        gaps["advice"] = _("请选择一项建议。")
    words = str(typed.get("words", "")).strip()
    if not 2 <= len(words) <= 500:
        gaps["words"] = _("请写一句理由，最多 500 字。")
    if gaps:
        raise OpinionIncomplete(_("还有 %(n)s 处没有填好。") % {"n": len(gaps)}, fields=gaps)
    for name in MARKS:
        setattr(opinion, name, int(typed[name]))
    opinion.advice, opinion.words = typed["advice"], words
    return _end(opinion, OpinionState.GIVEN, "monitoring.opinion_given", by=by, at=at)


@transaction.atomic
def decline(opinion: ExpertOpinion, *, reason: str, by: User, at: datetime) -> ExpertOpinion:
    opinion = _held(opinion, by)
    reason = reason.strip()
    if not 2 <= len(reason) <= 500:
        raise OpinionIncomplete(_("请写明谢绝的原因。"), fields={"reason": _("请写明原因，最多 500 字。")})
    opinion.words = reason
    return _end(opinion, OpinionState.DECLINED, "monitoring.opinion_declined", by=by, at=at)


def _held(opinion: ExpertOpinion, by: User) -> ExpertOpinion:
    EvaluationRun.objects.select_for_update().get(pk=opinion.run_id)
    opinion = ExpertOpinion.objects.select_for_update(of=("self",)).select_related("run", "resource").get(pk=opinion.pk)
    if opinion.expert_id == by.pk and opinion.state != OpinionState.ASKED:
        raise RunMoved(_("这一项现在是“%(now)s”，不能再改。") % {"now": opinion.get_state_display()})
    if not policy.can_opine(by, opinion):
        raise MayNotEvaluate(_("这一项没有请您提意见。"))
    return opinion


def _end(opinion: ExpertOpinion, to: OpinionState, verb: str, *, by: User, at: datetime) -> ExpertOpinion:
    opinion.state, opinion.ended_at = to, at
    opinion.save()
    record(verb, by=by, of=opinion.resource, at=at, detail={"year": opinion.run.year})
    return opinion
