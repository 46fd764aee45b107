"""An upload from its ticket to a file."""

import logging
import re
import uuid
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path, PurePath

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media import content_types, events, queries, storage
from lifelong.media.lifecycle import FileKind, ProbeState, UploadState, may_step
from lifelong.media.models import MediaFile, Upload
from lifelong.web.refusals import Refusal

LIFE = timedelta(days=14)
MARK = re.compile(r"[0-9a-f]{64}", re.ASCII)
HASHED_AT_ONCE = 256 * 1024 * 1024  # read back while the sender waits; what is longer is read by a job
logger = logging.getLogger(__name__)


class EmptyFile(Refusal):
    code = "upload.empty"
    status = 400


class TooLarge(Refusal):
    code = "upload.too_large"
    status = 413


class QuotaUsedUp(Refusal):
    code = "upload.quota"
    status = 413


class DiskFull(Refusal):
    code = "upload.disk_full"
    status = 507


class UploadEnded(Refusal):
    """The upload is complete, cancelled, expired or failed: nothing more can be done with it."""

    code = "upload.ended"


class ContentDiffers(Refusal):
    """What arrived is not what was announced."""

    code = "upload.content_differs"
    status = 460


@transaction.atomic
def open_upload(
    *, institution: Institution, name: str, size: int, purpose: str, by: User, at: datetime, sha256: str = "",
    mark: str = "", kind: FileKind = FileKind.MEDIA,
) -> Upload:  # fmt: skip
    """Room is held for ``size`` bytes for 14 days; ``queries.upload_address`` says where to send them.

    ``mark`` is what ``queries.running_upload`` knows the same file by. ``purpose`` comes back with ``events.file_arrived``. Raises ``EmptyFile``, ``TooLarge``, ``QuotaUsedUp``, ``DiskFull``.
    """
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    check_size(size)
    check_quota(institution, size)
    check_disk(size)
    upload = Upload.objects.create(
        institution=institution, name=plain_name(name), size=size, purpose=purpose, by=by, began_at=at,
        expires_at=at + LIFE, sha256=sha256.lower(), mark=mark if MARK.fullmatch(mark) else "", kind=kind,
    )  # fmt: skip
    part = storage.part_of(upload.id)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch(mode=0o600)
    audit.record("media.upload_opened", by=by, at=at, of=upload, detail={"name": upload.name, "size": size})
    return upload


@transaction.atomic
def cancel_upload(upload: Upload, *, by: User | None, at: datetime) -> Upload:
    """Gives the room back. Raises ``UploadEnded`` where it has come to an end already."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    step(upload, UploadState.CANCELLED, at)
    upload.save(update_fields=["state", "finished_at"])
    give_back(upload)
    audit.record("media.upload_cancelled", by=by, at=at, of=upload)
    return upload


def conclude_upload(upload_id: uuid.UUID, *, at: datetime, measured: str = "", told: str = "") -> Upload | None:
    """Every byte is here. Makes it a file now, or has a long one hashed by a job first. Safe to repeat.

    ``measured``: sha256 of the whole, where it is known. ``told``: what the sender says it is, beside what was
    declared at the beginning. Raises ``ContentDiffers``.
    """
    upload = queries.upload(upload_id)
    if upload is None or upload.state not in {UploadState.OPEN, UploadState.FINISHING}:
        return upload
    if told and not upload.sha256:
        upload.sha256 = told
        upload.save(update_fields=["sha256"])
    part = storage.part_of(upload_id)
    if not measured and upload.size > HASHED_AT_ONCE:
        return begin_checking(upload, at=at)
    if not part.exists() or part.stat().st_size != upload.size:
        return upload
    return finish_upload(upload, at=at, sha256=measured or storage.hash_of(part))


@transaction.atomic
def begin_checking(upload: Upload, *, at: datetime) -> Upload:
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.state == UploadState.OPEN:
        step(upload, UploadState.FINISHING, None)
        upload.save(update_fields=["state"])
        jobs.enqueue("lifelong.media.tasks.check_upload", str(upload.pk), party=upload.institution_id)
        audit.record("media.upload_received", by=upload.by, at=at, of=upload)
    return upload


def finish_upload(upload: Upload, *, at: datetime, sha256: str, object_key: str = "") -> Upload:
    """The part becomes a file, checked and stored once per content. Safe to repeat, and to be killed at any moment.

    ``sha256`` is that of the part on disk; ``object_key`` where the bucket has the same bytes already. Raises ``ContentDiffers`` where it was announced otherwise; then the
    upload has failed and its part is kept away from everything that is served.
    """
    part, original = storage.part_of(upload.pk), storage.original_path(sha256)
    announced = upload.sha256 or sha256
    if part.exists() and announced == sha256:
        storage.settle(part)
        storage.place(part, storage.files() / original)  # before the transaction: a copy may take minutes
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if upload.state not in {UploadState.OPEN, UploadState.FINISHING}:
            return upload
        if announced == sha256:
            return accept(upload, original, sha256, object_key, at)
        refuse(upload, sha256, at)
    raise ContentDiffers(upload.failure)


def accept(upload: Upload, original: str, sha256: str, object_key: str, at: datetime) -> Upload:
    is_media = upload.kind == FileKind.MEDIA
    media_file = MediaFile.objects.create(
        institution_id=upload.institution_id, kind=upload.kind, original_name=upload.name, size=upload.size,
        sha256=sha256, path=original, object_key=object_key, content_type=content_types.of_file(storage.files() / original),
        created_at=at, created_by_id=upload.by_id,
        probe_state=ProbeState.WAITING if is_media else ProbeState.UNNEEDED,
    )  # fmt: skip
    step(upload, UploadState.COMPLETE, at)
    upload.media_file = media_file
    upload.save(update_fields=["state", "finished_at", "media_file"])
    audit.record(
        "media.file_arrived", by=upload.by, at=at, of=media_file,
        detail={"name": upload.name, "size": upload.size, "sha256": sha256},
    )  # fmt: skip
    events.file_arrived.send(MediaFile, media_file=media_file, upload=upload)
    if is_media:
        jobs.enqueue("lifelong.media.tasks.probe_facts_of", media_file.pk, party=media_file.institution_id)
    if not object_key:
        drop_from_bucket(upload)
    transaction.on_commit(partial(close_part, upload.pk))  # only tidies: the sweep does it as well
    return upload


def refuse(upload: Upload, sha256: str, at: datetime) -> None:
    step(upload, UploadState.FAILED, at)
    upload.failure = _("收到的文件与申报的校验值不一致（申报 %(wanted)s…，收到 %(found)s…），请重新上传。") % {
        "wanted": upload.sha256[:12],
        "found": sha256[:12],
    }
    upload.save(update_fields=["state", "finished_at", "failure"])
    audit.record("media.upload_failed", by=upload.by, at=at, of=upload, detail={"sha256": sha256}, result="failed")
    drop_from_bucket(upload)
    transaction.on_commit(partial(put_away, upload.pk))


def step(upload: Upload, after: UploadState, at: datetime | None) -> None:
    if not may_step(upload.state, after):
        raise UploadEnded(_("这个上传已经结束（%(state)s）。") % {"state": upload.get_state_display()})
    upload.state = after.value
    upload.finished_at = at


def check_size(size: int) -> None:
    if size <= 0:
        raise EmptyFile(_("文件是空的（0 字节），请检查后重新选择。"))
    if size > settings.LARGEST_UPLOAD_BYTES:
        raise TooLarge(
            _("文件 %(size)s，单个文件最大 %(limit)s。请压缩或分成几个文件。")
            % {"size": filesizeformat(size), "limit": filesizeformat(settings.LARGEST_UPLOAD_BYTES)}
        )


def check_quota(institution: Institution, size: int) -> None:
    room = queries.room_of(institution)
    if size > room.left:
        text = _(
            "单位的存储空间不够：配额 %(quota)s，已存文件 %(stored)s，没有传完的上传占着 %(waiting)s，这个文件 %(size)s。"
            "请移出不用的文件、取消不再需要的上传，或请运营单位增加配额。"
        )
        sizes = {"quota": room.quota, "stored": room.stored, "waiting": room.waiting, "size": size}
        raise QuotaUsedUp(text % {name: filesizeformat(value) for name, value in sizes.items()})


def check_disk(size: int) -> None:
    free = storage.free_bytes(Path(settings.UPLOADS)) - queries.announced_bytes()
    if free - size < settings.DISK_KEPT_FREE_BYTES:
        raise DiskFull(
            _("服务器存储空间不足，暂时不能接收新文件，运营单位的工作台上已有提示。已开始的上传不受影响，请稍后再试。")
        )


def plain_name(name: str) -> str:
    """The last part of what the browser says, without control characters, never empty, at most 255 characters."""
    last = PurePath(name.replace("\\", "/")).name
    clean = "".join(each for each in last if each.isprintable()).strip()
    if len(clean) > 255:
        suffix = PurePath(clean).suffix[:20]
        clean = clean[: 255 - len(suffix)] + suffix
    return clean or _("未命名")


def close_part(upload_id: uuid.UUID) -> None:
    """The marker first: at no moment is there neither part nor marker."""
    storage.marker_of(upload_id).touch(mode=0o600)
    forget_part(upload_id)


def put_away(upload_id: uuid.UUID) -> None:
    """What failed its check is kept where nothing serves it, until the sweep."""
    part = storage.part_of(upload_id)
    refused = Path(settings.UPLOADS) / storage.QUARANTINE / str(upload_id)
    refused.parent.mkdir(parents=True, exist_ok=True)
    if part.exists():
        part.rename(refused)
    storage.lock_of(upload_id).unlink(missing_ok=True)


def give_back(upload: Upload) -> None:
    """The room of an upload that came to nothing."""
    forget_part(upload.pk)
    drop_from_bucket(upload)


def drop_from_bucket(upload: Upload) -> None:
    if upload.goes_to_bucket:
        jobs.enqueue("lifelong.media.tasks.drop_from_bucket", storage.object_key(upload.pk), upload.multipart_id)


def forget_part(upload_id: uuid.UUID) -> None:
    storage.part_of(upload_id).unlink(missing_ok=True)
    storage.lock_of(upload_id).unlink(missing_ok=True)
