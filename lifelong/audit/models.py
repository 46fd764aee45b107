"""The audit trail. The database itself refuses to change or remove a row (``triggers.py``)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    PERSON = "person", _("用户")
    VISITOR = "visitor", _("访客")
    SYSTEM = "system", _("系统")


class Result(models.TextChoices):
    DONE = "done", _("成功")
    REFUSED = "refused", _("被拒绝")
    FAILED = "failed", _("失败")


class AuditEntry(models.Model):
    """审计记录. ``at`` is when it was done as the action says, ``written_at`` when the row was written.

    The actor and the target are numbers and masked labels, not foreign keys: an entry outlives both.
    """

    at = models.DateTimeField(_("时间"))
    written_at = models.DateTimeField(_("写入时间"), default=timezone.now)
    actor_kind = models.CharField(_("操作者类别"), max_length=8, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(_("用户编号"), null=True)
    actor_label = models.CharField(_("操作者"), max_length=80, blank=True)
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True)
    verb = models.CharField(_("操作"), max_length=60)
    target_type = models.CharField(_("对象类型"), max_length=60, blank=True)
    target_id = models.CharField(_("对象编号"), max_length=64, blank=True)
    target_label = models.CharField(_("对象"), max_length=200, blank=True)
    detail = models.JSONField(_("内容"), default=dict)
    result = models.CharField(_("结果"), max_length=8, choices=Result.choices, default=Result.DONE)

    class Meta:
        verbose_name = _("审计记录")
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
            models.Index(fields=["actor_id"], condition=Q(actor_id__isnull=False), name="audit_actor"),
            models.Index(fields=["verb"], name="audit_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"


class Seal(models.Model):
    """封存: a link of the chain over the entries of one stretch of ids.

    It covers the entries from ``first_id`` to ``last_id`` but for those ``missing`` (ranges of ids that were rolled back
    or not yet visible), plus ``late`` ones (ids that an earlier seal found missing and that came to light afterwards).
    ``previous`` is unique, so two sealers at once make one link.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    missing = models.JSONField(default=list)
    has_missing = models.BooleanField(default=False)
    late = models.JSONField(default=list)
    has_late = models.BooleanField(default=False)
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("封存")
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="audit_seal_at")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.first_id}–{self.last_id} {self.hash[:12]}"


class Purge(models.Model):
    """清除记录: that the entries of all seals up to ``seal_id`` were removed. Only such a row lets entries go."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+")
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    before = models.DateTimeField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500)

    class Meta:
        verbose_name = _("清除记录")

    def __str__(self) -> str:
        return f"≤ {self.last_id} ({self.count})"
