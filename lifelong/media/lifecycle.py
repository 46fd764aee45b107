"""States of an upload and of the measuring of a file, and the steps that are allowed. Touches no database."""

from enum import IntEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class UploadState(models.TextChoices):
    OPEN = "open", _("上传中")
    FINISHING = "finishing", _("正在校验")  # every byte is here; the whole is being hashed
    COMPLETE = "complete", _("已完成")
    FAILED = "failed", _("校验失败")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("已过期")


UPLOAD_STEPS: dict[str, frozenset[str]] = {
    UploadState.OPEN: frozenset(
        {
            UploadState.FINISHING,
            UploadState.COMPLETE,
            UploadState.FAILED,
            UploadState.CANCELLED,
            UploadState.EXPIRED,
        }
    ),
    UploadState.FINISHING: frozenset({UploadState.COMPLETE, UploadState.FAILED}),
    UploadState.COMPLETE: frozenset(),
    UploadState.FAILED: frozenset(),
    UploadState.CANCELLED: frozenset(),
    UploadState.EXPIRED: frozenset(),
}

#: Uploads whose announced size still counts against the quota and the disk.
RESERVING = (UploadState.OPEN, UploadState.FINISHING)


def may_step(before: str, after: str) -> bool:
    return after in UPLOAD_STEPS[before]


class ProbeState(models.TextChoices):
    WAITING = "waiting", _("等待检测")
    FACTS = "facts", _("已读出参数")
    WHOLE = "whole", _("已通读")
    FAILED = "failed", _("无法读取")
    UNNEEDED = "unneeded", _("无需检测")  # papers, captions, covers


class FileKind(models.TextChoices):
    MEDIA = "media", _("音视频")
    COVER = "cover", _("封面")
    PAPER = "paper", _("文件")
    CAPTION = "caption", _("字幕")
    ARCHIVE = "archive", _("压缩包")  # of a sheet and its files; goes once they are taken in


class Urgency(IntEnum):
    """Which long work goes first; among equals institutions take turns (``jobs.enqueue``)."""

    ASKED = 30  # somebody looks at its progress
    REVIEWED = 25  # a reviewer cannot decide without it
    REST = 0  # drafts
    PUBLISHED = -10  # lower rungs of what is shown: it plays meanwhile, and a night of coding keeps no draft waiting
    CAUGHT_UP = -50  # films online from before there was adaptive playback, some each night
    IDLE = -60  # full decodes that nobody waits for yet


class RenditionKind(models.TextChoices):
    MP4 = "mp4", _("视频")
    MP3 = "mp3", _("音频")
    POSTER = "poster", _("海报")
    COVER = "cover", _("封面")
    HLS = "hls", _("自适应播放")  # a folder; the row names its master playlist
    SPRITE = "sprite", _("预览图")
    WAVEFORM = "waveform", _("波形图")
    CAPTION = "caption", _("字幕")
