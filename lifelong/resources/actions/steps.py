"""The single place where a version changes its state and a resource its availability."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.resources import events
from lifelong.resources.lifecycle import AVAILABILITY_NEXT, Availability, State, Verb, allowed
from lifelong.resources.models import Resource, Round, Step, Version
from lifelong.resources.queries.reach import reach_of
from lifelong.web.refusals import Refusal, reason_within
from lifelong.web.said import Said
from lifelong.web.templatetags.web import moment

Reasons = Iterable[dict[str, str]]  # {"field": "title", "text": "…"}; field empty for a general reason

ENDS_A_ROUND = {State.RETURNED, State.REFUSED, State.WITHDRAWN, State.PUBLISHED}
OPENS_A_ROUND = {State.SUBMITTED, State.FORWARDED, State.ACCEPTED}  # also where a decision is taken back

AVAILABILITY_VERB = {
    Availability.ONLINE: Verb.BROUGHT_BACK,
    Availability.SUSPENDED: Verb.SUSPENDED,
    Availability.RETIRED: Verb.RETIRED,
}


class IllegalStep(Refusal):
    """The version is not where the caller saw it, or no such step leads from there."""

    code = "illegal_step"


def masked(user: User | None) -> str:
    """张*: who it was, as far as the other side needs to know."""
    return user.get_full_name()[:1] + "*" if user else _("系统")


@transaction.atomic
def move(
    version: Version,
    *,
    to: State | str,
    verb: str,
    by: User | None,
    at: datetime,
    round: Round | None = None,
    reasons: Reasons = (),
    note: str = "",
    due_at: datetime | None = None,
    on_behalf_of: str = "",
) -> Step:
    """Take one step of the way; ``version.state`` says what the caller saw.

    ``due_at``: by when a return is to be answered. ``round`` is the newest where none is named. Raises ``IllegalStep``
    where somebody was quicker or the table ``lifecycle.NEXT`` knows no such step.
    """
    to = State(to)
    locked = Version.objects.select_for_update().get(pk=version.pk)
    if locked.state != version.state or not allowed(locked.state, to):
        raise IllegalStep(_where_it_is(locked, to), state=locked.state, wanted=to.value)
    before = State(locked.state)
    version.state, version.state_at = to.value, at
    version.return_due_at = _due(locked, to, due_at)
    version.save(update_fields=["state", "state_at", "return_due_at"])
    round = round or locked.rounds.order_by("-number").first()
    _close_or_reopen(round, to, at)
    step = remember(
        version, verb=verb, by=by, at=at, round=round, before=before, after=to, reasons=reasons, note=note,
        on_behalf_of=on_behalf_of,
    )  # fmt: skip
    events.version_moved.send(sender=Version, version=version, step=step, from_state=before, to_state=to, by=by, at=at)
    return step


def remember(
    version: Version,
    *,
    verb: str,
    by: User | None,
    at: datetime,
    round: Round | None = None,
    before: str = "",
    after: str = "",
    reasons: Reasons = (),
    note: str = "",
    on_behalf_of: str = "",
) -> Step:
    """A line of the timeline and its row in the audit; also for what changes no state."""
    if by is not None and not on_behalf_of:
        on_behalf_of = reach_of(by).deputises.get(version.resource.institution_id, "")
    step = Step.objects.create(
        version=version, round=round, verb=verb, from_state=before, to_state=after, by=by, at=at,
        reasons=list(reasons), note=note, on_behalf_of=on_behalf_of,
    )  # fmt: skip
    why = note or "；".join(reason["text"] for reason in step.reasons)
    detail = {"from": str(before), "to": str(after), "why": why, "on_behalf_of": on_behalf_of}
    audit.record(f"resources.{verb}", by=by, of=version, at=at, detail={k: v for k, v in detail.items() if v})
    return step


@transaction.atomic
def set_availability(
    resource: Resource, *, to: Availability | str, by: User | None, at: datetime, reason: str, verb: str = ""
) -> Resource:
    """Suspend, bring back or retire what is public. A reason is always wanted. Raises ``IllegalStep``."""
    to = Availability(to)
    locked = Resource.objects.select_for_update(of=("self",)).select_related("online_version").get(pk=resource.pk)
    before = Availability(locked.availability)
    if to not in AVAILABILITY_NEXT[before] or before == Availability.NEVER or locked.online_version is None:
        raise IllegalStep(
            _("资源目前为“%(now)s”，不能改为“%(then)s”。") % {"now": before.label, "then": to.label}, state=before.value
        )
    if not reason.strip():
        raise IllegalStep(_("请写明原因。"), fields={"reason": _("请写明原因，单位和公众会看到。")})
    reason = reason if isinstance(reason, Said) else reason_within(reason)
    resource.availability, resource.availability_reason = to.value, "" if to == Availability.ONLINE else reason
    resource.save(update_fields=["availability", "availability_reason"])
    remember(locked.online_version, verb=verb or AVAILABILITY_VERB[to], by=by, at=at, note=reason)
    events.availability_changed.send(
        sender=Resource, resource=resource, before=before, after=to, by=by, at=at, reason=reason
    )
    return resource


def _due(locked: Version, to: State, due_at: datetime | None) -> datetime | None:
    """A return's due date lives until the answer is handed in; the institution's own review does not end it."""
    if to == State.RETURNED:
        return due_at or locked.return_due_at
    return locked.return_due_at if to in {State.UNIT_REVIEW, State.DRAFT} else None


def _close_or_reopen(round: Round | None, to: State, at: datetime) -> None:
    if round is None:
        return
    closed_at = at if to in ENDS_A_ROUND else None
    if to in ENDS_A_ROUND | OPENS_A_ROUND and round.closed_at != closed_at:
        round.closed_at = closed_at
        round.save(update_fields=["closed_at"])


def _where_it_is(version: Version, wanted: State) -> str:
    """Who decided what, when: the sentence for whoever came second."""
    last = version.steps.filter(to_state=version.state).select_related("by").order_by("-at", "-id").first()
    now, then = State(version.state).label, wanted.label
    if last is None:
        return _("这项资源目前为“%(now)s”，不能转为“%(then)s”。") % {"now": now, "then": then}
    facts: dict[str, Any] = {"who": masked(last.by), "when": moment(last.at), "now": now, "then": then}
    return _("已由 %(who)s 于 %(when)s 决定，目前为“%(now)s”，不能再转为“%(then)s”。请刷新页面查看。") % facts
