"""Files that came in, uploads on their way, and what is made from a file for playing."""

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media.lifecycle import RESERVING, FileKind, ProbeState, RenditionKind, UploadState


class MediaFileQuerySet(models.QuerySet["MediaFile"]):
    def of(self, institution: Institution) -> "MediaFileQuerySet":
        return self.filter(institution=institution)

    def same_content_as(self, sha256: str) -> "MediaFileQuerySet":
        return self.filter(sha256=sha256)


class MediaFile(models.Model):
    """原文件: what an institution handed in, untouched. Two with the same content share one file on disk."""

    institution = models.ForeignKey(Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("种类"), max_length=8, choices=FileKind.choices, default=FileKind.MEDIA)
    original_name = models.CharField(_("文件名"), max_length=255)
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值（SHA-256）"), max_length=64, db_index=True)
    path = models.CharField(_("存放位置"), max_length=120)  # relative to settings.FILES
    object_key = models.CharField(_("对象存储中的位置"), max_length=120, blank=True, default="", db_index=True)
    content_type = models.CharField(_("内容类型"), max_length=80, default="application/octet-stream")
    created_at = models.DateTimeField(_("收到时间"), default=timezone.now)
    created_by = models.ForeignKey(
        User, verbose_name=_("上传人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    probe_state = models.CharField(_("检测状态"), max_length=8, choices=ProbeState.choices, default=ProbeState.WAITING)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("参数"), default=dict, blank=True)
    whole: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("通读结果"), default=dict, blank=True)
    probed_at = models.DateTimeField(_("检测时间"), null=True, blank=True)

    objects = MediaFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("原文件")
        indexes = [
            models.Index(fields=["institution", "sha256"], name="media_file_of_institution"),
            models.Index(fields=["probe_state"], name="media_file_being_probed"),  # a handful among all
        ]
        constraints = [models.CheckConstraint(condition=Q(size__gte=0), name="media_file_size")]

    def __str__(self) -> str:
        return self.original_name

    @property
    def location(self) -> Path:
        """Where the bytes lie on this machine."""
        return Path(settings.FILES) / self.path

    @property
    def handed_in(self) -> "MediaFile":
        """The file as it came: the original where this one was made by a repair."""
        repair: Repair | None = getattr(self, "repair", None)
        return repair.original if repair else self

    @property
    def is_sampled(self) -> bool:
        """Long: read to its end, but decoded only in part so far."""
        return bool(self.whole) and self.whole.get("method") == "sampled"


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, institution: Institution) -> "UploadQuerySet":
        return self.filter(institution=institution)

    def reserving(self) -> "UploadQuerySet":
        """Those whose announced size is held against quota and disk."""
        return self.filter(state__in=RESERVING)

    def running(self) -> "UploadQuerySet":
        return self.filter(state=UploadState.OPEN)


class Upload(models.Model):
    """上传: a file on its way. How much is here is the size of its part on disk; of one that goes straight into the bucket,
    what the bucket said last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("用途"), max_length=120)  # the caller's words, given back with ``file_arrived``
    name = models.CharField(_("文件名"), max_length=255)
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("申报的校验值（SHA-256）"), max_length=64, blank=True, default="")
    kind = models.CharField(_("种类"), max_length=8, choices=FileKind.choices, default=FileKind.MEDIA)
    # of three stretches of the file, made by the browser: tells it on another computer, whatever its name or date
    mark = models.CharField(_("内容特征"), max_length=64, blank=True, default="")
    multipart_id = models.CharField(_("分段上传编号"), max_length=1024, blank=True, default="")  # given by the bucket
    in_bucket_bytes = models.BigIntegerField(_("对象存储已收到（字节）"), default=0)
    state = models.CharField(_("状态"), max_length=10, choices=UploadState.choices, default=UploadState.OPEN)
    began_at = models.DateTimeField(_("开始时间"), default=timezone.now)
    expires_at = models.DateTimeField(_("失效时间"))
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    media_file = models.ForeignKey(
        MediaFile, verbose_name=_("原文件"), null=True, blank=True, on_delete=models.PROTECT, related_name="uploads"
    )
    failure = models.CharField(_("失败原因"), max_length=500, blank=True, default="")

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("上传")
        indexes = [
            models.Index(fields=["institution", "state"], name="upload_of_institution"),
            models.Index(fields=["state", "expires_at"], name="upload_by_expiry"),
            models.Index(fields=["purpose"], name="upload_by_purpose"),
            models.Index(fields=["institution", "mark"], name="upload_by_mark"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="upload_size"),
            models.CheckConstraint(
                condition=~Q(state=UploadState.COMPLETE) | Q(media_file__isnull=False), name="complete_upload_has_file"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def goes_to_bucket(self) -> bool:
        """It was begun there, and there still is one."""
        return bool(self.multipart_id) and settings.BUCKET is not None


class Repair(models.Model):
    """修复: a file made from an original by a recipe; both are kept, each with its hash."""

    original = models.ForeignKey(MediaFile, verbose_name=_("原文件"), on_delete=models.PROTECT, related_name="repairs")
    repaired = models.OneToOneField(
        MediaFile, verbose_name=_("修复后的文件"), null=True, on_delete=models.CASCADE, related_name="repair"
    )  # empty until it is made
    recipe: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("做法"))
    program = models.CharField(_("程序版本"), max_length=200, blank=True, default="")
    purpose = models.CharField(_("用途"), max_length=120)  # the caller's words, as with uploads
    job_id = models.CharField(max_length=64, blank=True, default="")
    asked_by = models.ForeignKey(User, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("发起时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("修复")
        indexes = [models.Index(fields=["purpose"], name="repair_by_purpose")]

    def __str__(self) -> str:
        return str(self.original)


class Rendition(models.Model):
    """播放版本: what is played or shown. Public exactly while it has a public name."""

    media_file = models.ForeignKey(
        MediaFile, verbose_name=_("原文件"), on_delete=models.CASCADE, related_name="renditions"
    )
    kind = models.CharField(_("种类"), max_length=8, choices=RenditionKind.choices)
    path = models.CharField(_("存放位置"), max_length=160)  # relative to settings.FILES
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值（SHA-256）"), max_length=64)
    width = models.PositiveIntegerField(_("宽"), null=True, blank=True)
    height = models.PositiveIntegerField(_("高"), null=True, blank=True)
    public_name = models.CharField(_("公开名"), max_length=40, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("生成时间"), default=timezone.now)

    class Meta:
        verbose_name = _("播放版本")
        constraints = [models.UniqueConstraint(fields=["media_file", "kind", "width"], name="one_rendition_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.media_file}"

    @property
    def location(self) -> Path:
        return Path(settings.FILES) / self.path


class FormerName(models.Model):
    """旧公开名: a public name that was taken away. Its addresses go on saying so, and name the page that tells more."""

    public_name = models.CharField(_("旧公开名"), max_length=40, unique=True)
    page = models.CharField(_("说明页"), max_length=100, db_index=True)
    gone = models.BooleanField(_("不再提供"))  # for good (410); else for now (404)
    ended_at = models.DateTimeField(_("停用时间"))

    class Meta:
        verbose_name = _("旧公开名")

    def __str__(self) -> str:
        return self.public_name


class PreparedFile(models.Model):
    """备好的文件: ordered by a person, written by a job, fetched by that person until its days are over."""

    owner = models.ForeignKey(User, verbose_name=_("导出人"), on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("种类"), max_length=60)
    title = models.CharField(_("内容"), max_length=200)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("范围"), default=dict)
    ordered_at = models.DateTimeField(_("导出时间"), default=timezone.now)
    job_id = models.CharField(max_length=64, blank=True, default="")
    path = models.CharField(_("存放位置"), max_length=120, blank=True, default="")  # relative to settings.FILES
    name = models.CharField(_("文件名"), max_length=255, blank=True, default="")
    size = models.BigIntegerField(_("大小（字节）"), default=0)
    sha256 = models.CharField(_("校验值（SHA-256）"), max_length=64, blank=True, default="")
    made_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("保留至"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("备好的文件")
        ordering = ["-ordered_at", "-id"]

    def __str__(self) -> str:
        return self.name or self.title
