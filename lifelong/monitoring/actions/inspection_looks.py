"""What a look means for its target and its finding: suspected, confirmed at the second look, cured, or over its period."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from lifelong.monitoring.actions import inspection_findings
from lifelong.monitoring.lifecycle import FindingState, LookOutcome, after_look
from lifelong.monitoring.looks import Seen
from lifelong.monitoring.models import InspectionDay, InspectionFinding, InspectionLook, InspectionTarget
from lifelong.monitoring.queries.inspection import rule_of
from lifelong.monitoring.troubles import TROUBLES
from lifelong.web.said import together

NEXT_WHILE_OPEN = timedelta(days=1)  # what waits for its cure is looked at every day
UNTOLD_AGAIN = timedelta(hours=6)


@transaction.atomic
def record(target: InspectionTarget, seen: Seen, *, at: datetime) -> InspectionFinding | None:
    """One look has ended. None, too, where the target is another's by now: a worker that was thought dead counts for nothing."""
    found = InspectionTarget.objects.select_for_update(of=("self",)).filter(pk=target.pk).first()
    if found is None or found.claimed_at is None or found.claimed_at != target.claimed_at:
        return None
    found.last_checked_at = found.waits_since = at
    found.claimed_at, found.look_at, found.claims = None, None, 0
    found.outcome, found.note = seen.outcome, seen.note
    if seen.known is not None:
        found.known = seen.known
    if found.dismissed and seen.outcome != LookOutcome.UNKNOWN and found.dismissed != seen.print:
        found.dismissed = ""
    finding = _follow(found, seen, at=at)
    found.save()
    _count(found, seen, at=at)
    return finding


def _follow(target: InspectionTarget, seen: Seen, *, at: datetime) -> InspectionFinding | None:
    finding = target.findings.open().select_for_update(of=("self",)).first()
    if finding is None:
        if seen.outcome != LookOutcome.BAD or target.dismissed:
            return None
        finding = _suspect(target, seen, at=at)
    elif _became_worse(finding, seen):
        reason = together(_("变成了另一个问题"), seen.note)
        inspection_findings.move(finding, FindingState.CURED, at=at, reason=reason)
        finding = _suspect(target, seen, at=at)
    else:
        _go_on(finding, seen, at=at)
    InspectionLook.objects.create(
        finding=finding,
        at=at,
        outcome=seen.outcome,
        note=seen.note,
        evidence=seen.evidence | {"print": seen.print},
    )
    target.look_at = _next_look(finding, at)
    return finding


def _suspect(target: InspectionTarget, seen: Seen, *, at: datetime) -> InspectionFinding:
    trouble = TROUBLES[seen.trouble]
    return InspectionFinding.objects.create(
        resource_id=target.resource_id, target=target, trouble=seen.trouble, note=seen.note, host=target.host,
        found_at=at, second_at=at + trouble.pause,
    )  # fmt: skip


def _became_worse(finding: InspectionFinding, seen: Seen) -> bool:
    """Told of something that hides nothing, and now it is something that does: that begins from its first look."""
    told = finding.state in {FindingState.CONFIRMED, FindingState.NOTICED}
    other = seen.outcome == LookOutcome.BAD and seen.trouble != finding.trouble
    return told and other and rule_of(seen.trouble).hides and not rule_of(finding.trouble).hides


def _go_on(finding: InspectionFinding, seen: Seen, *, at: datetime) -> None:
    before = FindingState(finding.state)
    after = after_look(before, seen.outcome, early=at < finding.second_at)
    if seen.outcome == LookOutcome.BAD:
        if finding.state == FindingState.SUSPECTED and seen.trouble != finding.trouble:
            finding.trouble = seen.trouble  # a site that dies says so in several ways
        finding.note, finding.asked_at = seen.note, None
        if finding.state == FindingState.NOTICED and finding.due_at is not None and at >= finding.due_at:
            finding.over_at = at
        finding.save(update_fields=["trouble", "note", "asked_at", "over_at"])
    if after != before:
        inspection_findings.move(finding, after, at=at)


def _next_look(finding: InspectionFinding, at: datetime) -> datetime | None:
    state = FindingState(finding.state)
    if state == FindingState.SUSPECTED:
        return finding.second_at if at < finding.second_at else at + UNTOLD_AGAIN
    if state in {FindingState.CONFIRMED, FindingState.NOTICED, FindingState.HIDDEN}:
        due = finding.due_at
        soon = at + NEXT_WHILE_OPEN
        return min(soon, due) if due is not None and due > at else soon
    return None


def _count(target: InspectionTarget, seen: Seen, *, at: datetime) -> None:
    day, _made = InspectionDay.objects.get_or_create(
        day=timezone.localdate(at), subject=target.subject, defaults={"last_at": at}
    )
    changes: dict[str, Any] = {
        "looked": F("looked") + 1,
        "read_bytes": F("read_bytes") + seen.read_bytes,
        "last_at": at,
    }
    if seen.outcome != LookOutcome.OK:
        name = "bad" if seen.outcome == LookOutcome.BAD else "unknown"
        changes[name] = F(name) + 1
    InspectionDay.objects.filter(pk=day.pk).update(**changes)
