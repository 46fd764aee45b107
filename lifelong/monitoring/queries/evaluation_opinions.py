"""Experts' opinions: who may be asked, about what, what each has in hand, what was said."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from lifelong.accounts.models import Appointment, Role, User
from lifelong.monitoring.lifecycle import Chosen, OpinionState
from lifelong.monitoring.models import Evaluation, EvaluationRun, ExpertOpinion
from lifelong.review.assigning import Candidate, Task
from lifelong.review.queries.experts import barred_institutions, profile_of


def candidates() -> list[Candidate]:
    """Everybody appointed as an expert now, whichever house appointed them; what they may not judge is barred."""
    appointed = Appointment.objects.open_at(timezone.now()).filter(role=Role.EXPERT)
    experts = list(
        User.objects.filter(pk__in=appointed.values("user"), is_active=True).select_related("expert_profile").order_by("pk")
    )  # fmt: skip
    barred = barred_institutions(experts)
    asked = ExpertOpinion.objects.filter(state=OpinionState.ASKED, expert__in=experts).order_by()
    loads = dict(asked.values_list("expert").annotate(n=Count("pk")))
    return [
        Candidate(
            one.pk, frozenset(profile_of(one).areas), frozenset(barred.get(one.pk, ())), loads.get(one.pk, 0),
            profile_of(one).capacity, profile_of(one).senior,
        )
        for one in experts
    ]  # fmt: skip


def tasks(run: EvaluationRun, chosen: Chosen, number: int, each: int, *, seed: str) -> list[Task]:
    """The lowest, the highest, or by lot among the rest; none about which somebody was asked before."""
    asked = ExpertOpinion.objects.filter(run=run).values("resource")
    scored = run.evaluations.filter(score__isnull=False, ungraded="").exclude(resource__in=asked)
    order = "-points" if chosen == Chosen.EXCELLENT else "points"
    keys: list[Any] = list(scored.order_by(order, "resource").values_list("resource_id", flat=True))
    if chosen == Chosen.LOT:
        keys.sort(key=lambda key: _lot(seed, key))
    keys = keys[:number]
    facts = {one.resource_id: one for one in run.evaluations.filter(resource__in=keys)}
    return [Task(key, facts[key].area, facts[key].institution_id, each) for key in keys]


def _lot(seed: str, key: int) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def in_hand(user: User) -> QuerySet[ExpertOpinion]:
    return ExpertOpinion.objects.filter(expert=user, state=OpinionState.ASKED).select_related("run", "resource")


def of_expert(user: User) -> QuerySet[ExpertOpinion]:
    """What is asked first, then what was answered, the newest first; with the title as it was evaluated."""
    found = ExpertOpinion.objects.filter(expert=user).exclude(state=OpinionState.WITHDRAWN)
    return found.select_related("run", "resource", "expert").order_by("state", "due_at", "pk")


def of_run(run: EvaluationRun) -> QuerySet[ExpertOpinion]:
    """What was asked and not taken back, by resource."""
    found = ExpertOpinion.objects.filter(run=run).exclude(state=OpinionState.WITHDRAWN)
    return found.select_related("run", "resource", "expert").order_by("resource", "pk")


def titles(opinions: Iterable[ExpertOpinion]) -> dict[tuple[int, int], Evaluation]:
    """By run and resource; one query."""
    asked = list(opinions)
    rows = (
        Evaluation.objects.filter(
            run__in={one.run_id for one in asked}, resource__in={one.resource_id for one in asked}
        )
        .select_related("institution")
        .defer("working")
    )
    return {(one.run_id, one.resource_id): one for one in rows}


def numbers(run: EvaluationRun) -> Counter[str]:
    rows = ExpertOpinion.objects.filter(run=run).order_by().values_list("state").annotate(n=Count("pk"))
    return Counter(dict(rows))
