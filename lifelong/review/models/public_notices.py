"""公示: the list of a batch before the public for a while, and what anybody objects to it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.accounts.models import User
from lifelong.resources.models import Version
from lifelong.review.lifecycle import BatchState, ObjectionState
from lifelong.review.models.batches import Batch


class PublicNotice(models.Model):
    """公示: from an instant to another; it stands until it is called off, and is kept for ever."""

    batch = models.ForeignKey(
        Batch, verbose_name=_("推荐批次"), on_delete=models.PROTECT, related_name="public_notices"
    )
    begins_at = models.DateTimeField(_("公示开始"))
    ends_at = models.DateTimeField(_("公示结束"))
    text = models.TextField(_("公示说明"), blank=True, default="")
    opened_by = models.ForeignKey(User, verbose_name=_("发起人"), on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("公示发起时间"))
    called_off_at = models.DateTimeField(_("停止时间"), null=True, blank=True)
    called_off_reason = models.CharField(_("停止原因"), max_length=500, blank=True, default="")
    # published before its end, or with an objection unanswered: by whom and why
    overridden_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    overridden_at = models.DateTimeField(null=True, blank=True)
    overridden_reason = models.CharField(_("提前发布的理由"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("公示")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"], condition=Q(called_off_at__isnull=True), name="one_standing_notice_per_batch"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="notice_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.batch.number} {self.begins_at:%Y-%m-%d}"

    def is_running(self, at: datetime) -> bool:
        standing = self.called_off_at is None and self.batch.state != BatchState.CANCELLED
        return standing and self.begins_at <= at < self.ends_at


class Objection(models.Model):
    """公示异议: what somebody holds against an item; needs no account and is followed by its number."""

    number = models.CharField(_("异议编号"), max_length=20, unique=True)
    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    name = EncryptedText(_("姓名或单位"))
    contact = EncryptedText(_("联系方式"))
    reason = models.TextField(_("异议与理由"))
    state = models.CharField(
        _("状态"), max_length=8, choices=ObjectionState.choices, default=ObjectionState.OPEN, db_index=True
    )
    created_at = models.DateTimeField(_("提交时间"))
    answer = models.TextField(_("答复"), blank=True, default="")
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("公示异议")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.number
