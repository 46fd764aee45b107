"""What became of a call, counted in the database: as many questions for twenty thousand resources as for two."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    Window,
)  # fmt: skip
from django.db.models.functions import Cast, CumeDist, Substr
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models import Call, Registration
from lifelong.calls.queries import recipients_of
from lifelong.regions.models import Region
from lifelong.regions.queries import provinces, reporting_regions, within
from lifelong.resources.models import Round, VersionFile
from lifelong.resources.queries.progress import HANDED_IN, UNFINISHED, versions_under
from lifelong.resources.queries.reach import reach_of
from lifelong.review.lifecycle import LEADS_TO, Outcome, Stage
from lifelong.review.models import Decision, Waiver

STANDING = Q(outcome__in={outcome for _stage, outcome in LEADS_TO}, taken_back_by__isnull=True)


@dataclass(frozen=True)
class Waits:
    """From each submit to the first decision on it that stands: how many, the middle one, what nine of ten stay within."""

    decided: int
    median: timedelta | None
    ninth: timedelta | None


@dataclass(frozen=True)
class Statistics:
    """Rows as the database counted them; ``days``: day → (submits, provincial decisions, final decisions)."""

    institutions: list[dict[str, Any]]  # kind, region_id, asked, joined, submitting, finished
    resources: list[dict[str, Any]]  # area, type, state, n, seconds, size: the newest round of each version
    days: dict[date, tuple[int, int, int]]
    returns: dict[str, int]  # by field that a reason named; one return may name several
    waived: dict[str, int]  # by rule
    waived_resources: int
    waits: Waits
    officers: list[dict[str, Any]]  # name, outcome, n


def home_of(user: User, stage: Stage, call: Call) -> Region | None:
    """The one province that the figures are of; None for the whole country, or for an officer of several."""
    if call.region or stage == Stage.FINAL:
        return call.region
    own = [one for one in provinces() if one.code in reach_of(user).regions]
    return own[0] if len(own) == 1 else None


def is_of_one_house(user: User, call: Call) -> bool:
    """Whether whatever comes under the call comes from the person's own province: nothing has to be asked for where it is."""
    return call.region is not None and within(call.region) <= reach_of(user).regions


def statistics(user: User, stage: Stage, call: Call, *, fields: Iterable[str], officers: bool) -> Statistics:
    """``fields``: what a reason may name; ``officers``: name those of the own desk."""
    regions = None if stage == Stage.FINAL or is_of_one_house(user, call) else reach_of(user).regions
    own = Q() if regions is None else Q(version__resource__institution__region_id__in=regions)
    handed_in = Round.objects.filter(own, call=call).order_by()
    decisions = Decision.objects.filter(STANDING, round__in=handed_in).order_by()
    newest = handed_in.filter(pk=F("version__last_round"))
    waived, waived_resources = _waived(call, regions)
    return Statistics(
        institutions=_institutions(call, regions),
        resources=_resources(newest),
        days=_days(handed_in, decisions),
        returns=_returns(decisions, list(fields)),
        waived=waived,
        waived_resources=waived_resources,
        waits=_waits(decisions),
        officers=_officers(decisions.filter(stage=stage)) if officers else [],
    )


def _rows(found: Any) -> list[dict[str, Any]]:
    return list(found)


def _institutions(call: Call, regions: frozenset[str] | None) -> list[dict[str, Any]]:
    """By kind and region; the words are those of the call's board."""
    asked = recipients_of(call) if regions is None else recipients_of(call).filter(region_id__in=regions)
    mine = versions_under(call).filter(resource__institution=OuterRef("pk"))
    approved = Registration.objects.filter(call=call, institution=OuterRef("pk"), state=RegistrationState.APPROVED)
    joined, submitting = Q(Exists(approved)), Q(Exists(mine.filter(state__in=HANDED_IN)))
    finished = joined & submitting & ~Q(Exists(mine.filter(state__in=UNFINISHED)))
    rows = asked.order_by().values("kind", "region_id")
    return _rows(
        rows.annotate(
            asked=Count("pk"), joined=Count("pk", filter=joined), submitting=Count("pk", filter=submitting),
            finished=Count("pk", filter=finished),
        )
    )  # fmt: skip


def _resources(newest: QuerySet[Round]) -> list[dict[str, Any]]:
    files = VersionFile.objects.filter(version=OuterRef("version")).order_by().values("version")
    rows = newest.values(area=F("version__area"), type=F("version__type"), state=F("version__state"))
    return _rows(
        rows.annotate(
            n=Count("pk"), seconds=Sum("version__duration"),
            size=Sum(Subquery(files.annotate(size=Sum("media_file__size")).values("size"))),
        )
    )  # fmt: skip


def _days(handed_in: QuerySet[Round], decisions: QuerySet[Decision]) -> dict[date, tuple[int, int, int]]:
    counted: dict[date, Counter[str]] = {}
    submits = handed_in.values_list(_hour("submitted_at"), Value("")).annotate(Count("pk"))
    for hour, stage, n in (*submits, *decisions.values_list(_hour("at"), "stage").annotate(Count("pk"))):
        day = timezone.localdate(datetime.fromisoformat(f"{hour}:00:00+00:00"))
        counted.setdefault(day, Counter())[stage] += n
    return {day: (n[""], n[Stage.PROVINCIAL], n[Stage.FINAL]) for day, n in sorted(counted.items())}


def _hour(instant: str) -> Substr:
    """``2026-05-20 15``, of UTC. SQLite asks Python for the day of each single row: a tenth of a second for twenty thousand."""
    return Substr(Cast(instant, TextField()), 1, 13)


def _returns(decisions: QuerySet[Decision], fields: list[str]) -> dict[str, int]:
    """A quote inside a text is escaped in JSON, so that what is looked for stands nowhere but as the key."""
    said = decisions.filter(outcome=Outcome.RETURN).annotate(said=Cast("reasons", TextField()))
    counted = said.aggregate(
        **{f"n{place}": Count("pk", filter=Q(said__contains=f'"field": "{name}"')) for place, name in enumerate(fields)}
    )
    return {name: n for place, name in enumerate(fields) if (n := counted[f"n{place}"])}


def _waived(call: Call, regions: frozenset[str] | None) -> tuple[dict[str, int], int]:
    """Begun at the waivers, which people wrote, not at the rounds: by rule, and of how many resources."""
    path = "finding__round__version"
    own = Q() if regions is None else Q(**{f"{path}__resource__institution__region_id__in": regions})
    standing = Waiver.objects.filter(
        own, lifted_at__isnull=True, finding__round__call=call, finding__round=F(f"{path}__last_round")
    )
    by_rule, rounds = Counter[str](), set()
    for rule, round in standing.order_by("finding__rule").values_list("finding__rule", "finding__round"):
        by_rule[rule] += 1
        rounds.add(round)
    return dict(by_rule.most_common()), len(rounds)


class Microseconds(Func):
    """Of an instant since 1970. SQLite asks Python for the difference of two instants, of each single row."""

    output_field = BigIntegerField()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) * 1000000 AS bigint)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        seconds = "CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(
            compiler,
            connection,
            template=f"({seconds} * 1000000 + CAST(SUBSTR(%(expressions)s, 21, 6) AS INTEGER))",
            **extra,
        )


def _waits(decisions: QuerySet[Decision]) -> Waits:
    """By nearest rank: the shortest wait that so many stay within."""
    took = Microseconds(Min("at")) - Microseconds("round__submitted_at")
    decided = decisions.values("round", "round__submitted_at").annotate(took=took)
    found = decided.annotate(share=Window(CumeDist(), order_by="took")).aggregate(
        n=Count("round"), median=Min("took", filter=Q(share__gte=0.5)), ninth=Min("took", filter=Q(share__gte=0.9))
    )
    median, ninth = (
        None if found[name] is None else timedelta(microseconds=found[name]) for name in ("median", "ninth")
    )
    return Waits(found["n"], median, ninth)


def _officers(decisions: QuerySet[Decision]) -> list[dict[str, Any]]:
    rows = decisions.values("by", "outcome", name=F("by__name")).annotate(n=Count("pk"))
    return _rows(rows.order_by("by__name", "by"))


def rows_of_regions(home: Region | None) -> dict[str, Region]:
    """Code of a region → the one whose line it is counted in: beneath ``home`` what reports to it, else the province."""
    lines = [*reporting_regions(home)] if home else provinces()
    found = {code: one for one in lines for code in within(one)}
    return {home.code: home, **found} if home else found
