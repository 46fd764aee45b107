"""Decisions, waivers and clearances on rounds; batches of accepted versions."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import Authority, User
from lifelong.resources.models import Finding, Round, ScreeningHit, Version
from lifelong.review.lifecycle import BatchState, Outcome, Stage


class Decision(models.Model):
    """One decision on one round at one stage; never changed. Taking it back is a new row that names it."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="decisions")
    stage = models.CharField(_("阶段"), max_length=10, choices=Stage.choices)
    outcome = models.CharField(_("决定"), max_length=10, choices=Outcome.choices)
    by = models.ForeignKey(User, verbose_name=_("决定人"), on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, verbose_name=_("主管部门"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("决定时间"))
    reasons = models.JSONField(default=list)  # [{"field": "title" | "", "text": "…"}]
    note = models.TextField(_("意见"), blank=True, default="")
    due_at = models.DateTimeField(_("退回后应于何时重报"), null=True, blank=True)
    late = models.BooleanField(_("超出审核时限"), default=False)  # the window is a target: flagged, never locked
    takes_back = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="taken_back_by"
    )

    class Meta:
        verbose_name = _("审核决定")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.round} {self.get_outcome_display()}"


class Opening(models.Model):
    """Who opened a round at a stage, and when last: a decision can be taken back until the next stage has opened it."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="openings")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("查阅记录")
        constraints = [models.UniqueConstraint(fields=["round", "stage", "user"], name="one_opening_per_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.last_at:%Y-%m-%d %H:%M}"


class Waiver(models.Model):
    """豁免: the province lets a fail pass, with a reason visible ever after; the ministry may lift it."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="waivers")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("理由"), max_length=500)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("豁免")
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(lifted_at__isnull=True), name="one_standing_waiver_per_finding"
            )
        ]

    def __str__(self) -> str:
        return f"{self.finding} · {self.reason}"


class Clearance(models.Model):
    """排除: a reviewer clears a blocking hit, with a reason."""

    hit = models.OneToOneField(ScreeningHit, on_delete=models.PROTECT, related_name="clearance")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("理由"), max_length=500)

    class Meta:
        verbose_name = _("筛查排除")

    def __str__(self) -> str:
        return f"{self.hit} · {self.reason}"


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


class BatchItem(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="batch_items")
    position = models.PositiveIntegerField(default=1)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    pulled_at = models.DateTimeField(null=True, blank=True)
    pulled_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("批次条目")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["version"], name="version_in_one_batch")]
        indexes = [models.Index(fields=["batch", "position"], name="item_in_order")]  # a loaded batch holds a million

    def __str__(self) -> str:
        return f"{self.batch} · {self.version}"
