"""News from the resources: what leaves acceptance leaves the batch being composed; what goes offline is struck through."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from lifelong.resources import events
from lifelong.resources.lifecycle import Availability, State
from lifelong.review.actions import batches


@receiver(events.version_moved)
def accepted_no_longer(sender: Any, *, version: Any, from_state: str, to_state: str, at: Any, **rest: Any) -> None:
    if from_state == State.ACCEPTED and to_state != State.PUBLISHED:
        why = _("报送单位撤回") if to_state == State.WITHDRAWN else _("退回复核")
        batches.drop_from_open_batches(version, reason=why, at=at)


@receiver(events.availability_changed)
def went_offline_or_came_back(
    sender: Any, *, resource: Any, before: str, after: str, by: Any, at: Any, reason: str, **rest: Any
) -> None:
    version = resource.online_version
    if version is None:
        return
    if after == Availability.RETIRED:
        for waiting in resource.versions.filter(state=State.ACCEPTED):
            batches.drop_from_open_batches(waiting, reason=_("资源已出库"), at=at)
    if after in {Availability.SUSPENDED, Availability.RETIRED}:
        batches.strike_through(version, reason=reason, at=at, by=by)
    elif before == Availability.SUSPENDED:
        batches.bring_back(version, reason=reason, at=at)
