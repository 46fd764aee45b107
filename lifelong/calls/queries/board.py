"""The board of a call: who takes part, who is late, what is missing.

What was submitted is known to a chapter above; it registers a provider from ``AppConfig.ready``:
``register_progress(lambda call, ids: {institution_id: Progress(drafts=2, submitted=5)})``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Line:
    """One institution's standing. ``telephones`` is in clear: pages mask it unless a purpose was given."""

    institution: Institution
    registration: Registration | None
    reporter: Mandate | None
    progress: Progress
    late_registration: bool
    late_submission: bool
    extended: bool
    due_at: datetime | None = None  # the end of what it owes next: registration, then submission
    reminded_at: datetime | None = None  # last, by the clock or by hand
    stamped_at: datetime | None = None  # when the stamped summary came
    deputy: str = ""  # the officer who acts for it now

    @property
    def standing(self) -> str:
        """``missing`` nobody registered · ``preparing`` · ``waiting`` for the officer · ``refused`` · ``nothing``
        submitted yet · ``partly`` (drafts or returns left) · ``finished``."""
        if self.registration is None:
            return "missing"
        state = self.registration.state
        words = {
            RegistrationState.PREPARING: "preparing",
            RegistrationState.SUBMITTED: "waiting",
            RegistrationState.REFUSED: "refused",
        }
        if state in words:
            return words[RegistrationState(state)]
        if self.progress.finished:
            return "finished"
        return "partly" if self.progress.submitted else "nothing"

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


def board(call: Call, at: datetime, *, region: str = "", kind: str = "", standing: str = "") -> list[Line]:
    """Every institution that the call asks, by region; a constant number of queries. ``call`` comes with windows."""
    asked = recipients_of(call).select_related("region").order_by("region_id", "name")
    if region:
        asked = asked.filter(region_id__in=within(region))
    if kind:
        asked = asked.filter(kind=kind)
    reporters = Mandate.objects.open_at(at).filter(role=MandateRole.REPORTER).select_related("user")
    own = Registration.objects.filter(call=call, state__in=BEST)
    institutions = list(
        asked.prefetch_related(
            Prefetch("mandates", reporters, to_attr="reporters"), Prefetch("registrations", own, to_attr="answers")
        )
    )
    reminded = dict(
        Reminder.objects.filter(window__call=call).order_by().values_list("institution").annotate(Max("at"))
    )
    stamped = dict(
        Letter.objects.filter(call=call, kind=LetterKind.SUMMARY)
        .order_by().values_list("institution").annotate(Max("added_at"))
    )  # fmt: skip
    acting = Deputation.objects.filter(call=call, mandate__ends_at__gt=at).order_by()
    deputies = dict(acting.values_list("mandate__institution", "mandate__user__name"))
    progress = progress_of(call, [institution.pk for institution in institutions])
    lines = [
        replace(
            _line(call, institution, progress.get(institution.pk, Progress()), at),
            reminded_at=reminded.get(institution.pk), stamped_at=stamped.get(institution.pk),
            deputy=deputies.get(institution.pk, ""),
        )
        for institution in institutions
    ]  # fmt: skip
    return [line for line in lines if not standing or line.standing == standing or _is(line, standing)]


def _is(line: Line, standing: str) -> bool:
    """Words that gather several standings: ``late``, ``unfinished``, ``joined``, ``submitting``."""
    if standing == "late":
        return line.late_registration or line.late_submission
    if standing == "joined":
        return line.registration is not None and line.registration.state == RegistrationState.APPROVED
    if standing == "submitting":
        return line.progress.submitted > 0
    return standing == "unfinished" and line.standing != "finished"


def _line(call: Call, institution: Institution, progress: Progress, at: datetime) -> Line:
    answers: Iterable[Registration] = institution.answers  # type: ignore[attr-defined]
    registration = min(answers, key=lambda one: BEST.index(RegistrationState(one.state)), default=None)
    joined = registration is not None and registration.state == RegistrationState.APPROVED
    return Line(
        institution=institution,
        registration=registration,
        reporter=next(iter(institution.reporters), None),  # type: ignore[attr-defined]
        progress=progress,
        late_registration=not joined and windows.is_late(call, Stage.REGISTRATION, at, institution),
        late_submission=not progress.finished and windows.is_late(call, Stage.SUBMISSION, at, institution),
        extended=any(
            extension.institution_id == institution.pk
            for window in call.windows.all()
            for extension in window.extensions.all()
        ),
        due_at=windows.effective_end(call, Stage.SUBMISSION if joined else Stage.REGISTRATION, institution),
    )
