"""What inspection found, for the pages; and whether inspection itself is alive."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.catalogue.lifecycle import ReportState
from lifelong.catalogue.models import Report
from lifelong.monitoring.lifecycle import OPEN_FINDINGS, TOLD_FINDINGS, FindingState, LookOutcome, Subject
from lifelong.monitoring.models import (
    InspectionBrake,
    InspectionDay,
    InspectionFinding,
    InspectionTarget,
    TroubleRule,
)
from lifelong.monitoring.queries.inspection_turns import Plan, plans
from lifelong.monitoring.troubles import OF_PLATFORM, TROUBLES, Rule, Trouble
from lifelong.resources.queries.reach import reach_of

STANDS_STILL = timedelta(hours=6)
#: What an institution and its province are told of: no suspicion before its second look.
TOLD = Q(confirmed_at__isnull=False)


def rules() -> dict[str, Rule]:
    chosen = {row.trouble: row for row in TroubleRule.objects.all()}
    return {code: _rule(trouble, chosen.get(code)) for code, trouble in TROUBLES.items()}


def rule_of(code: str) -> Rule:
    return _rule(TROUBLES[code], TroubleRule.objects.filter(trouble=code).first())


def _rule(trouble: Trouble, chosen: TroubleRule | None) -> Rule:
    if chosen is None:
        return Rule(trouble, trouble.cure_days, trouble.hides)
    return Rule(trouble, chosen.cure_days, chosen.hides)


def findings_seen_by(user: User) -> QuerySet[InspectionFinding]:
    """The operator: all. The ministry: what was confirmed, everywhere; a province and an institution: of their own."""
    found = InspectionFinding.objects.select_related("resource__institution", "resource__online_version")
    if user.has_right("inspection.manage"):
        return found
    reach = reach_of(user)
    if reach.decides_finally:
        return found.filter(TOLD)
    own = Q(resource__institution_id__in=reach.own)
    if reach.regions:
        own |= Q(resource__institution__region_id__in=reach.regions)
    return found.filter(TOLD & own)


def narrowed(
    found: QuerySet[InspectionFinding], *, text: str = "", state: str = "", subject: str = "", institution: str = ""
) -> QuerySet[InspectionFinding]:
    """``state``: a state, ``open`` for all that wait, ``all``. What is due first comes first, then the newest."""
    if state == "open":
        found = found.filter(state__in=OPEN_FINDINGS)
    elif state == "asked":
        found = found.filter(state__in=OPEN_FINDINGS, asked_at__isnull=False)
    elif state == "platform":
        found = found.filter(state__in=TOLD_FINDINGS, trouble__in=OF_PLATFORM)
    elif state in FindingState.values:
        found = found.filter(state=state)
    if subject:
        found = found.filter(trouble__in=[code for code, one in TROUBLES.items() if (one.subject or "told") == subject])
    if text:
        found = found.filter(
            Q(resource__resource_id=text.upper()) | Q(resource__online_version__title__icontains=text) | Q(host=text)
        )
    if institution:
        found = found.filter(
            Q(resource__institution__code=institution) | Q(resource__institution__name__icontains=institution)
        )
    return found.order_by("-found_at", "-pk")


def open_of(user: User) -> dict[str, Any]:
    """For the desk of an institution: how many wait for it, and until when."""
    own = _owed().filter(resource__institution_id__in=reach_of(user).own)
    return own.aggregate(count=Count("pk"), due_at=Min("due_at"), hidden=Count("pk", filter=Q(state="hidden")))


def _owed() -> QuerySet[InspectionFinding]:
    return InspectionFinding.objects.filter(state__in=TOLD_FINDINGS).exclude(trouble__in=OF_PLATFORM)


def owed_by_institutions() -> Iterable[tuple[str, int, datetime]]:
    """Whose turn it is to mend, how much, since when; what people told and is said to be mended is the operator's."""
    theirs = _owed().exclude(target__isnull=True, asked_at__isnull=False).order_by()
    return theirs.values_list("resource__institution__name").annotate(Count("pk"), Min("confirmed_at"))


def damaged() -> int:
    """What is stored here and is not as it was taken in: only the platform can mend it."""
    return InspectionFinding.objects.filter(state__in=TOLD_FINDINGS, trouble__in=OF_PLATFORM).count()


def brakes() -> QuerySet[InspectionBrake]:
    return InspectionBrake.objects.filter(ended_at__isnull=True).order_by("began_at")


def to_decide() -> int:
    """Reported troubles that their institution says are mended: no machine can tell."""
    return InspectionFinding.objects.filter(
        state__in=TOLD_FINDINGS, target__isnull=True, asked_at__isnull=False
    ).count()  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """One kind: how much there is, how old the oldest unfinished turn is, and whether the plan can be kept."""

    plan: Plan
    total: int
    never: int
    unknown: int
    bad: int
    oldest: datetime | None
    last_at: datetime | None
    cycle_days: float
    at: datetime

    @property
    def subject(self) -> Subject:
        return self.plan.subject

    @property
    def is_late(self) -> bool:
        """A day of grace: the round is spread over three quarters of the plan."""
        return self.oldest is not None and self.oldest < self.at - timedelta(days=self.plan.within_days + 1)

    @property
    def cannot_keep_up(self) -> bool:
        return self.cycle_days > self.plan.within_days

    @property
    def share(self) -> int:
        """Of the plan's days, for the bar on the page."""
        if self.oldest is None:
            return 0
        return min(100, max(1, round(100 * (self.at - self.oldest) / timedelta(days=self.plan.within_days))))


def standings(at: datetime) -> list[Standing]:
    counted: dict[str, dict[str, Any]] = {
        row["subject"]: dict(row)
        for row in InspectionTarget.objects.values("subject").annotate(
            total=Count("pk"),
            never=Count("pk", filter=Q(outcome="")),
            bad=Count("pk", filter=Q(outcome=LookOutcome.BAD)),
            unknown=Count("pk", filter=Q(outcome=LookOutcome.UNKNOWN)),
            oldest=Min("waits_since"),
            size=Sum("size"),
        )
    }
    last = dict(InspectionDay.objects.values_list("subject").annotate(last=Max("last_at")).order_by())
    found = []
    for subject, plan in plans().items():
        row = counted.get(subject) or {"total": 0, "never": 0, "bad": 0, "unknown": 0, "oldest": None, "size": 0}
        cycle = plan.cycle_days(row["total"], row["size"] or 0)
        found.append(
            Standing(
                plan,
                row["total"],
                row["never"],
                row["unknown"],
                row["bad"],
                row["oldest"],
                last.get(subject),
                cycle,
                at,
            )
        )
    return found


def undecided() -> QuerySet[InspectionTarget]:
    """What no machine can tell: people look at it. A proof that was never registered is none of these."""
    found = InspectionTarget.objects.filter(
        subject__in=[one for one in Subject if one != Subject.EVIDENCE], outcome=LookOutcome.UNKNOWN
    )
    return found.select_related("resource__institution", "resource__online_version").order_by("subject", "waits_since")


def stands_still(at: datetime) -> datetime | None:
    """Since when nothing was looked at although something is due; None where inspection lives."""
    last = InspectionDay.objects.filter(last_at__lte=at + timedelta(days=1)).aggregate(last=Max("last_at"))["last"]
    if last is not None and at - last < STANDS_STILL:
        return None
    waiting = [
        InspectionTarget.objects.filter(subject=subject, waits_since__lt=at - plan.earliest - STANDS_STILL)
        .order_by("waits_since")
        .values_list("waits_since", flat=True)
        .first()
        for subject, plan in plans().items()
    ]
    overdue = [one for one in waiting if one is not None]
    return (last or min(overdue)) if overdue else None


def overdue(at: datetime) -> int:
    """Targets whose turn should have come by now."""
    return sum(
        InspectionTarget.objects.filter(subject=subject, waits_since__lt=at - timedelta(days=plan.within_days)).count()
        for subject, plan in plans().items()
    )


@dataclass(frozen=True)
class DayBar:
    day: date
    looked: int
    bad: int
    unknown: int
    x: int
    height: int


def days(at: datetime, *, number: int = 30) -> list[DayBar]:
    """Looks of the last days, the days without one included: a gap is what one should see."""
    today = timezone.localdate(at)
    rows = (
        InspectionDay.objects.filter(day__gt=today - timedelta(days=number))
        .values("day")
        .annotate(n=Sum("looked"), wrong=Sum("bad"), unsure=Sum("unknown"))
    )
    by_day: dict[date, dict[str, Any]] = {row["day"]: dict(row) for row in rows}
    most = max((row["n"] for row in by_day.values()), default=0)
    return list(_bars(today, number, by_day, most))


def _bars(today: date, number: int, by_day: dict[date, dict[str, Any]], most: int) -> Iterator[DayBar]:
    for place in range(number):
        day = today - timedelta(days=number - 1 - place)
        row = by_day.get(day) or {"n": 0, "wrong": 0, "unsure": 0}
        height = max(2, round(100 * row["n"] / most)) if row["n"] else 0
        yield DayBar(day, row["n"], row["wrong"], row["unsure"], 10 * place + 1, height)


def report_figures(since: datetime) -> list[dict[str, Any]]:
    """Public reports by category: how many, how many answered and within how many hours on average, how many confirmed."""
    rows = Report.objects.filter(created_at__gte=since).values_list("pk", "kind", "state", "created_at", "answered_at")
    confirmed = set(InspectionFinding.objects.filter(report__created_at__gte=since).values_list("report_id", flat=True))
    found: dict[str, dict[str, Any]] = {}
    for pk, kind, state, created_at, answered_at in rows:
        row = found.setdefault(kind, {"kind": kind, "count": 0, "answered": 0, "confirmed": 0, "waits": []})
        row["count"] += 1
        row["confirmed"] += pk in confirmed
        if state == ReportState.ANSWERED and answered_at:
            row["answered"] += 1
            row["waits"].append(answered_at - created_at)
    for row in found.values():
        waits = sorted(row.pop("waits"))
        row["median"] = waits[len(waits) // 2] if waits else None
    return sorted(found.values(), key=lambda row: -row["count"])
