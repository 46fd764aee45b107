"""Going live: an accepted version becomes what the resource shows, and the one before is superseded with it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.resources import events
from lifelong.resources.actions.steps import IllegalStep, move
from lifelong.resources.lifecycle import Availability, State, Verb
from lifelong.resources.models import Resource, Version


@transaction.atomic
def mark_published(version: Version, *, at: datetime, by: User | None, batch_number: str) -> Version:
    """Version n+1 supersedes n in the same transaction. What is suspended stays so until someone brings it back.

    Raises ``IllegalStep`` where the version is not accepted, a newer one is online, or the resource left for good.
    """
    resource = (
        Resource.objects.select_for_update(of=("self",)).select_related("online_version").get(pk=version.resource_id)
    )
    if resource.availability == Availability.RETIRED:
        raise IllegalStep(
            _("资源 %(id)s 已出库，不能再上线。") % {"id": resource.resource_id}, state=resource.availability
        )
    if resource.online_version is not None and resource.online_version.number > version.number:
        raise IllegalStep(
            _("资源 %(id)s 已有更新的第 %(n)s 版在线，第 %(number)s 版不能再上线。")
            % {"id": resource.resource_id, "n": resource.online_version.number, "number": version.number},
            state=version.state,
        )
    note = _("批次 %(number)s") % {"number": batch_number} if batch_number else ""
    move(version, to=State.PUBLISHED, verb=Verb.PUBLISHED, by=by, at=at, note=note)
    previous = resource.online_version
    if previous is not None and previous.pk != version.pk:
        note = _("由第 %(number)s 版替代") % {"number": version.number}
        move(previous, to=State.SUPERSEDED, verb=Verb.SUPERSEDED, by=by, at=at, note=note)
    before = Availability(resource.availability)
    resource.online_version = version
    if before == Availability.NEVER:
        resource.availability = Availability.ONLINE
    resource.save(update_fields=["online_version", "availability"])
    version.resource = resource
    if before != resource.availability:
        events.availability_changed.send(
            sender=Resource, resource=resource, before=before, after=Availability(resource.availability), by=by, at=at,
            reason=note,
        )  # fmt: skip
    return version
