"""Which calls an institution may answer, and which one a version is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lifelong.calls import windows
from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Call
from lifelong.calls.queries import calls_for, joined, joined_calls, open_calls_for, reaches
from lifelong.institutions.models import Institution
from lifelong.resources.models import Round, Version
from lifelong.resources.queries.submitting import renews


@dataclass(frozen=True)
class OpenCalls:
    """``own``: the institution takes part; ``others`` ask it too and are joined with one click."""

    own: list[Call]
    others: list[Call]


def open_calls(institution: Institution, at: datetime) -> OpenCalls:
    """The calls whose door of submission is open to the institution, by whether it joined them."""
    found = open_calls_for(institution, at)
    own = joined_calls(found, institution)
    return OpenCalls(own, [call for call in found if call not in own])


def chosen_call(version: Version, *, number: str, at: datetime) -> Call | None:
    """The named call; else the one it was handed in to before, or the version online was; else the only open one, or the last.

    Only a call that the institution joined: joining says who answers for what is handed in (spec 1, Registration).
    """
    institution = version.resource.institution
    if number:
        found = Call.objects.public().with_windows().filter(number=number).first()
        return found if found and reaches(found, institution) and _takes(found, version) else None
    online = version.resource.online_version
    if known := version.call_id or (online.call_id if online else None):
        found = Call.objects.with_windows().get(pk=known)
        if _takes(found, version):
            return found
    open_now = open_calls(institution, at)
    if open_now.own or open_now.others:
        return open_now.own[0] if len(open_now.own) == 1 else None
    return next(iter(joined_calls(calls_for(institution), institution)), None)


def _takes(call: Call, version: Version) -> bool:
    """What went to a call once stays its, whoever holds the mandate now."""
    if (version.first_submitted_at and version.call_id == call.pk) or renews(version, call):
        return True
    return joined(call, version.resource.institution) is not None


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
