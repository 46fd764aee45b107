"""Files that no draft holds and no round froze give their room back: at once when taken out, else with the night."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast

from lifelong.accounts.models import User
from lifelong.media import actions as media
from lifelong.media.lifecycle import FileKind, UploadState
from lifelong.media.models import MediaFile, Repair, Upload
from lifelong.resources.models import ImportRun, Round, Version, VersionFile

GRACE = timedelta(days=1)
ARCHIVE_KEPT = timedelta(days=14)


def release(media_file: MediaFile, *, by: User | None, at: datetime) -> bool:
    """Whether it was let go. What a round froze, another draft holds or the public plays stays.

    With a repaired file goes its original.
    """
    if VersionFile.objects.filter(media_file=media_file).exists() or was_frozen(media_file):
        return False
    original = media_file.handed_in
    try:
        media.forget_file(media_file, by=by, at=at)
    except media.FileInUse:
        return False
    if original != media_file:
        release(original, by=by, at=at)
    return True


def was_frozen(media_file: MediaFile) -> bool:
    """Whether any round names this content: rounds keep their files as JSON, which no foreign key guards."""
    frozen = Round.objects.annotate(named=Cast("files", TextField())).filter(named__contains=media_file.sha256)
    return frozen.exists()


def release_unused(*, at: datetime) -> int:
    """Media that came for a draft which no longer holds them, covers and papers of none, and ZIPs of sheets that are done with or forgotten."""
    held = VersionFile.objects.filter(media_file=OuterRef("media_file"))
    came = Upload.objects.filter(state=UploadState.COMPLETE, finished_at__lt=at - GRACE, purpose__startswith="version:")
    came = came.filter(~Exists(held)).exclude(media_file__repairs__repaired__isnull=False)  # they go with what was made
    files = [up.media_file for up in came.select_related("media_file") if up.media_file]
    used = VersionFile.objects.filter(media_file=OuterRef("repaired"))
    made = Repair.objects.filter(~Exists(used), finished_at__lt=at - GRACE).select_related("repaired")
    files += [one.repaired for one in made if one.repaired]
    bare = MediaFile.objects.filter(kind__in=[FileKind.COVER, FileKind.PAPER], created_at__lt=at - GRACE)
    shown = [Version.objects.filter(**{column: OuterRef("pk")}) for column in ("cover", "rights_file")]
    files += bare.exclude(Exists(shown[0])).exclude(Exists(shown[1]))
    old = ImportRun.objects.filter(archive__isnull=False, created_at__lt=at - ARCHIVE_KEPT)
    return sum(release(file, by=None, at=at) for file in files) + sum(release_archive(run, at=at) for run in old)


def release_archive(run: ImportRun, *, at: datetime) -> bool:
    """The ZIP of a sheet, once its files are taken in or nobody confirmed it for two weeks."""
    archive, run.archive = run.archive, None
    run.save(update_fields=["archive"])
    return archive is not None and release(archive, by=None, at=at)
