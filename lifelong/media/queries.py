"""What pages and other chapters ask about uploads, files and renditions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.jobs.models import Job
from lifelong.media import bucket, content_types, storage
from lifelong.media.adaptive import ADAPTIVE_FOLDER, ADAPTIVE_MASTER
from lifelong.media.lifecycle import RenditionKind, UploadState
from lifelong.media.models import MediaFile, PreparedFile, Rendition, Repair, Upload
from lifelong.media.tickets import LONGEST_SECONDS, issue_file_paper, issue_upload_ticket

PARTS = "/parts"
MOST_PREPARED = 200


@dataclass(frozen=True)
class UploadNow:
    """Where an upload stands. ``received`` in bytes; ``address`` empty where nothing more can be sent."""

    id: str
    name: str
    size: int
    received: int
    state: str
    address: str
    failure: str
    media_file: int | None


def sampled() -> QuerySet[MediaFile]:
    """Read to their end, but not yet decoded frame by frame."""
    return MediaFile.objects.filter(whole__method="sampled")


def upload(upload_id: UUID | str) -> Upload | None:
    return Upload.objects.select_related("institution", "by", "media_file").filter(pk=upload_id).first()


def upload_state(upload: Upload) -> UploadNow:
    """For the page that shows the upload and for JSON; asks the disk how much is here."""
    return UploadNow(
        id=str(upload.pk),
        name=upload.name,
        size=upload.size,
        received=received_bytes(upload),
        state=upload.state,
        address=upload_address(upload) if upload.state == UploadState.OPEN else "",
        failure=upload.failure,
        media_file=upload.media_file_id,
    )


def upload_address(upload: Upload) -> str:
    """Where to send the bytes, ticket included; good for 14 days, signed in or not.

    By tus; where there is a bucket it is where to ask for the addresses of parts, unless tus has brought something already.
    """
    ticket = issue_upload_ticket(upload_id=upload.pk, size=upload.size, expires_at=upload.expires_at)
    parts = PARTS if bucket.is_used() and (upload.goes_to_bucket or not received_bytes(upload)) else ""
    return f"/uploads/{upload.pk}{parts}?ticket={ticket}"


def received_bytes(upload: Upload) -> int:
    if upload.state == UploadState.COMPLETE:
        return upload.size
    if upload.goes_to_bucket:
        return upload.in_bucket_bytes
    try:
        return storage.part_of(upload.pk).stat().st_size
    except OSError:
        return 0


def running_upload(*, institution: Institution, purpose: str, name: str, size: int, mark: str = "") -> Upload | None:
    """The upload of the same file that was begun before, perhaps on another computer: it goes on where it stopped.

    Known by its ``mark``, under whatever name; where one side has none, by name and size.
    """
    known = Upload.objects.of(institution).running().filter(purpose=purpose, size=size).order_by("-began_at")
    for each in known:
        if (mark and each.mark == mark) or (not (mark and each.mark) and each.name == name):
            return each
    return None


@dataclass(frozen=True)
class Room:
    """An institution's storage, in bytes: ``stored`` files, each content once; ``waiting`` held by running uploads."""

    quota: int
    stored: int
    waiting: int

    @property
    def used(self) -> int:
        return self.stored + self.waiting

    @property
    def high(self) -> int:
        """From here on it is worth a warning."""
        return self.quota * 9 // 10

    @property
    def left(self) -> int:
        return max(self.quota - self.used, 0)


def room_of(institution: Institution) -> Room:
    contents = MediaFile.objects.of(institution).values("sha256").annotate(each=Max("size"))
    stored = contents.aggregate(total=Sum("each"))["total"] or 0
    waiting = Upload.objects.of(institution).reserving().aggregate(total=Sum("size"))["total"] or 0
    return Room(institution.quota_bytes, stored, waiting)


def rooms_of(institutions: Sequence[Institution]) -> dict[int, Room]:
    """Of many at once, in two queries."""
    stored: dict[int, int] = {}
    contents = MediaFile.objects.filter(institution__in=institutions).values("institution", "sha256")
    for row in contents.annotate(each=Max("size")).iterator(chunk_size=5000):
        stored[row["institution"]] = stored.get(row["institution"], 0) + row["each"]
    running = Upload.objects.filter(institution__in=institutions).reserving()
    waiting = dict(running.values_list("institution").annotate(Sum("size")))
    return {one.pk: Room(one.quota_bytes, stored.get(one.pk, 0), waiting.get(one.pk, 0)) for one in institutions}


def institutions_by_weight(words: str = "") -> QuerySet[Institution]:
    """By what their files weigh, the heaviest first (a content that is there twice counts twice here)."""
    weighed = MediaFile.objects.filter(institution=OuterRef("pk")).order_by().values("institution")
    found = Institution.objects.annotate(
        weight=Coalesce(Subquery(weighed.annotate(sum=Sum("size")).values("sum")), 0, output_field=BigIntegerField())
    )
    if words:
        found = found.filter(Q(name__icontains=words) | Q(code__startswith=words))
    return found.order_by("-weight", "name")


@dataclass(frozen=True)
class Disk:
    free: int
    announced: int  # what running uploads will still need


def disk() -> Disk:
    return Disk(storage.free_bytes(Path(settings.UPLOADS)), announced_bytes())


def used_bytes(institution: Institution) -> int:
    """What counts against the quota: files, each content once, and the announced size of running uploads."""
    return room_of(institution).used


def growth_per_day(at: datetime, days: int = 14) -> float:
    """Bytes a day that files and what was made of them took over the last days."""
    since = at - timedelta(days=days)
    taken = (
        rows.filter(created_at__gte=since).aggregate(sum=Sum("size"))["sum"] or 0
        for rows in (MediaFile.objects, Rendition.objects)
    )
    return sum(taken) / days


def refused_uploads(at: datetime, hours: int = 24) -> int:
    """Those begun in these hours whose content was not what was announced."""
    return Upload.objects.filter(state=UploadState.FAILED, began_at__gte=at - timedelta(hours=hours)).count()


def disk_is_short() -> bool:
    """Whether no new upload of any size would be taken: free space, less what running uploads still need, is used up."""
    now = disk()
    return now.free - now.announced < settings.DISK_KEPT_FREE_BYTES


def announced_bytes() -> int:
    """What running uploads will still need on disk."""
    return sum(
        max(each.size - (0 if each.goes_to_bucket else received_bytes(each)), 0) for each in Upload.objects.reserving()
    )


def prepared_of(user: User, kind: str = "") -> "list[tuple[PreparedFile, Job | None]]":
    """What the person ordered, each with the job that is still to make it; two queries."""
    found = PreparedFile.objects.filter(owner=user, **({"kind": kind} if kind else {}))[:MOST_PREPARED]
    jobs = Job.objects.in_bulk([int(one.job_id) for one in found if one.job_id and not one.made_at])
    return [(one, jobs.get(int(one.job_id or 0))) for one in found]


def same_content(sha256: str) -> "list[MediaFile]":
    """Every file with this content, oldest first, of whatever institution: the caller decides what may be told."""
    return list(MediaFile.objects.same_content_as(sha256).select_related("institution").order_by("created_at"))


def rendition(media_file: MediaFile, kind: RenditionKind | str) -> Rendition | None:
    """The widest of its kind."""
    return media_file.renditions.filter(kind=kind).order_by("-width").first()


def pictures(media_file: MediaFile) -> list[Rendition]:
    """Of a cover, in every width, the smallest first; of a film, its poster."""
    kinds = [RenditionKind.COVER, RenditionKind.POSTER]
    return list(media_file.renditions.filter(kind__in=kinds).order_by("width"))


def playable(media_file: MediaFile) -> Rendition | None:
    found = media_file.renditions.filter(kind__in=[RenditionKind.MP4, RenditionKind.MP3]).order_by("kind", "-width")
    return found.first()


def open_repair(repair_id: int) -> Repair | None:
    """One that is still to be made; None where it was made, or given up with its file."""
    return Repair.objects.select_related("original", "asked_by").filter(pk=repair_id, repaired=None).first()


def unfinished_repairs(originals: Iterable[MediaFile]) -> dict[int, Job]:
    """By original: the job of the newest repair that has not come to a file, running or failed. Two queries."""
    known = Repair.objects.filter(original__in=originals, repaired=None).exclude(job_id="").order_by("pk")
    newest = {original: int(job) for original, job in known.values_list("original_id", "job_id")}
    jobs = Job.objects.in_bulk(list(newest.values()))
    return {original: jobs[job] for original, job in newest.items() if job in jobs}


def running_repair(original: MediaFile) -> Job | None:
    job = unfinished_repairs([original]).get(original.pk)
    return job if job is not None and not job.is_finished else None


def renditions_by_file(files: Sequence[int]) -> dict[int, dict[str, Rendition]]:
    """File → kind → the widest of its kind; one query."""
    found: dict[int, dict[str, Rendition]] = {}
    for made in Rendition.objects.filter(media_file__in=files).order_by("width"):
        found.setdefault(made.media_file_id, {})[made.kind] = made
    return found


def adaptive_folder(media_file: MediaFile) -> Path:
    return (storage.files() / storage.rendition_path(media_file.sha256, ADAPTIVE_FOLDER)).absolute()


def public_url(rendition: Rendition, name: str = "") -> str:
    """Anyone's address of a public rendition, empty where it is not public. ``name`` is what a download is called."""
    if not rendition.public_name:
        return ""
    nice = quote("".join(each for each in name if each not in '/\\?#"' and each.isprintable())[:80].strip(), safe="")
    suffix = Path(rendition.path).suffix
    if rendition.kind == RenditionKind.HLS:  # names inside are relative to it
        return f"/media/p/{rendition.public_name}/{ADAPTIVE_MASTER}"
    return f"/media/p/{rendition.public_name}/{nice}{suffix}" if nice else f"/media/p/{rendition.public_name}{suffix}"


def signed_url(
    path: str | Path | MediaFile | Rendition,
    *,
    request: HttpRequest,
    seconds: int = LONGEST_SECONDS,
    download_name: str = "",
) -> str:
    """An address of a file that is not public, for this visitor's session and at most an hour.

    ``path`` is relative to ``settings.FILES``, or a file or rendition. With ``download_name`` it is saved under that
    name, else shown where that is safe. The caller has checked that this visitor may see it.
    """
    if isinstance(path, MediaFile):
        content_type, path = path.content_type, path.path
    elif isinstance(path, Rendition):
        content_type, path = content_types.of_suffix(path.path), path.path
    else:
        content_type = content_types.of_suffix(download_name or str(path))
    if not request.session.session_key:
        request.session.create()
    paper = issue_file_paper(
        path=str(path),
        session_key=str(request.session.session_key),
        seconds=seconds,
        content_type=content_type,
        download_name=download_name,
    )
    return reverse("media_signed", args=[paper])
