"""What is inspected, what was seen, and what became of what was found."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.catalogue.models import Report
from lifelong.media.models import MediaFile, Rendition
from lifelong.monitoring.lifecycle import OPEN_FINDINGS, FindingState, LookOutcome, Subject
from lifelong.monitoring.troubles import TROUBLES
from lifelong.resources.models import Resource
from lifelong.web.said import SaidField


class InspectionTarget(models.Model):
    """检查对象: one thing of one published resource. ``waits_since`` orders the turns and moves only when a look has ended;
    ``last_checked_at`` is cleared before a look begins, so that a kill leaves it unchecked and first in the line."""

    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(_("检查什么"), max_length=8, choices=Subject.choices)
    # which of them: the number of a file or rendition, the last day of a licence
    key = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(_("地址"), max_length=2000, blank=True, default="")
    host = models.CharField(_("网站"), max_length=253, blank=True, default="")
    media_file = models.ForeignKey(MediaFile, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    rendition = models.ForeignKey(Rendition, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    size = models.BigIntegerField(default=0)  # bytes that a look reads
    waits_since = models.DateTimeField()
    look_at = models.DateTimeField(null=True, blank=True)  # out of turn: second looks, asked looks
    last_checked_at = models.DateTimeField(_("上次检查"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claims = models.PositiveSmallIntegerField(default=0)  # begun without an end
    outcome = models.CharField(_("结果"), max_length=7, choices=LookOutcome.choices, blank=True, default="")
    note = SaidField(_("说明"), blank=True, default="")
    known: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)  # between looks
    dismissed = models.CharField(max_length=64, blank=True, default="")  # what the operator said is no trouble

    class Meta:
        verbose_name = _("检查对象")
        constraints = [models.UniqueConstraint(fields=["resource", "subject", "key"], name="one_inspection_target")]
        indexes = [
            # the order of the turns; the rest, so that the page of how inspection stands reads this alone
            models.Index(fields=["subject", "waits_since", "outcome", "size"], name="inspection_turn"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="inspection_out_of_turn"),
            models.Index(fields=["host"], condition=~Q(host=""), name="inspection_of_host"),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.resource_id} {self.key}"


class InspectionFindingQuerySet(models.QuerySet["InspectionFinding"]):
    def open(self) -> "InspectionFindingQuerySet":
        return self.filter(state__in=OPEN_FINDINGS)


class InspectionBrake(models.Model):
    """检查刹车: so many would be hidden at once that a person decides first."""

    host = models.CharField(_("网站"), max_length=253, blank=True, default="")  # empty: of all together
    count = models.PositiveIntegerField(_("资源"))
    began_at = models.DateTimeField(_("停下时间"))
    ended_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(_("决定"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("检查刹车")
        constraints = [
            models.UniqueConstraint(fields=["host"], condition=Q(ended_at__isnull=True), name="one_open_brake")
        ]

    def __str__(self) -> str:
        return f"{self.host or '*'} {self.count}"


class InspectionFinding(models.Model):
    """检查问题: from the first suspicion to its end."""

    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(
        InspectionTarget, null=True, blank=True, on_delete=models.SET_NULL, related_name="findings"
    )
    report = models.ForeignKey(
        Report, verbose_name=_("问题反馈"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    trouble = models.CharField(_("问题"), max_length=24)
    state = models.CharField(_("状态"), max_length=9, choices=FindingState.choices, default=FindingState.SUSPECTED)
    note = SaidField(_("说明"), blank=True, default="")
    host = models.CharField(_("网站"), max_length=253, blank=True, default="")
    found_at = models.DateTimeField(_("发现时间"))
    second_at = models.DateTimeField()  # not confirmed before
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("通知时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("整改期限"), null=True, blank=True)
    asked_at = models.DateTimeField(_("请求复查"), null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)  # a look after the period found it uncured
    brake = models.ForeignKey(InspectionBrake, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    released = models.BooleanField(default=False)  # a person decided on hiding it: no matter for the brake
    hidden_at = models.DateTimeField(_("自动下架时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = SaidField(_("理由"), blank=True, default="")

    objects = InspectionFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("检查问题")
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(state__in=OPEN_FINDINGS, target__isnull=False), name="one_open_finding"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(report__isnull=False), name="one_finding_of_a_report"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="inspection_finding_by_due"),
            models.Index(fields=["-found_at"], name="inspection_finding_newest"),
            models.Index(fields=["resource", "state"], name="inspection_finding_of"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.resource_id}"

    @property
    def title(self) -> str:
        known = TROUBLES.get(self.trouble)
        return known.title if known else self.trouble

    @property
    def ends_with_version(self) -> bool:
        known = TROUBLES.get(self.trouble)
        return known is not None and known.ends_with_version

    @property
    def remedy(self) -> str:
        known = TROUBLES.get(self.trouble)
        return known.remedy if known else ""


class InspectionLook(models.Model):
    """检查证据: one look that found something wrong or belongs to an open finding: what was asked, and what was measured."""

    finding = models.ForeignKey(InspectionFinding, on_delete=models.CASCADE, related_name="looks")
    at = models.DateTimeField(_("时间"))
    outcome = models.CharField(_("结果"), max_length=7, choices=LookOutcome.choices)
    note = SaidField(_("说明"), blank=True, default="")
    evidence: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("证据"), default=dict)

    class Meta:
        verbose_name = _("检查证据")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.outcome}"


class InspectionPlan(models.Model):
    """检查计划: how often and how much of a kind, where the operator decided otherwise than ``troubles.PLANS``."""

    subject = models.CharField(_("检查什么"), max_length=8, choices=Subject.choices, primary_key=True)
    within_days = models.PositiveSmallIntegerField(_("几天内全部检查一遍"))
    most_items = models.PositiveIntegerField(_("每次最多（件）"))
    most_bytes = models.PositiveBigIntegerField(_("每次最多（字节）"), default=0)

    class Meta:
        verbose_name = _("检查计划")

    def __str__(self) -> str:
        return self.get_subject_display()


class TroubleRule(models.Model):
    """整改期: the operator's own period for a trouble."""

    trouble = models.CharField(max_length=24, primary_key=True)
    cure_days = models.PositiveSmallIntegerField(_("整改期（天）"))
    hides = models.BooleanField(_("到期自动下架"))

    class Meta:
        verbose_name = _("整改期")

    def __str__(self) -> str:
        return self.trouble


class InspectionLimit(models.Model):
    """检查限度: a number of ``troubles.LIMITS`` as the operator set it."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.PositiveIntegerField(_("数值"))

    class Meta:
        verbose_name = _("检查限度")

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class InspectionDay(models.Model):
    """检查日: what was looked at on a day, and when it last was: by this everyone sees that inspection lives."""

    day = models.DateField(_("日期"))
    subject = models.CharField(_("检查什么"), max_length=8, choices=Subject.choices)
    looked = models.PositiveIntegerField(_("检查"), default=0)
    bad = models.PositiveIntegerField(_("不正常"), default=0)
    unknown = models.PositiveIntegerField(_("不能断定"), default=0)
    read_bytes = models.PositiveBigIntegerField(_("读取（字节）"), default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("检查日")
        constraints = [models.UniqueConstraint(fields=["day", "subject"], name="one_inspection_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.subject}"


class HostPace(models.Model):
    """网站访问节奏: before when a host is not asked again (its own Retry-After, or our pause)."""

    host = models.CharField(_("网站"), max_length=253, primary_key=True)
    not_before = models.DateTimeField()

    class Meta:
        verbose_name = _("网站访问节奏")

    def __str__(self) -> str:
        return self.host
