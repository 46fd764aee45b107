"""An upload that goes from the browser straight into the bucket, in parts whose addresses the platform signs.

Nothing the browser says counts: what has come is what the bucket tells, and the hash is counted when a job reads it back.
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.media import queries, storage
from lifelong.media.actions.uploads import begin_checking, give_back, step
from lifelong.media.bucket import Missing, bucket, is_used
from lifelong.media.lifecycle import UploadState
from lifelong.media.models import MediaFile, Upload

PART = 8 << 20
MOST_PARTS = 10_000
AT_ONCE = 4  # addresses given out together
ADDRESS_SECONDS = 3600


@dataclass(frozen=True)
class Next:
    """What the browser does now: puts ``parts`` (first byte, past the last, address), or is ``done``."""

    done: bool
    received: int
    parts: list[tuple[int, int, str]]


def spans_of(size: int) -> dict[int, tuple[int, int]]:
    """The parts of a file of ``size`` bytes: number from 1 → first byte and past the last."""
    part = max(PART, -(-size // (MOST_PARTS << 20)) << 20)
    return {number: (start, min(start + part, size)) for number, start in enumerate(range(0, size, part), 1)}


def next_parts(upload_id: uuid.UUID, *, at: datetime) -> Next | None:
    """What is missing, asked of the bucket; where nothing is, a job makes it a file. None where the upload has ended.

    Raises ``bucket.Away`` and ``bucket.Denied``.
    """
    upload = queries.upload(upload_id)
    if upload is None or upload.state not in {UploadState.OPEN, UploadState.FINISHING, UploadState.COMPLETE}:
        return None
    if not is_used():
        return None  # the page begins anew, by tus
    if upload.state != UploadState.OPEN:
        return Next(True, upload.size, [])
    upload, there = begun(upload)
    spans = spans_of(upload.size)
    missing = [number for number, (start, end) in spans.items() if there.get(number, (-1, ""))[0] != end - start]
    received = upload.size - sum(spans[number][1] - spans[number][0] for number in missing)
    if received != upload.in_bucket_bytes:
        Upload.objects.filter(pk=upload.pk).update(in_bucket_bytes=received)
    if not missing:
        begin_checking(upload, at=at)
        return Next(True, received, [])
    key = storage.object_key(upload.pk)
    return Next(False, received, [
        (start, end, bucket().part_address(key, upload.multipart_id, number, end - start, ADDRESS_SECONDS))
        for number in missing[:AT_ONCE] for start, end in [spans[number]]
    ])  # fmt: skip


def may_be_whole(upload: Upload) -> bool:
    """Its last parts were given out: the browser may have put them and gone before it said so."""
    return upload.goes_to_bucket and upload.size - upload.in_bucket_bytes <= AT_ONCE * max(
        PART, upload.size // MOST_PARTS
    )


def begun(upload: Upload) -> tuple[Upload, dict[int, tuple[int, str]]]:
    """The upload with its multipart upload in the bucket, and what has come of it; begun anew where the bucket dropped it."""
    key = storage.object_key(upload.pk)
    if upload.multipart_id:
        try:
            return upload, bucket().parts(key, upload.multipart_id)
        except Missing:
            pass
    multipart = bucket().begin(key)
    with transaction.atomic():
        kept = Upload.objects.select_for_update().get(pk=upload.pk)
        if kept.state == UploadState.OPEN and kept.multipart_id == upload.multipart_id:
            kept.multipart_id, kept.in_bucket_bytes = multipart, 0
            kept.save(update_fields=["multipart_id", "in_bucket_bytes"])
            return kept, {}
    bucket().abort(key, multipart)  # another window was faster
    return kept, bucket().parts(key, kept.multipart_id)


def bring_here(upload: Upload, told: Callable[[float], None]) -> None:
    """Every part is in the bucket: makes them one object and fetches it to where a part lies. Safe to repeat.

    Raises ``bucket.Away``, ``bucket.Denied``; ``bucket.Missing`` where the bucket has lost it.
    """
    key = storage.object_key(upload.pk)
    try:
        there = bucket().parts(key, upload.multipart_id)
        bucket().complete(key, upload.multipart_id, {number: there[number] for number in spans_of(upload.size)})
    except (Missing, KeyError):
        pass  # it is one object already; a worker was killed since
    part = storage.part_of(upload.pk)
    beside = part.with_suffix(f".{secrets.token_hex(4)}")
    try:
        bucket().fetch(key, beside, told)
        beside.rename(part)
    finally:
        beside.unlink(missing_ok=True)


@transaction.atomic
def lose_upload(upload: Upload, *, at: datetime) -> None:
    """The bucket has not what it said it had."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.state != UploadState.FINISHING:
        return
    step(upload, UploadState.FAILED, at)
    upload.failure = _("存储服务里没有这个文件的完整内容，请重新上传。")
    upload.save(update_fields=["state", "finished_at", "failure"])
    give_back(upload)
    audit.record("media.upload_failed", by=upload.by, at=at, of=upload, result="failed")


def carry(media_file: MediaFile, told: Callable[[float], None]) -> None:
    """An original that came another way, or before there was a bucket, goes there too; a content once."""
    same = MediaFile.objects.same_content_as(media_file.sha256)
    key = same.exclude(object_key="").values_list("object_key", flat=True).first()
    if key is None:
        key = storage.object_key(media_file.sha256)
        bucket().put(media_file.location, key, told)
    same.filter(object_key="").update(object_key=key)


def fetch_back(media_file: MediaFile, told: Callable[[float], None]) -> None:
    """An original whose copy on this disk is gone."""
    beside = media_file.location.with_name(f".{secrets.token_hex(6)}")
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        bucket().fetch(media_file.object_key, beside, told)
        if storage.hash_of(beside) != media_file.sha256:
            raise ValueError(f"{media_file.object_key} in the bucket is not what came in")
        storage.place(beside, media_file.location)
    finally:
        beside.unlink(missing_ok=True)


def drop(key: str, multipart: str) -> None:
    """Takes an object and what was begun of it out of the bucket, unless a file names it."""
    if MediaFile.objects.filter(object_key=key).exists():
        return
    if multipart:
        bucket().abort(key, multipart)
    bucket().delete(key)
