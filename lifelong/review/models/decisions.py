"""Decisions on rounds, who opened them, waivers and clearances."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import Authority, User
from lifelong.resources.models import Finding, Resource, Round, ScreeningHit
from lifelong.review.lifecycle import Outcome, Stage


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
    request_key = models.UUIDField(null=True, blank=True, unique=True)  # the same request sent twice is one decision
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


class DoubleVerdict(models.Model):
    """查重意见: what a reviewer thinks of another resource that looks like this one; the newest counts. Stops nothing."""

    class Verdict(models.TextChoices):
        DOUBLE = "double", _("确为重复")
        DIFFERENT = "different", _("不是重复")
        ALLOWED = "allowed", _("相同但可以（改版、获授权等）")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="double_verdicts")
    other = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("查重意见"), max_length=9, choices=Verdict.choices)
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("查重意见")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.round} · {self.other} {self.get_verdict_display()}"


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
