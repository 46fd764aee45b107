"""入库: versions become entries. Prepared while hidden, then shown all at once in one short transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lifelong import audit
from lifelong.catalogue import events
from lifelong.catalogue.actions import media
from lifelong.catalogue.actions.log import note_changes
from lifelong.catalogue.lifecycle import ChangeKind, Visibility
from lifelong.catalogue.models import Entry, Speaker
from lifelong.catalogue.queries.categories import below
from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import Availability
from lifelong.resources.models import Resource, Version
from lifelong.review.models import Batch
from lifelong.standards.metadata import people

SHOWN_AS = {
    Availability.ONLINE: Visibility.ONLINE,
    Availability.SUSPENDED: Visibility.HIDDEN,
    Availability.RETIRED: Visibility.GONE,
}


@transaction.atomic
def prepare(batch: Batch, *, at: datetime) -> int:
    """Make every item of a batch ready while nobody sees it; returns how many entries are ready.

    May be repeated; what has left the batch meanwhile is dropped. Raises ``media.NotReadyToPlay``.
    """
    versions = list(
        Version.objects.filter(batch_items__batch=batch, batch_items__pulled_at__isnull=True)
        .select_related("resource", "resource__institution", "series", "category")
        .order_by("pk")
    )
    drop_prepared(Entry.objects.prepared().filter(batch=batch).exclude(pk__in=[v.pk for v in versions]), at=at)
    for version in versions:
        admit(version, batch=batch, at=at)
    return len(versions)


def admit(version: Version, *, batch: Batch | None, at: datetime) -> Entry:
    """The snapshot of one accepted version, prepared: values frozen, renditions named, shown to nobody."""
    entry = Entry(
        version=version, resource=version.resource, batch=batch, visibility=Visibility.PREPARED, visibility_at=at
    )
    for name, value in frozen_values(version).items():
        setattr(entry, name, value)
    entry.speakers = speakers_of(version.speakers, version.resource.institution)
    media.give_names(entry, version, at=at)
    entry.save()
    return entry


def frozen_values(version: Version) -> dict[str, Any]:
    institution = version.resource.institution
    return {
        "identifier": version.resource.resource_id,
        "title": version.title, "type": version.type, "area": version.area, "host_platform": version.host_platform,
        "link": version.link, "series": version.series, "series_title": version.series.title if version.series else "",
        "series_order": version.series_order, "series_position": position_of(version.series_order),
        "summary": version.summary, "duration_s": version.duration, "created_date": version.created_date,
        "rights_holder": version.rights_holder, "declared_views": version.declared_views,
        "declared_learners": version.declared_learners, "outline": version.outline, "keywords": version.keywords,
        "category": version.category, "category_path": version.category_path, "institution": institution,
        "institution_name": institution.name, "region_id": institution.region_id,
    }  # fmt: skip


def position_of(order: str) -> int:
    """「01」 is kept as written and sorted as the number it is."""
    return min(int(order), 2**31 - 1) if order.isdecimal() else 0


def speakers_of(text: str, institution: Institution) -> list[dict[str, Any]]:
    """``[{"id", "name", "group"}]``; a speaker is a name within an institution."""
    found = []
    for person in people(text):
        speaker, _made = Speaker.objects.get_or_create(name=person.name[:60], institution=institution)
        found.append({"id": speaker.pk, "name": person.name, "group": person.ethnic_group})
    return found


@transaction.atomic
def publish(batch: Batch, *, at: datetime) -> int:
    """Show everything of the batch, with the change log, in the transaction of the batch; returns how many entries."""
    ready = set(Entry.objects.prepared().filter(batch=batch).values_list("pk", flat=True))
    wanted = set(batch.items.filter(pulled_at__isnull=True).values_list("version_id", flat=True))
    if batch.prepared_at is None or ready != wanted:
        prepare(batch, at=at)
    return show(Entry.objects.prepared().filter(batch=batch), at=at, batch=batch)


def show(prepared: Any, *, at: datetime, batch: Batch | None) -> int:
    """Put prepared entries in the place of the ones before them."""
    keys = dict(prepared.values_list("resource_id", "pk"))
    supersede(keys, at=at)
    availability = dict(Resource.objects.filter(pk__in=keys).values_list("pk", "availability"))
    for now, visibility in SHOWN_AS.items():
        going = [keys[resource] for resource, state in availability.items() if state == now]
        Entry.objects.filter(pk__in=going).update(
            visibility=visibility,
            visibility_at=at,
            published_at=at,
            harvested_at=at,
            out_at=None if visibility == Visibility.ONLINE else at,
        )
    note_changes(keys, kind=ChangeKind.PUBLISHED, at=at)
    for entry in Entry.objects.filter(pk__in=keys.values(), visibility=Visibility.HIDDEN).select_related("version"):
        media.take_names(entry.version, at=at)
        media.without_names(entry)
        entry.save(update_fields=media.NAMED_FIELDS)
    audit.record("catalogue.admitted", of=batch, at=at, detail={"entries": len(keys)})
    events.entries_published.send(sender=Entry, batch=batch, resource_ids=list(keys), at=at)
    return len(keys)


def supersede(keys: dict[int, int], *, at: datetime) -> None:
    """Version n gives its place to n+1; of its files only those stay public that n+1 shows too."""
    old = Entry.objects.shown_or_not().filter(resource_id__in=keys).select_related("version")
    for entry in list(old):
        newer = Version.objects.get(pk=keys[entry.resource_id])
        media.take_names(entry.version, at=at, keep=newer, gone=True)
        entry.delete()


def drop_prepared(entries: Iterable[Entry], *, at: datetime) -> None:
    """What was made ready and will not be shown."""
    for entry in list(entries):
        shown = Entry.objects.shown_or_not().filter(resource=entry.resource_id).select_related("version").first()
        media.take_names(entry.version, at=at, keep=shown.version if shown else None)
        entry.delete()


@transaction.atomic
def renew_media(media_file_key: int, *, at: datetime | None = None) -> int:
    """New renditions of a file that online entries show: their names into the entries. Safe to repeat."""
    at = at or timezone.now()
    showing = Entry.objects.online().filter(version__files__media_file=media_file_key) | Entry.objects.online().filter(
        version__cover=media_file_key
    )
    renewed = []
    for entry in showing.select_related("version").distinct():
        before = [getattr(entry, name) for name in media.NAMED_FIELDS]
        media.give_names(entry, entry.version, at=at)
        if before != [getattr(entry, name) for name in media.NAMED_FIELDS]:
            entry.save(update_fields=media.NAMED_FIELDS)
            renewed.append(entry.resource_id)
    note_changes(renewed, kind=ChangeKind.PUBLISHED, at=at)
    return len(renewed)


def index_category(code: str, *, at: datetime) -> int:
    """A node was renamed, moved or merged: whatever lies in it or below is indexed anew, a chunk a transaction."""
    keys = below(code)
    total = 0
    resources = Entry.objects.online().filter(category__in=keys).order_by("pk").values_list("resource_id", flat=True)
    for start in range(0, len(resources), 2_000):
        with transaction.atomic():
            some = list(resources[start : start + 2_000])
            note_changes(some, kind=ChangeKind.RENAMED, at=at)
            total += len(some)
    return total
