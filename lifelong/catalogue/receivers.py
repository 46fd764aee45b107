"""News from below: batches made ready and published, resources taken out and brought back, files made ready."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from lifelong import jobs
from lifelong.catalogue.actions import availability, snapshots
from lifelong.catalogue.models import Entry
from lifelong.media import events as media_events
from lifelong.resources import events as resource_events
from lifelong.resources.lifecycle import Availability, State
from lifelong.review import events as review_events
from lifelong.standards import events as standard_events


@receiver(resource_events.version_moved)
def make_rungs(sender: Any, *, version: Any, to_state: str, **rest: Any) -> None:
    """Who is accepted will be shown: what thin lines need is coded while there is time."""
    if to_state == State.ACCEPTED:
        for media_file in version.files.values_list("media_file_id", flat=True):
            party = version.resource.institution_id
            jobs.enqueue("lifelong.media.tasks.make_rungs_of", media_file, party=party)


@receiver(review_events.batch_prepared)
def make_ready(sender: Any, *, batch: Any, **rest: Any) -> None:
    snapshots.prepare(batch, at=rest.get("at") or timezone.now())


@receiver(review_events.batch_published)
def show_all(sender: Any, *, batch: Any, at: datetime, **rest: Any) -> None:
    snapshots.publish(batch, at=at)


@receiver(resource_events.availability_changed)
def follow(
    sender: Any, *, resource: Any, before: str, after: str, by: Any, at: datetime, reason: str, **rest: Any
) -> None:
    if before != Availability.NEVER:  # a first publication is shown with its batch, all at once
        availability.follow(resource, to=Availability(after), by=by, reason=reason, at=at)


@receiver(media_events.renditions_made)
def show_new_renditions(sender: Any, *, media_file: Any, **rest: Any) -> None:
    online = Entry.objects.online()
    if (
        online.filter(version__files__media_file=media_file).exists()
        or online.filter(version__cover=media_file).exists()
    ):
        jobs.enqueue("lifelong.catalogue.tasks.renew_media", media_file.pk)


@receiver(standard_events.category_changed)
def index_category(sender: Any, *, code: str, **rest: Any) -> None:
    jobs.enqueue("lifelong.catalogue.tasks.index_category", code)
