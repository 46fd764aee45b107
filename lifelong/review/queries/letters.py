"""Results of an institution under a call, as a letter tells them, and who has which letter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone, translation

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.calls.queries.calls import calls_of
from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import Availability, State, Verb
from lifelong.resources.models import Round, Step
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.reading import text_of
from lifelong.resources.queries.summaries import newest_of, rounds_of
from lifelong.review.lifecycle import BatchState, Outcome
from lifelong.review.models import BatchItem, Decision, ResultLetter

PASSED = {State.ACCEPTED, State.PUBLISHED, State.SUPERSEDED}
NO_BATCH_YET = "终审通过，待随批次公布"


@dataclass
class Results:
    """Lines as they stand in a letter: title, id, type, and the batch or the reasons."""

    accepted: list[list[str]] = field(default_factory=list)
    refused: list[list[str]] = field(default_factory=list)
    open: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {"accepted": self.accepted, "refused": self.refused, "open": self.open}

    def agrees_with(self, letter: ResultLetter) -> bool:
        return self.as_dict() == {name: letter.content[name] for name in self.as_dict()}


@translation.override("zh-hans")  # a letter is written in Chinese, whoever presses the button
def results_of(call: Call, institution: Institution) -> Results:
    """Each resource once, by its newest round under the call; three queries."""
    rounds = list(rounds_of(call, institution))
    versions = [round.version_id for round in rounds]
    batches, reasons = _batches(versions), _reasons(versions)
    found = Results()
    for round in rounds:
        line = [
            round.values.get("title", ""), round.version.resource.resource_id, text_of("type", round.values.get("type"))
        ]  # fmt: skip
        if round.version.state in PASSED:
            found.accepted.append([*line, batches.get(round.version_id, NO_BATCH_YET)])
        elif round.version.state == State.REFUSED:
            found.refused.append([*line, reasons.get(round.version_id, "")])
        else:
            found.open += 1
    return found


def _batches(versions: list[int]) -> dict[int, str]:
    """Only what was published with its batch: a list that is being composed is nobody's business yet."""
    items = BatchItem.objects.went_live().filter(version__in=versions, batch__state=BatchState.PUBLISHED)
    told = {}
    for item in items.select_related("batch").order_by("pk"):
        day = f"{timezone.localtime(item.batch.published_at):%Y-%m-%d}"
        told[item.version_id] = f"{item.batch.number} {item.batch.title}（{day} 公布）"
        if item.pulled_at:
            told[item.version_id] += f"，{timezone.localtime(item.pulled_at):%Y-%m-%d} 撤下"
    return told


def _reasons(versions: list[int]) -> dict[int, str]:
    refusals = Decision.objects.filter(
        round__version__in=versions, outcome=Outcome.REFUSE, taken_back_by__isnull=True
    ).select_related("round", "authority")  # fmt: skip
    return {
        one.round.version_id: "；".join(reason["text"].rstrip("。；") for reason in one.reasons)
        + f"。（{one.authority}）"
        for one in refusals.order_by("pk")
    }


def letters_of(call: Call, institution: Institution) -> QuerySet[ResultLetter]:
    found = ResultLetter.objects.filter(call=call, institution=institution)
    return found.select_related("authority", "issued_by")


def own_letters(user: User) -> QuerySet[ResultLetter]:
    """To the institutions that the person acts for."""
    found = ResultLetter.objects.filter(institution__in=reach_of(user).own)
    return found.select_related("call", "institution", "authority")


@dataclass
class Row:
    """One institution under a call, for the officers' list."""

    code: str
    name: str
    accepted: int = 0
    refused: int = 0
    open: int = 0
    decided_at: datetime | None = None  # when the last of them was decided or went online
    letter: ResultLetter | None = None
    offline: int = 0  # resources that were suspended, retired or pulled after the letter was issued

    @property
    def is_new(self) -> bool:
        """Something was decided, or published in its batch, that no letter says."""
        if self.letter is None or self.decided_at is None:
            return self.letter is None and self.decided_at is not None
        told = (self.letter.accepted, self.letter.refused)
        return self.decided_at > self.letter.issued_at or told != (self.accepted, self.refused)


def overview(user: User, call: Call) -> list[Row]:
    """The institutions within the person's reach that handed something in, each with its newest letter; four queries."""
    reach, path = reach_of(user), "version__resource__institution"
    within = Q() if reach.decides_finally else Q(**{f"{path}__region__in": reach.regions})
    counted = (
        newest_of(Round.objects.filter(within, call=call))
        .exclude(version__state=State.WITHDRAWN)
        .order_by().values_list(f"{path}__code", f"{path}__name", "version__state")
        .annotate(n=Count("pk"), last=Max("version__state_at"))
    )  # fmt: skip
    rows: dict[str, Row] = {}
    for code, name, state, n, last in counted:
        row = rows.setdefault(code, Row(code, name))
        kind = "accepted" if state in PASSED else "refused" if state == State.REFUSED else "open"
        setattr(row, kind, getattr(row, kind) + n)
        if kind != "open":
            row.decided_at = max(last, row.decided_at or last)
    letters = ResultLetter.objects.filter(call=call, institution__code__in=rows).select_related("institution")
    newest_by_code = {letter.institution.code: letter for letter in letters.defer("content").order_by("pk")}
    gone = offline_since(newest_by_code.values())
    for code, letter in newest_by_code.items():
        rows[code].letter, rows[code].offline = letter, gone[letter.pk]
    return sorted(rows.values(), key=lambda row: row.code)


GONE = [Availability.SUSPENDED, Availability.RETIRED]


def offline_since(letters: Iterable[ResultLetter]) -> dict[int, int]:
    """By letter: how many resources handed in under its call are no longer to be had, since it was issued. Two queries."""
    known = list(letters)
    named = {"version__rounds__call__in": {one.call_id for one in known},
             "version__resource__institution__in": {one.institution_id for one in known}}  # fmt: skip
    key = ("version__rounds__call", "version__resource__institution", "version__resource")
    taken = Step.objects.filter(
        **named, verb__in=[Verb.SUSPENDED, Verb.RETIRED], version__resource__availability__in=GONE
    )
    pulled = BatchItem.objects.went_live().filter(**named, pulled_at__isnull=False)
    last: dict[tuple[int, int], dict[int, datetime]] = {}
    for found, instant in ((taken, "at"), (pulled, "pulled_at")):
        for call, institution, resource, at in found.order_by(instant).values_list(*key, instant):
            last.setdefault((call, institution), {})[resource] = at
    return {
        one.pk: sum(at > one.issued_at for at in last.get((one.call_id, one.institution_id), {}).values())
        for one in known
    }


def calls_for(user: User) -> QuerySet[Call]:
    """The officer's calls under which something was handed in, newest first."""
    return calls_of(user).filter(pk__in=Round.objects.values("call"))
