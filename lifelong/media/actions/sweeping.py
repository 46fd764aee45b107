"""What time and interruptions leave behind, put right. Every one of these is safe to repeat and to be killed."""

import os
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction

from lifelong import audit
from lifelong.media import storage
from lifelong.media.actions.uploads import close_part, give_back
from lifelong.media.adaptive import ADAPTIVE_FOLDER, ADAPTIVE_MASTER
from lifelong.media.lifecycle import UploadState
from lifelong.media.models import FormerName, MediaFile, Rendition, Upload

DAY = 24 * 3600
BATCH = 500
REFUSED_KEPT_SECONDS = 14 * DAY


def expire_uploads(*, at: datetime) -> int:
    """Uploads that nobody ended in 14 days give their room back."""
    count = 0
    for key in Upload.objects.running().filter(expires_at__lte=at).values_list("pk", flat=True):
        with transaction.atomic():
            upload = Upload.objects.select_for_update().get(pk=key)
            if upload.state != UploadState.OPEN:
                continue
            upload.state, upload.finished_at = UploadState.EXPIRED, at
            upload.save(update_fields=["state", "finished_at"])
            give_back(upload)
            audit.record("media.upload_expired", by=None, at=at, of=upload)
            count += 1
    return count


def match_public_names() -> tuple[int, int]:
    """Public names on disk and in the database agree again; the database is right. ``(restored, removed)``."""
    return restore_public_names(), remove_strangers()


def restore_public_names() -> int:
    count = 0
    named = Rendition.objects.exclude(public_name=None).values_list("public_name", "path")
    for name, path in named.iterator(chunk_size=BATCH):
        links = storage.public_links(str(name), storage.files() / path)
        if any(source.exists() and not link.exists() for link, source in links):
            storage.show(str(name), storage.files() / path)
            count += 1
    for former in FormerName.objects.iterator(chunk_size=BATCH):
        wanted = (former.gone, former.page)
        if storage.told_of_former(former.public_name) != wanted:
            storage.tell_of_former(former.public_name, gone=former.gone, page=former.page)
            count += 1
    return count


def remove_strangers() -> int:
    """Names that no row gives. One that a running transaction is about to give is young."""
    count = 0
    for links in batched(files_under(Path(settings.PUBLIC_FILES))):
        known = Rendition.objects.filter(public_name__in={name_of(link) for link in links})
        given = set(known.values_list("public_name", flat=True))
        former = FormerName.objects.filter(public_name__in={name_of(link) for link in links})
        ended = set(former.values_list("public_name", flat=True))
        for link in links:
            wanted = ended if link.suffix == storage.FORMER else given
            if name_of(link) not in wanted and not is_young(link, 300):
                link.unlink(missing_ok=True)
                count += 1
    return count


def name_of(link: Path) -> str:
    """``<name>.mp4`` and ``<name>.720.m4s`` alike."""
    return link.name.partition(".")[0]


def batched(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while batch := list(islice(paths, BATCH)):
        yield batch


def forget_orphans(*, at: datetime) -> int:
    """Files that no row knows: parts, markers and locks of ended uploads, originals and renditions never written down."""
    return tidy_parts(at) + tidy_refused() + tidy_originals() + tidy_renditions()


def tidy_parts(at: datetime) -> int:
    count = 0
    for path in files_under(Path(settings.UPLOADS)):
        if path.parent.name == storage.QUARANTINE or is_young(path, 3600):
            continue
        upload = upload_of(path)
        if upload and upload.state in {UploadState.OPEN, UploadState.FINISHING}:
            continue
        if upload and upload.state == UploadState.COMPLETE and upload.expires_at > at:
            if path.suffix == ".part":
                close_part(upload.pk)
                count += 1
            continue
        path.unlink(missing_ok=True)
        count += 1
    return count


def upload_of(path: Path) -> Upload | None:
    try:
        return Upload.objects.filter(pk=uuid.UUID(path.stem)).first()
    except ValueError:
        return None


def tidy_refused() -> int:
    old = [
        path
        for path in files_under(Path(settings.UPLOADS) / storage.QUARANTINE)
        if not is_young(path, REFUSED_KEPT_SECONDS)
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def tidy_originals() -> int:
    count = 0
    for paths in batched(files_under(storage.files() / "originals")):
        known = set(MediaFile.objects.filter(sha256__in=[p.name for p in paths]).values_list("sha256", flat=True))
        for path in paths:
            if path.name not in known and not is_young(path, DAY):
                path.unlink(missing_ok=True)
                count += 1
    return count


def tidy_renditions() -> int:
    count = 0
    for paths in batched(files_under(storage.files() / "renditions")):
        rows = {path: row_of(path) for path in paths}
        known = set(Rendition.objects.filter(path__in=set(rows.values())).values_list("path", flat=True))
        for path, row in rows.items():
            if row not in known and not is_young(path, DAY):
                path.unlink(missing_ok=True)
                count += 1
    return count


def row_of(path: Path) -> str:
    """The path that a rendition's row would name; a whole adaptive folder hangs on its master playlist."""
    if path.parent.name == ADAPTIVE_FOLDER and not path.name.startswith("."):
        path = path.with_name(ADAPTIVE_MASTER)
    return path.relative_to(storage.files()).as_posix()


def is_young(path: Path, seconds: float) -> bool:
    """By the time of the last change of name or content; gone counts as young, there is nothing to do."""
    try:
        return time.time() - path.stat().st_ctime < seconds
    except OSError:
        return True


def files_under(folder: Path) -> Iterator[Path]:
    for place, _folders, names in os.walk(folder):
        for name in names:
            yield Path(place) / name
