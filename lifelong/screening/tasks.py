"""Fingerprints of films, outside a request. Each loads by id, does one thing, and may be repeated."""

import logging

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.schedule import every
from lifelong.media.lifecycle import Urgency
from lifelong.media.models import MediaFile
from lifelong.media.probe.cage import Broken
from lifelong.media.probe.facts import Facts
from lifelong.media.tasks import still_there
from lifelong.screening import actions, queries
from lifelong.screening.likeness import reading
from lifelong.screening.likeness.comparing import pack
from lifelong.screening.models import Fingerprint

logger = logging.getLogger(__name__)


@task(queue_name="media", priority=Urgency.CAUGHT_UP, max_attempts=4, title=_("比对内容是否重复"))
def fingerprint_of(media_file_id: int) -> None:
    """Looks, listens, writes down, compares. A film that breaks the reader has an empty fingerprint."""
    media_file = still_there(media_file_id)
    if media_file is None:
        return
    made = Fingerprint.objects.filter(media_file=media_file).select_related("media_file").first()
    if made is None:
        made = actions.record_fingerprint(media_file, prints=_read(media_file), at=timezone.now())
    actions.record_likeness(media_file, queries.alike(made))


def _read(media_file: MediaFile) -> tuple[bytes, bytes, bytes]:
    """From the same content where it is known already."""
    same = Fingerprint.objects.filter(media_file__sha256=media_file.sha256).first()
    if same is not None:
        return queries.packed(same)[1:]
    try:
        return pack(*reading.read(media_file.location, Facts.from_json(media_file.facts)))
    except (Broken, OSError) as broken:
        logger.warning("no fingerprint of file %s: %s", media_file.pk, broken)
        return pack([], [])


@every(hours=1)
@task(title=_("补取内容指纹"))
def fingerprint_missing() -> int:
    return actions.owe_missing()
