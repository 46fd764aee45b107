"""News from the resources: what leaves acceptance leaves the batch being composed; what goes offline is struck through."""

from typing import Any

from django.dispatch import receiver

from lifelong.resources import events
from lifelong.resources.lifecycle import Availability, State
from lifelong.review.actions import batches


@receiver(events.version_moved)
def accepted_no_longer(sender: Any, *, version: Any, from_state: str, to_state: str, **rest: Any) -> None:
    if from_state == State.ACCEPTED and to_state != State.PUBLISHED:
        batches.drop_from_open_batches(version)


@receiver(events.availability_changed)
def went_offline_or_came_back(
    sender: Any, *, resource: Any, before: str, after: str, by: Any, at: Any, reason: str, **rest: Any
) -> None:
    version = resource.online_version
    if version is None:
        return
    if after in {Availability.SUSPENDED, Availability.RETIRED}:
        batches.strike_through(version, reason=reason, at=at, by=by)
    elif before == Availability.SUSPENDED:
        batches.bring_back(version, reason=reason, at=at)
