"""The board of a call: who takes part, who is late, what is missing.

What was submitted is known to a chapter above; it registers a provider from ``AppConfig.ready``:
``register_progress(lambda call, ids: {institution_id: Progress(drafts=2, submitted=5)})``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Prefetch

from lifelong.calls import windows
from lifelong.calls.lifecycle import RegistrationState, Stage
from lifelong.calls.models import Call, Deputation, Letter, LetterKind, Registration, Reminder
from lifelong.calls.queries.calls import recipients_of
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.regions.queries import within


@dataclass(frozen=True)
class Progress:
    """What an institution has done under a call."""

    drafts: int = 0
    returned: int = 0
    submitted: int = 0

    @property
    def finished(self) -> bool:
        return self.submitted > 0 and not self.drafts and not self.returned


Provider = Callable[[Call, Sequence[int]], Mapping[int, Progress]]
_providers: list[Provider] = []


def register_progress(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def progress_of(call: Call, institutions: Sequence[int]) -> dict[int, Progress]:
    found: dict[int, Progress] = {}
    for provider in _providers:
        found.update(provider(call, institutions))
    return found


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far one institution is: all that narrows and counts the board."""

    pk: int
    region: str
    kind: str
    state: str  # of its registration; empty where nobody registered
    progress: Progress
    late_registration: bool
    late_submission: bool

    @property
    def standing(self) -> str:
        """``missing`` nobody registered · ``preparing`` · ``waiting`` for the officer · ``refused`` · ``nothing``
        submitted yet · ``partly`` (drafts or returns left) · ``finished``."""
        words = {
            "": "missing",
            RegistrationState.PREPARING: "preparing",
            RegistrationState.SUBMITTED: "waiting",
            RegistrationState.REFUSED: "refused",
        }
        if self.state in words:
            return words[self.state]
        if self.progress.finished:
            return "finished"
        return "partly" if self.progress.submitted else "nothing"

    def is_(self, word: str) -> bool:
        """Also words that gather several standings: ``late``, ``unfinished``, ``joined``, ``submitting``."""
        if word == "late":
            return self.late_registration or self.late_submission
        if word == "joined":
            return self.state == RegistrationState.APPROVED
        if word == "submitting":
            return self.progress.submitted > 0
        return self.standing == word or (word == "unfinished" and self.standing != "finished")


@dataclass(frozen=True, kw_only=True)
class Line(Standing):
    """One institution as the board shows it. ``telephones`` is in clear: pages mask it unless a purpose was given."""

    institution: Institution
    registration: Registration | None
    reporter: Mandate | None
    extended: bool
    due_at: datetime | None = None  # the end of what it owes next: registration, then submission
    reminded_at: datetime | None = None  # last, by the clock or by hand
    stamped_at: datetime | None = None  # when the stamped summary came
    deputy: str = ""  # the officer who acts for it now

    @property
    def telephones(self) -> list[str]:
        """Mobile and landline with extension, as registered; the reporter's own where nothing was registered."""
        if self.registration:
            landline, extension = self.registration.landline, self.registration.extension
            whole = f"{landline}-{extension}" if landline and extension else landline
            return [number for number in (self.registration.mobile, whole) if number]
        return [self.reporter.user.mobile] if self.reporter and self.reporter.user.mobile else []

    @property
    def person(self) -> str:
        if self.registration:
            return self.registration.name
        return self.reporter.user.name if self.reporter else ""


BEST = [
    RegistrationState.APPROVED, RegistrationState.SUBMITTED, RegistrationState.REFUSED, RegistrationState.PREPARING,
]  # fmt: skip


def standings(call: Call, at: datetime) -> list[Standing]:
    """Of every institution that the call asks, by region; three queries. ``call`` comes with windows."""
    asked = list(recipients_of(call).order_by("region_id", "name").values_list("pk", "region_id", "kind"))
    states: dict[int, str] = {}
    for institution, state in (
        Registration.objects.filter(call=call, state__in=BEST).order_by().values_list("institution", "state")
    ):
        states[institution] = min(
            state, states.get(institution, state), key=lambda one: BEST.index(RegistrationState(one))
        )
    progress = progress_of(call, [pk for pk, _region, _kind in asked])
    late = {stage: windows.late(call, stage, at) for stage in (Stage.REGISTRATION, Stage.SUBMISSION)}
    found = []
    for pk, region, kind in asked:
        state, done = states.get(pk, ""), progress.get(pk, Progress())
        joined = state == RegistrationState.APPROVED
        found.append(Standing(
            pk=pk, region=region or "", kind=kind, state=state, progress=done,
            late_registration=not joined and late[Stage.REGISTRATION](pk),
            late_submission=not done.finished and late[Stage.SUBMISSION](pk),
        ))  # fmt: skip
    return found


def narrowed(found: list[Standing], *, region: str = "", kind: str = "", standing: str = "") -> list[Standing]:
    codes = within(region) if region else set()
    return [
        one
        for one in found
        if (not region or one.region in codes)
        and (not kind or one.kind == kind)
        and (not standing or one.is_(standing))
    ]


def board(call: Call, at: datetime, *, region: str = "", kind: str = "", standing: str = "") -> list[Line]:
    """The whole board; a constant number of queries. ``call`` comes with windows."""
    return lines_of(call, at, narrowed(standings(call, at), region=region, kind=kind, standing=standing))


def lines_of(call: Call, at: datetime, shown: Sequence[Standing]) -> list[Line]:
    """Those of the board that are shown, in their order."""
    asked = [one.pk for one in shown]
    reporters = Mandate.objects.open_at(at).filter(role=MandateRole.REPORTER).select_related("user")
    own = Registration.objects.filter(call=call, state__in=BEST)
    institutions = (
        Institution.objects.select_related("region")
        .prefetch_related(
            Prefetch("mandates", reporters, to_attr="reporters"), Prefetch("registrations", own, to_attr="answers")
        )
        .in_bulk(asked)
    )
    reminded = dict(
        Reminder.objects.filter(window__call=call, institution__in=asked)
        .order_by().values_list("institution").annotate(Max("at"))
    )  # fmt: skip
    stamped = dict(
        Letter.objects.filter(call=call, kind=LetterKind.SUMMARY, institution__in=asked)
        .order_by().values_list("institution").annotate(Max("added_at"))
    )  # fmt: skip
    acting = Deputation.objects.filter(call=call, mandate__ends_at__gt=at).order_by()
    deputies = dict(acting.values_list("mandate__institution", "mandate__user__name"))
    extended = {extension.institution_id for window in call.windows.all() for extension in window.extensions.all()}
    ends = {stage: windows.ends(call, stage) for stage in (Stage.REGISTRATION, Stage.SUBMISSION)}
    lines = []
    for one in shown:
        institution = institutions[one.pk]
        answers: Iterable[Registration] = institution.answers
        owes = Stage.SUBMISSION if one.is_("joined") else Stage.REGISTRATION
        lines.append(Line(
            **vars(one), institution=institution,
            registration=min(answers, key=lambda answer: BEST.index(RegistrationState(answer.state)), default=None),
            reporter=next(iter(institution.reporters), None), extended=one.pk in extended, due_at=ends[owes](one.pk),
            reminded_at=reminded.get(one.pk), stamped_at=stamped.get(one.pk), deputy=deputies.get(one.pk, ""),
        ))  # fmt: skip
    return lines
