"""The experts of an authority: who they are, what they have in hand, which institutions they may not score, how they drift."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lifelong.accounts.models import Appointment, Authority, AuthorityKind, Role, User
from lifelong.institutions.models import Mandate
from lifelong.review import reckoning
from lifelong.review.assigning import Candidate
from lifelong.review.lifecycle import AssignmentState, PanelState, Stage
from lifelong.review.models import Assignment, ConflictDeclaration, ExpertProfile, ScoreSheet

OFFICES = {
    Stage.PROVINCIAL: ((Role.HANDLING_OFFICER, Role.DECIDING_OFFICER), AuthorityKind.PROVINCE),
    Stage.FINAL: ((Role.FINAL_REVIEWER,), AuthorityKind.MINISTRY),
}
IN_HAND = Q(state=AssignmentState.ASSIGNED, item__panel__state=PanelState.OPEN)


@dataclass(frozen=True)
class Expert:
    """One line of the register."""

    user: User
    profile: ExpertProfile
    load: int
    late: int
    conflicts: list[ConflictDeclaration]
    drift: reckoning.Drift


def authority_for(user: User, stage: Stage) -> Authority | None:
    """In whose name the person calls experts at this stage."""
    roles, kind = OFFICES[stage]
    held = user.appointments.open_at(timezone.now()).filter(role__in=roles, authority__kind=kind)
    found = held.select_related("authority").order_by("pk").first()
    return found.authority if found else None


def same_house(authority: Authority) -> Q:
    """The authority and every body beside it: of the same kind for the same region."""
    return Q(authority__kind=authority.kind, authority__region=authority.region_id)


def experts_of(authority: Authority) -> QuerySet[User]:
    """Appointed as experts there now; nobody who reviews or decides as an officer."""
    now = timezone.now()
    open_now = Appointment.objects.open_at(now)
    experts = open_now.filter(same_house(authority), role=Role.EXPERT)
    officers = open_now.filter(role__in=[Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER])
    return (
        User.objects.filter(pk__in=experts.values("user"), is_active=True)
        .exclude(pk__in=officers.values("user"))
        .select_related("expert_profile")
        .order_by("name", "pk")
    )


def profile_of(user: User) -> ExpertProfile:
    """What is kept of the expert; the defaults where nothing was entered."""
    try:
        return user.expert_profile
    except ExpertProfile.DoesNotExist:
        return ExpertProfile(user=user)


def barred_institutions(experts: Iterable[User]) -> dict[int, set[int]]:
    """By expert: where they work, where they hold or held a mandate, what they declared."""
    known, found = list(experts), defaultdict(set)
    ids = [user.pk for user in known]
    for user in known:
        if employer := profile_of(user).employer_id:
            found[user.pk].add(employer)
    standing = ConflictDeclaration.objects.filter(expert__in=ids, ended_at__isnull=True)
    pairs = [*Mandate.objects.filter(user__in=ids).values_list("user", "institution")]
    for expert, institution in [*pairs, *standing.values_list("expert", "institution")]:
        found[expert].add(institution)
    return found


def loads_of(ids: Iterable[int]) -> dict[int, int]:
    rows = Assignment.objects.filter(IN_HAND, expert__in=list(ids)).order_by()
    return dict(rows.values_list("expert").annotate(Count("pk")))


def candidates(authority: Authority) -> list[Candidate]:
    """Everybody whom a panel of this authority may ask; a constant number of queries."""
    experts = list(experts_of(authority))
    barred, loads = barred_institutions(experts), loads_of(user.pk for user in experts)
    return [
        Candidate(
            user.pk, frozenset(profile_of(user).areas), frozenset(barred.get(user.pk, ())), loads.get(user.pk, 0),
            profile_of(user).capacity, profile_of(user).senior,
        )
        for user in experts
    ]  # fmt: skip


def counted_sheets() -> QuerySet[ScoreSheet]:
    return ScoreSheet.objects.filter(submitted_at__isnull=False, released_at__isnull=True)


SCORE = (
    "assignment__item", "assignment__expert", "total", "vetoes", "assignment__purpose", "submitted_at",
    "assignment__opened_at",
)  # fmt: skip


def score_of(row: tuple[Any, ...]) -> reckoning.Score:
    item, expert, total, vetoes, purpose, submitted, opened = row
    took = submitted - opened if opened else None
    return reckoning.Score(item, expert, total, tuple(vetoes), purpose == "arbitration", took)


def scores(sheets: QuerySet[ScoreSheet]) -> list[reckoning.Score]:
    return [score_of(row) for row in sheets.order_by().values_list(*SCORE)]


def drifts_of(authority: Authority) -> dict[int, reckoning.Drift]:
    """Over every panel of the house."""
    house = Q(
        assignment__item__panel__authority__kind=authority.kind,
        assignment__item__panel__authority__region=authority.region_id,
    )
    return reckoning.drifts(scores(counted_sheets().filter(house)))


def register(authority: Authority) -> list[Expert]:
    experts = list(experts_of(authority))
    ids = [user.pk for user in experts]
    loads, drifts, now = loads_of(ids), drifts_of(authority), timezone.now()
    late = dict(
        Assignment.objects.filter(IN_HAND, expert__in=ids, due_at__lt=now).order_by().values_list("expert").annotate(Count("pk"))
    )  # fmt: skip
    conflicts = defaultdict(list)
    standing = ConflictDeclaration.objects.filter(expert__in=ids, ended_at__isnull=True)
    for one in standing.select_related("institution"):
        conflicts[one.expert_id].append(one)
    return [
        Expert(
            user, profile_of(user), loads.get(user.pk, 0), late.get(user.pk, 0), conflicts[user.pk],
            drifts.get(user.pk, reckoning.Drift()),
        )
        for user in experts
    ]  # fmt: skip
