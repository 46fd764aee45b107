"""When an upload meets the database: its end, its being given up, and what of it the bucket still wants. In a thread."""

import json
import logging
from dataclasses import asdict
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone

from lifelong.media import actions, queries
from lifelong.media.bucket import Away, Denied
from lifelong.media.lifecycle import UploadState

GONE = "这个上传已取消或已过期，请回到页面重新开始。"
AWAY = "存储服务暂时连不上，已传的部分都保留着，请稍后继续。"
logger = logging.getLogger(__name__)


def end(upload_id: str, measured: str, told: str) -> tuple[int, str]:
    """Every byte is here: make it a file. Status and words for the sender; 204 where all is well.

    ``measured``: sha256 counted while the bytes came, empty where that was not possible; ``told``: the sender's.
    Trouble that is no fault of the sender is none to them; the bytes are safe and ``tasks.take_up_uploads`` tries again.
    """
    close_old_connections()
    try:
        upload = actions.conclude_upload(UUID(upload_id), at=timezone.now(), measured=measured, told=told)
        if upload is None or upload.state in {UploadState.CANCELLED, UploadState.EXPIRED, UploadState.FAILED}:
            return 410, upload.failure if upload and upload.failure else GONE
    except actions.ContentDiffers as refusal:
        return 460, str(refusal)
    except Exception:
        logger.exception("upload %s: every byte is here, its end is put off", upload_id)
    finally:
        close_old_connections()
    return 204, ""


def cancel(upload_id: str) -> bool:
    """Whether there was something to give up."""
    close_old_connections()
    try:
        upload = queries.upload(UUID(upload_id))
        if upload is None:
            return False
        actions.cancel_upload(upload, by=upload.by, at=timezone.now())
    except actions.UploadEnded:
        return False
    finally:
        close_old_connections()
    return True


def next_parts(upload_id: str) -> tuple[int, str]:
    """For a browser that sends straight into the bucket: status, and JSON of ``actions.Next`` or words."""
    close_old_connections()
    try:
        found = actions.next_parts(UUID(upload_id), at=timezone.now())
    except (Away, Denied) as trouble:
        logger.warning("upload %s waits for the bucket: %s", upload_id, trouble)
        return 502, AWAY
    finally:
        close_old_connections()
    return (200, json.dumps(asdict(found))) if found else (410, GONE)
