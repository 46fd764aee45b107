"""What the isolated probe measured is written down, and what follows is set going."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from lifelong import audit, jobs
from lifelong.media import events
from lifelong.media.lifecycle import ProbeState, Urgency
from lifelong.media.models import MediaFile

FIRST_WORK = ("lifelong.media.tasks.make_renditions_of", "lifelong.media.tasks.probe_whole_of")
DECODE_FULLY = "lifelong.media.tasks.decode_fully"


@transaction.atomic
def record_facts(media_file: MediaFile, *, facts: dict[str, Any], readable: bool, at: datetime) -> MediaFile:
    """The first pass. Where the file cannot be read, the facts say why and no second pass follows."""
    media_file = MediaFile.objects.select_for_update().get(pk=media_file.pk)
    if media_file.probe_state != ProbeState.WAITING:
        return media_file
    media_file.facts, media_file.probed_at = facts, at
    media_file.probe_state = ProbeState.FACTS if readable else ProbeState.FAILED
    media_file.save(update_fields=["facts", "probed_at", "probe_state"])
    audit.record("media.facts_measured", by=None, at=at, of=media_file, detail={"state": media_file.probe_state})
    events.facts_measured.send(MediaFile, media_file=media_file)
    if readable:
        for task in FIRST_WORK:
            jobs.enqueue(task, media_file.pk, party=media_file.institution_id)
    return media_file


@transaction.atomic
def record_whole(media_file: MediaFile, *, whole: dict[str, Any], at: datetime) -> MediaFile:
    """The second pass: the file was read from beginning to end."""
    media_file = MediaFile.objects.select_for_update().get(pk=media_file.pk)
    if media_file.probe_state != ProbeState.FACTS:
        return media_file
    media_file.whole, media_file.probed_at = whole, at
    media_file.probe_state = ProbeState.WHOLE
    media_file.save(update_fields=["whole", "probed_at", "probe_state"])
    audit.record("media.whole_measured", by=None, at=at, of=media_file)
    events.whole_measured.send(MediaFile, media_file=media_file)
    return media_file


def decode_fully(media_files: Iterable[MediaFile]) -> None:
    """Has those that were only decoded in part decoded frame by frame, when nothing else waits; once per file."""
    for media_file in media_files:
        if media_file.is_sampled:
            slot = f"media.decode_fully:{media_file.pk}"
            jobs.enqueue(DECODE_FULLY, media_file.pk, slot=slot, party=media_file.institution_id)


def hurry(media_files: Iterable[MediaFile], *, decoded: bool) -> None:
    """A reviewer waits for these: what is still to be made and read of them goes before all other work on films.

    ``decoded``: the full decode too, for who cannot decide without it.
    """
    tasks = [*FIRST_WORK, DECODE_FULLY] if decoded else FIRST_WORK
    of_institution: dict[int, list[int]] = {}
    for media_file in media_files:
        of_institution.setdefault(media_file.institution_id, []).append(media_file.pk)
    for institution, keys in of_institution.items():
        jobs.hurry(tasks, keys, party=institution, priority=Urgency.REVIEWED)


@transaction.atomic
def record_full(media_file: MediaFile, *, whole: dict[str, Any], at: datetime) -> MediaFile:
    """The full decode takes the place of the one in part; what comes twice changes nothing."""
    media_file = MediaFile.objects.select_for_update().get(pk=media_file.pk)
    if not media_file.is_sampled:
        return media_file
    media_file.whole, media_file.probed_at = whole, at
    media_file.save(update_fields=["whole", "probed_at"])
    audit.record("media.fully_decoded", by=None, at=at, of=media_file)
    events.whole_measured.send(MediaFile, media_file=media_file)
    return media_file
