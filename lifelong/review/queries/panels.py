"""Panels as officers see them: items with who scores them and what it comes to; the opinions beside a decision."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.resources.models import Round
from lifelong.review import assigning, reckoning
from lifelong.review.criteria import Criteria, criteria
from lifelong.review.lifecycle import WAITS_IN, AssignmentState, PanelState, Purpose, Stage
from lifelong.review.models import Assignment, Panel, PanelItem, ScoreSheet
from lifelong.review.queries import desk
from lifelong.review.queries.experts import IN_HAND, authority_for, counted_sheets, scores

LIVE = [AssignmentState.PROPOSED, AssignmentState.ASSIGNED, AssignmentState.SUBMITTED]
RUNNING = [PanelState.DRAFT, PanelState.OPEN]


def panels_of(user: User) -> "QuerySet[Any]":
    """The panels of the houses in whose name the person may call experts, with how far they are."""
    mine = Q(pk__in=[])
    for stage in Stage:
        if authority := authority_for(user, stage):
            mine |= Q(stage=stage, authority__kind=authority.kind, authority__region=authority.region_id)
    now = timezone.now()
    asked = Q(items__assignments__state__in=[AssignmentState.ASSIGNED, AssignmentState.SUBMITTED])
    return Panel.objects.filter(mine).select_related("authority", "call").annotate(
        size=Count("items", distinct=True),
        asked=Count("items__assignments", filter=asked, distinct=True),
        done=Count("items__assignments", filter=Q(items__assignments__state=AssignmentState.SUBMITTED), distinct=True),
        late=Count(
            "items__assignments", distinct=True,
            filter=Q(items__assignments__state=AssignmentState.ASSIGNED, items__assignments__due_at__lt=now),
        ),
    ).order_by("-created_at", "-pk")  # fmt: skip


def open_to_panels(user: User, stage: Stage) -> QuerySet[Round]:
    """What waits at the stage and lies before no running panel."""
    taken = PanelItem.objects.filter(panel__state__in=RUNNING, panel__stage=stage)
    waiting = desk.rounds_in_reach(user, stage).filter(version__state=WAITS_IN[stage])
    return waiting.exclude(pk__in=taken.values("round")).order_by("submitted_at", "pk")


@dataclass
class Line:
    """An item on the panel's page."""

    item: PanelItem
    assignments: list[Assignment]
    result: reckoning.Result
    rank: int | None
    advice: str
    advice_chip: str
    missing: int  # experts still to be found


def wanted_by_item(panel: Panel) -> dict[int, int]:
    """How many regular scores each item waits for: those asked, never fewer than the panel wants."""
    asked = Assignment.objects.filter(item__panel=panel, purpose=Purpose.REGULAR, state__in=LIVE).order_by()
    counted = dict(asked.values_list("item").annotate(Count("pk")))
    return {pk: max(panel.each, counted.get(pk, 0)) for pk in panel.items.values_list("pk", flat=True)}


def results_of(panel: Panel) -> dict[int, reckoning.Result]:
    """Every item's result, in three queries however many there are."""
    by_item = defaultdict(list)
    for score in scores(counted_sheets().filter(assignment__item__panel=panel)):
        by_item[score.item].append(score)
    return {
        pk: reckoning.result(by_item[pk], wanted=wanted, threshold=panel.spread)
        for pk, wanted in wanted_by_item(panel).items()
    }


def advice(sheet: Criteria, result: reckoning.Result) -> tuple[str, str]:
    """A suggestion in words with its chip; it decides nothing."""
    if result.needs_arbitration:
        return _("待仲裁"), "warn"
    if result.vetoes and result.complete:
        return _("一票否决：%s") % "、".join(sheet.title_of(veto) for veto in result.vetoes), "fail"
    if result.standing is None:
        return _("评审中"), "running"
    if result.standing >= sheet.recommended:
        return _("建议通过"), "pass"
    return (_("建议修改"), "warn") if result.standing >= sheet.doubtful else (_("不建议通过"), "fail")


def living_sheets() -> Prefetch:
    return Prefetch("sheets", ScoreSheet.objects.filter(released_at__isnull=True), to_attr="living")


def items_of(panel: Panel) -> QuerySet[PanelItem]:
    people = Assignment.objects.select_related("expert").prefetch_related(living_sheets()).order_by("purpose", "pk")
    return panel.items.select_related("round__version__resource__institution").prefetch_related(
        Prefetch("assignments", people.exclude(state=AssignmentState.WITHDRAWN), to_attr="people")
    )


def lines_of(panel: Panel, items: "Iterable[PanelItem] | Page", results: dict[int, reckoning.Result]) -> list[Line]:
    sheet, places = criteria(panel.criteria), reckoning.ranks(results)
    found = []
    for item in items:
        people: list[Assignment] = item.people  # type: ignore[union-attr]
        regular = sum(one.purpose == Purpose.REGULAR and one.state in LIVE for one in people)
        words, chip = advice(sheet, results[item.pk])
        found.append(
            Line(item, people, results[item.pk], places.get(item.pk), words, chip, max(0, panel.each - regular))
        )
    return found


@dataclass
class Told:
    """One expert's sheet as a reader may see it."""

    who: str
    assignment: Assignment
    sheet: ScoreSheet
    rows: list[dict[str, Any]]


@dataclass
class Opinions:
    """What a panel thinks of one round, to stand beside the decision."""

    panel: Panel
    item: PanelItem
    result: reckoning.Result
    words: str
    chip: str
    told: list[Told] = field(default_factory=list)
    outstanding: int = 0


def opinions_on(round: Round) -> list[Opinions]:
    """Of every panel that was sent out, newest first, names included: for officers."""
    items = (
        PanelItem.objects.filter(round=round)
        .exclude(panel__state__in=[PanelState.DRAFT, PanelState.DISCARDED])
        .select_related("panel", "round__version")
        .order_by("-panel__opened_at", "-pk")
    )
    return [opinions_of(item) for item in items]


def opinions_of(item: PanelItem) -> Opinions:
    panel, sheet = item.panel, criteria(item.panel.criteria)
    told = told_of(item)
    asked = item.assignments.filter(purpose=Purpose.REGULAR, state__in=LIVE).count()
    result = reckoning.result(
        scores(counted_sheets().filter(assignment__item=item)), wanted=max(panel.each, asked), threshold=panel.spread
    )
    words, chip = advice(sheet, result)
    outstanding = item.assignments.filter(state=AssignmentState.ASSIGNED).count()
    return Opinions(panel, item, result, words, chip, told, outstanding)


def told_of(item: PanelItem, *, anonymous_to: User | None = None) -> list[Told]:
    """The sheets that were handed in; for a fellow expert without names."""
    sheet = criteria(item.panel.criteria)
    given = counted_sheets().filter(assignment__item=item).select_related("assignment__expert")
    found = []
    for number, one in enumerate(given.order_by("assignment__purpose", "assignment__pk"), 1):
        mine = anonymous_to is not None and one.assignment.expert_id == anonymous_to.pk
        masked = _("我") if mine else _("专家 %(n)s") % {"n": number}
        who = masked if anonymous_to is not None else str(one.assignment.expert)
        asked = sheet.of_type(item.round.version.type)
        rows = [{"criterion": criterion, **one.scores.get(criterion.id, {})} for criterion in asked]
        found.append(Told(who, one.assignment, one, rows))
    return found


def task_of(item: PanelItem, wanted: int, *, again: bool = False) -> assigning.Task:
    """Whoever has it, declined it or handed the resource in stays away; ``again``: from whom it was withdrawn may be asked."""
    version = item.round.version
    taken = {one.expert_id for one in item.assignments.all() if not (again and one.state == AssignmentState.WITHDRAWN)}
    taken.add(item.round.submitted_by_id)
    return assigning.Task(item.pk, version.area, version.resource.institution_id, wanted, frozenset(taken))


# The expert's own desk


def desk_of(expert: User) -> QuerySet[Assignment]:
    """What was ever asked of an expert, what is due first on top."""
    points = ScoreSheet.objects.filter(assignment=OuterRef("pk"), released_at__isnull=True)
    return (
        Assignment.objects.filter(expert=expert)
        .exclude(state__in=[AssignmentState.PROPOSED, AssignmentState.WITHDRAWN])
        .select_related("item__panel", "item__round__version__resource__institution")
        .annotate(
            total=Subquery(points.values("total")[:1]), begun=Subquery(points.values("revision")[:1]),
            handed_in=Subquery(points.values("submitted_at")[:1]),
        )
        .order_by("due_at", "item__position", "pk")
    )  # fmt: skip


def in_hand(expert: User) -> QuerySet[Assignment]:
    return desk_of(expert).filter(IN_HAND)


def late_experts(panel: Panel) -> list[tuple[User, int, int]]:
    """Who has how many left in this panel, and how many of them are late."""
    now = timezone.now()
    rows = Assignment.objects.filter(item__panel=panel, state=AssignmentState.ASSIGNED).order_by()
    counted = list(rows.values("expert").annotate(left=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))))
    people = User.objects.in_bulk([row["expert"] for row in counted])
    listed = [(people[row["expert"]], row["left"], row["late"]) for row in counted]
    return sorted(listed, key=lambda row: (-row[2], -row[1], str(row[0])))
