"""Work on files outside a request. Each loads by id, does one thing, and may be repeated."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong import jobs
from lifelong.jobs.schedule import daily, every
from lifelong.media import actions, bucket, making, probe, queries, storage
from lifelong.media.actions import prepared
from lifelong.media.adaptive import ladder
from lifelong.media.lifecycle import FileKind, ProbeState, UploadState, Urgency
from lifelong.media.models import MediaFile, PreparedFile, Upload

SOON = timedelta(seconds=30)
logger = logging.getLogger(__name__)
OF_MEDIA = [making.movie_or_sound, making.poster, making.streams, making.sprite, making.waveform]


@task(priority=40, max_attempts=8, title=_("校验上传的文件"))
def check_upload(upload_id: str) -> None:
    """Reads a long part from the beginning, then makes it a file or refuses it."""
    upload = queries.upload(UUID(upload_id))
    part = storage.part_of(upload_id)
    if upload is None or upload.state not in {UploadState.OPEN, UploadState.FINISHING}:
        return
    if upload.goes_to_bucket and not brought_here(upload):
        return
    if part.exists() and part.stat().st_size == upload.size:
        key = storage.object_key(upload.pk) if upload.goes_to_bucket else ""
        actions.finish_upload(upload, at=timezone.now(), sha256=storage.hash_of(part), object_key=key)


def brought_here(upload: Upload) -> bool:
    """False where the bucket is away or the disk is full: it is asked again soon, for as long as it takes."""
    try:
        if storage.is_nearly_full(upload.size):
            raise bucket.Away("no room on this disk")
        actions.bring_here(upload, told=making.share)
    except bucket.Missing:
        actions.lose_upload(upload, at=timezone.now())
        return False
    except (bucket.Away, bucket.Denied) as trouble:
        logger.warning("upload %s waits for the bucket: %s", upload.pk, trouble)
        jobs.enqueue(check_upload, str(upload.pk), run_after=timezone.now() + SOON)
        return False
    if storage.part_of(upload.pk).stat().st_size != upload.size:
        actions.lose_upload(upload, at=timezone.now())
        return False
    return True


@task(max_attempts=20, title=_("清理对象存储"))
def drop_from_bucket(key: str, multipart: str) -> None:
    """What was cancelled, expired, refused, or forgotten a day ago."""
    if bucket.is_used():
        actions.drop(key, multipart)


@every(minutes=5)
@task(queue_name="media", title=_("把原文件存入对象存储"))
def carry_to_bucket() -> int:
    """Originals that came through a form or a sheet, and those from before there was a bucket."""
    count = 0
    for media_file in MediaFile.objects.filter(object_key="").only("sha256", "path") if bucket.is_used() else []:
        try:
            actions.carry(media_file, told=making.share)
            count += 1
        except (bucket.Away, bucket.Denied) as trouble:
            logger.warning("originals wait for the bucket: %s", trouble)
            break
        except OSError as error:
            logger.warning("original %s is not on this disk: %s", media_file.pk, error)
    return count


@task(priority=60, max_attempts=4, title=_("检测音视频参数"))
def probe_facts_of(media_file_id: int) -> None:
    """The first pass, in well under a second."""
    media_file = still_there(media_file_id)
    if media_file is None or media_file.probe_state != ProbeState.WAITING:
        return
    facts = probe.probe_facts(media_file.location)
    actions.record_facts(media_file, facts=facts.to_json(), readable=facts.readable, at=timezone.now())


@task(queue_name="media", priority=Urgency.REST, max_attempts=4, title=_("通读音视频"))
def probe_whole_of(media_file_id: int) -> None:
    """The second pass: decodes what the standard asks for."""
    media_file = still_there(media_file_id)
    if media_file is None or media_file.probe_state != ProbeState.FACTS:
        return
    facts = probe.Facts.from_json(media_file.facts)
    whole = probe.probe_whole(media_file.location, facts, progress=making.share)
    actions.record_whole(media_file, whole=whole.to_json(), at=timezone.now())


@task(queue_name="media", priority=Urgency.IDLE, max_attempts=4, title=_("完整解码长视频"))
def decode_fully(media_file_id: int) -> None:
    """Before publication: every frame of a file that the second pass decoded in part; whatever else waits goes first."""
    media_file = still_there(media_file_id)
    if media_file is None or not media_file.is_sampled:
        return
    facts = probe.Facts.from_json(media_file.facts)
    whole = probe.probe_whole(media_file.location, facts, full=True, progress=making.share)
    actions.record_full(media_file, whole=whole.to_json(), at=timezone.now())


@task(priority=20, max_attempts=4, title=_("生成播放版本"))
def make_renditions_of(media_file_id: int) -> None:
    """What is played and shown; nothing is transcoded."""
    media_file = still_there(media_file_id)
    if media_file is None:
        return
    steps = [making.cover] if media_file.kind == FileKind.COVER else OF_MEDIA
    for make in steps:  # what can be played is told before its picture is drawn
        made = make(media_file)
        if made or make in OF_MEDIA[:2]:
            actions.record_renditions(media_file, made=made, at=timezone.now())


@task(queue_name="media", priority=Urgency.PUBLISHED, max_attempts=4, title=_("生成低码率播放版本"))
def make_rungs_of(media_file_id: int, priority: int = Urgency.PUBLISHED) -> None:
    """One piece of the lower rungs, then back to the end of the queue: nobody waits long for somebody else's long film.

    ``priority`` is that of the pieces to come.
    """
    media_file = still_there(media_file_id)
    if media_file is None:
        return
    for make in OF_MEDIA[2:]:  # a film from before there was adaptive playback
        if made := making.unless_there(media_file, make):
            actions.record_renditions(media_file, made=made, at=timezone.now())
    try:
        piece = making.next_piece(media_file)
    except ladder.AtWork:
        return  # whoever is at it goes on
    if piece:
        actions.record_renditions(media_file, made=piece, at=timezone.now())
    if piece is not None:
        jobs.enqueue(
            make_rungs_of, media_file_id, priority, run_after=timezone.now(), priority=priority,
            party=media_file.institution_id,
        )  # fmt: skip


@every(minutes=1)
@task(title=_("接续未收尾的上传"))
def take_up_uploads() -> int:
    """Uploads whose every byte is here and whose end was lost with a server."""
    whole = [each for each in running() if queries.received_bytes(each) == each.size or actions.may_be_whole(each)]
    for upload in whole:
        try:
            if upload.goes_to_bucket:
                ask_bucket(upload)
            else:
                actions.conclude_upload(upload.pk, at=timezone.now())
        except actions.ContentDiffers:
            continue  # written down as failed; the page says so
    return len(whole)


def ask_bucket(upload: Upload) -> None:
    try:
        actions.next_parts(upload.pk, at=timezone.now())
    except (bucket.Away, bucket.Denied) as trouble:
        logger.warning("upload %s waits for the bucket: %s", upload.pk, trouble)


@every(minutes=10)
@task(title=_("清理过期的上传"))
def end_uploads() -> int:
    return actions.expire_uploads(at=timezone.now())


@every(hours=1)
@task(title=_("核对公开文件"))
def match_public_names() -> list[int]:
    return list(actions.match_public_names())


@daily(at="03:40")
@task(title=_("清理无主文件"))
def forget_orphans() -> int:
    return actions.forget_orphans(at=timezone.now())


@task(max_attempts=3, title=_("准备导出的文件"))
def prepare(prepared_id: int) -> dict[str, str] | None:
    """Nothing where it was removed meanwhile; repeated, what is made stays made."""
    file = PreparedFile.objects.select_related("owner").filter(pk=prepared_id).first()
    if file is None:
        return None
    if file.made_at is None:
        prepared.make(file, at=timezone.now())
    return {"url": reverse("prepared-file", args=[file.pk]), "label": gettext("下载文件")}


@every(hours=1)
@task(title=_("清理过期的导出文件"))
def sweep_prepared() -> int:
    return prepared.sweep(at=timezone.now())


def running() -> QuerySet[Upload]:
    return Upload.objects.reserving()


def still_there(media_file_id: int) -> MediaFile | None:
    """None for a file that was taken out of its draft, and let go, before its turn came.

    Its bytes are on this disk; where they were lost they come back from the bucket.
    """
    media_file = MediaFile.objects.filter(pk=media_file_id).first()
    if media_file and media_file.object_key and bucket.is_used() and not media_file.location.exists():
        actions.fetch_back(media_file, told=making.share)
    return media_file
