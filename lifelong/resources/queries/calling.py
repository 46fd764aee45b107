"""Which calls an institution may answer, and which one a version is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lifelong.calls import windows
from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Call
from lifelong.calls.queries import calls_for, open_calls_for, reaches
from lifelong.institutions.models import Institution
from lifelong.resources.models import Round, Version


def chosen_call(version: Version, *, number: str, at: datetime) -> Call | None:
    """The named call; else the one it was handed in to before; else the only one that is open, or was last."""
    institution = version.resource.institution
    if number:
        found = Call.objects.public().with_windows().filter(number=number).first()
        return found if found and reaches(found, institution) else None
    if version.call_id:
        return Call.objects.with_windows().get(pk=version.call_id)
    open_now = open_calls_for(institution, at)
    if open_now:
        return open_now[0] if len(open_now) == 1 else None
    return next(iter(calls_for(institution)), None)


@dataclass(frozen=True)
class Quota:
    """How much of a call's quota is used; it tells, it never refuses (spec 1, What stops what)."""

    used: int
    limit: int

    @property
    def full(self) -> bool:
        return self.used >= self.limit


def used_of_quota(institution: Institution, call: Call) -> Quota | None:
    if call.quota is None:
        return None
    rounds = Round.objects.filter(call=call, version__resource__institution=institution)
    return Quota(rounds.values("version__resource").distinct().count(), call.quota)


def deadline_for(institutions: Iterable[Institution], at: datetime) -> datetime | None:
    """The next end of submission that concerns one of these institutions."""
    ends = [
        ends_at
        for institution in institutions
        for call in open_calls_for(institution, at)
        if (ends_at := windows.effective_end(call, Stage.SUBMISSION, institution))
    ]
    return min(ends, default=None)
