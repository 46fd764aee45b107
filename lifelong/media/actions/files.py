"""Small files that come through a form: covers, papers, captions."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media import bucket, captions, content_types, events, storage
from lifelong.media.actions.renditions import Made, record_renditions
from lifelong.media.actions.uploads import check_disk, check_quota, plain_name
from lifelong.media.lifecycle import FileKind, ProbeState, RenditionKind
from lifelong.media.models import MediaFile
from lifelong.web.refusals import Refusal

LARGEST = 20 * 1024 * 1024
KEPT = timedelta(days=1)  # in the bucket as on disk: the same content may be on its way to another draft


class NotAccepted(Refusal):
    code = "file.not_accepted"
    status = 400


class FileInUse(Refusal):
    code = "file.in_use"


@transaction.atomic
def store_small(
    *, institution: Institution, kind: str, name: str, content: bytes, by: User | None, at: datetime
) -> MediaFile:
    """Keeps a cover, paper or caption of up to 20 MB. What it holds is for the caller to judge.

    Raises ``NotAccepted``, ``QuotaUsedUp``, ``DiskFull``.
    """
    if FileKind(kind) == FileKind.MEDIA:
        raise ValueError("media come by upload")
    check_content(name, content)
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    check_quota(institution, len(content))
    check_disk(len(content))
    sha256 = hashlib.sha256(content).hexdigest()
    path = storage.original_path(sha256)
    storage.write_once(content, storage.files() / path)
    media_file = MediaFile.objects.create(
        institution=institution, kind=FileKind(kind), original_name=plain_name(name), size=len(content), sha256=sha256,
        path=path, content_type=type_of(name, content), created_at=at, created_by=by, probe_state=ProbeState.UNNEEDED,
    )  # fmt: skip
    audit.record("media.file_stored", by=by, at=at, of=media_file, detail={"name": name, "sha256": sha256})
    events.file_arrived.send(MediaFile, media_file=media_file, upload=None)
    if media_file.kind == FileKind.COVER:
        jobs.enqueue("lifelong.media.tasks.make_renditions_of", media_file.pk, party=institution.pk)
    return media_file


@transaction.atomic
def store_caption(
    *, institution: Institution, name: str, content: bytes, length_s: float | None, by: User | None, at: datetime
) -> MediaFile:
    """Keeps a caption file as it came, and beside it the WebVTT that players read.

    Raises ``captions.CaptionRefused`` with the line at fault, and what ``store_small`` raises.
    """
    text = captions.webvtt(captions.read(content, length_s=length_s)).encode()
    media_file = store_small(institution=institution, kind=FileKind.CAPTION, name=name, content=content, by=by, at=at)
    path = storage.rendition_path(media_file.sha256, "captions.vtt")
    storage.write_once(text, storage.files() / path)
    made = Made(RenditionKind.CAPTION, path, len(text), hashlib.sha256(text).hexdigest())
    record_renditions(media_file, made=[made], at=at)
    return media_file


@transaction.atomic
def forget_file(media_file: MediaFile, *, by: User | None, at: datetime) -> None:
    """Lets go of a file that nothing uses any more, with its uploads and renditions; the bytes go with the night's sweep.

    Raises ``FileInUse``.
    """
    media_file = MediaFile.objects.select_for_update().get(pk=media_file.pk)
    if media_file.renditions.exclude(public_name=None).exists():
        raise FileInUse(_("文件“%(name)s”还在公开播放，请先下线。") % {"name": media_file.original_name})
    audit.record("media.file_forgotten", by=by, at=at, of=media_file, detail={"sha256": media_file.sha256})
    media_file.uploads.all().delete()
    if media_file.object_key and bucket.is_used():
        jobs.enqueue("lifelong.media.tasks.drop_from_bucket", media_file.object_key, "", run_after=at + KEPT)
    media_file.repairs.filter(repaired=None).delete()
    try:
        media_file.delete()
    except ProtectedError as error:
        raise FileInUse(_("文件“%(name)s”还有资源在用，不能删除。") % {"name": media_file.original_name}) from error


def check_content(name: str, content: bytes) -> None:
    if not content:
        raise NotAccepted(_("文件“%(name)s”是空的（0 字节），请检查后重新选择。") % {"name": name})
    if len(content) > LARGEST:
        raise NotAccepted(
            _("文件“%(name)s”%(size)s，最大 20 MB，请压缩后重新选择。")
            % {"name": name, "size": filesizeformat(len(content))}
        )


def type_of(name: str, content: bytes) -> str:
    """By content; a ZIP or a text is told apart by its name, which only chooses how it is handed out."""
    found = content_types.of_bytes(content[:32])
    if found in {"application/zip", content_types.OTHER}:
        named = content_types.of_suffix(name)
        return named if named in content_types.HANDED_OUT.values() else found
    return found
