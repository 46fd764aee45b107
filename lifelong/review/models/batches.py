"""Batches of accepted versions."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.resources.models import Version
from lifelong.review.lifecycle import BatchState


class Batch(models.Model):
    """推荐批次: named, numbered, dated; goes live all or nothing."""

    number = models.CharField(_("批次号"), max_length=30, unique=True)
    title = models.CharField(_("名称"), max_length=100)
    announcement = models.TextField(_("公告"), blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=BatchState.choices, default=BatchState.COMPOSING)
    publish_at = models.DateTimeField(_("定时发布"), null=True, blank=True)
    prepared_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(  # why it could not go live when its time came
        _("未能发布的原因"), max_length=500, blank=True, default="", db_default=""
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: brought in by `load`
    created_at = models.DateTimeField(default=timezone.now)
    manifest = models.JSONField(default=dict)  # written at publication: per item the version, values' hash, file hashes
    amendments = models.JSONField(default=list)  # [{"resource_id", "date", "reason"}] for items pulled later
    origin = models.CharField(max_length=8, default="review")  # review | load

    class Meta:
        verbose_name = _("推荐批次")
        ordering = ["-published_at", "-created_at"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    def living(self) -> "BatchItemQuerySet":
        return self.filter(pulled_at__isnull=True)

    def went_live(self) -> "BatchItemQuerySet":
        """What was published with its batch, whatever became of it since; a line of the public notice alone was not."""
        before = Q(pulled_at__isnull=False, batch__published_at__isnull=False, pulled_at__lt=F("batch__published_at"))
        return self.exclude(before)


class BatchItem(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="batch_items")
    position = models.PositiveIntegerField(default=1)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    pulled_at = models.DateTimeField(null=True, blank=True)
    pulled_reason = models.CharField(max_length=500, blank=True, default="")
    # as it stood when it was pulled before going live: its version may be edited since
    pulled_title = models.CharField(max_length=100, blank=True, default="", db_default="")

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("批次条目")
        ordering = ["position", "id"]
        constraints = [  # what was taken out of a notice keeps its line, and may enter another batch
            models.UniqueConstraint(
                fields=["version"], condition=Q(pulled_at__isnull=True), name="version_in_one_batch"
            )
        ]
        indexes = [models.Index(fields=["batch", "position"], name="item_in_order")]  # a loaded batch holds a million

    def __str__(self) -> str:
        return f"{self.batch} · {self.version}"

    @property
    def title(self) -> str:
        return self.pulled_title or self.version.title
