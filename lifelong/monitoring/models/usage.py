"""Raw events, and the days and totals that are made of them alone, again and again with the same outcome."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.institutions.models import Institution
from lifelong.monitoring.lifecycle import AlarmKind, EventKind, Scope, Standing
from lifelong.resources.models import Resource


class UsageEvent(models.Model):
    """使用事件: one thing that a visitor did, under a pseudonym of the day. Only ever added; old days move to Parquet.

    What it claims is kept as it came. That stretches may not run faster than the server's clock is a rule of counting
    (``usage/rules.py``), by ``at`` between the events of a session.
    """

    day = models.DateField(_("日期"))  # of ``at`` in Asia/Shanghai
    at = models.DateTimeField(_("时间"))  # by the server's clock, when it was received
    key = models.CharField(max_length=32)  # given by the page: twice the same is one event
    kind = models.CharField(_("事件"), max_length=5, choices=EventKind.choices)
    resource = models.ForeignKey(
        Resource,
        verbose_name=_("资源"),
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    file = models.PositiveSmallIntegerField(default=1)
    visitor = models.CharField(max_length=32)  # keyed hash under the day's salt: nobody is followed from day to day
    person = models.CharField(max_length=32, blank=True, default="")  # keyed hash of the account, where signed in
    session = models.CharField(max_length=32)  # one page that was opened
    standing = models.CharField(_("身份"), max_length=6, choices=Standing.choices, default=Standing.PUBLIC)
    length_s = models.FloatField(default=0)  # of the file, as the page was told
    spans: models.JSONField[list[list[float]], list[list[float]]] = models.JSONField(default=list)  # [[from, to], …] s

    class Meta:
        verbose_name = _("使用事件")
        indexes = [models.Index(fields=["day"], name="usage_event_day")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.kind} {self.resource_id}"


class Figures(models.Model):
    """What is counted, by the rules published at ``/about/counting``."""

    views = models.PositiveBigIntegerField(_("浏览"), default=0)
    goings = models.PositiveBigIntegerField(_("前往学习"), default=0)  # from a linked course to where it runs
    plays = models.PositiveBigIntegerField(_("播放"), default=0)  # of ten seconds and more
    visitors = models.PositiveBigIntegerField(_("访客"), default=0)
    learners = models.PositiveBigIntegerField(_("学习者"), default=0)  # signed in, with valid time
    seconds = models.PositiveBigIntegerField(_("有效时长（秒）"), default=0)
    completions = models.PositiveBigIntegerField(_("学完"), default=0)
    favourites = models.PositiveBigIntegerField(_("收藏"), default=0)
    ratings = models.PositiveBigIntegerField(_("评分人数"), default=0)
    # {"robot": n, "staff": n, "own": n, "double": n, …}: events that were not counted, and why
    excluded: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("未计入"), default=dict)

    class Meta:
        abstract = True


class Belonging(models.Model):
    """Whose a resource was when its days were first counted: a later move changes no figure of the past."""

    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    region = models.CharField(_("地区"), max_length=6, blank=True, default="")
    category = models.CharField(_("分类"), max_length=80, blank=True, default="")
    area = models.CharField(_("领域"), max_length=10, blank=True, default="")

    class Meta:
        abstract = True


class UsageDay(Belonging, Figures):
    """日用量: one resource on one day."""

    day = models.DateField(_("日期"))
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("日用量")
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="one_usage_day")]
        indexes = [models.Index(fields=["day"], name="usage_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.resource_id}"


class UsagePeriod(Belonging, Figures):
    """期间用量: one resource in a month, a year or in all; the sum of its days, learners counted once in it."""

    period = models.CharField(_("期间"), max_length=7)  # 2026-11, 2026, all
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("期间用量")
        constraints = [models.UniqueConstraint(fields=["resource", "period"], name="one_usage_period")]
        indexes = [
            models.Index(fields=["period", "-views"], name="usage_top"),
            models.Index(fields=["institution", "period"], name="usage_of_institution"),
            models.Index(fields=["region", "period"], name="usage_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.resource_id}"


class UsageTotal(Figures):
    """日合计: an institution, a region, a category, an area or all on one day; people counted once within it."""

    day = models.DateField(_("日期"))
    scope = models.CharField(max_length=8, choices=Scope.choices)
    key = models.CharField(max_length=80, blank=True, default="")  # institution code, region code, category code, area

    class Meta:
        verbose_name = _("日合计")
        constraints = [models.UniqueConstraint(fields=["scope", "key", "day"], name="one_usage_total")]
        indexes = [models.Index(fields=["day"], name="usage_total_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.scope} {self.key}"


class UsageCurve(models.Model):
    """留存: how many visitors of a day passed each part of a file's timeline."""

    day = models.DateField(_("日期"))
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    file = models.PositiveSmallIntegerField(_("第几个文件"))
    length_s = models.FloatField(_("总时长（秒）"))
    bins: models.JSONField[list[int], list[int]] = models.JSONField(default=list)

    class Meta:
        verbose_name = _("留存")
        constraints = [models.UniqueConstraint(fields=["resource", "file", "day"], name="one_usage_curve")]
        indexes = [models.Index(fields=["day"], name="usage_curve_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.resource_id}/{self.file}"


class UsageLearner(models.Model):
    """日学习者: that somebody had valid time with a resource on a day, by which people are counted once in longer periods."""

    day = models.DateField(_("日期"))
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    person = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("日学习者")
        constraints = [models.UniqueConstraint(fields=["resource", "day", "person"], name="one_usage_learner")]
        indexes = [models.Index(fields=["day"], name="usage_learner_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.resource_id}"


class UsageRun(models.Model):
    """日结: when a day was last counted, from how many records, by which rules; and where they lie since they left the table."""

    day = models.DateField(_("日期"), primary_key=True)
    events = models.PositiveBigIntegerField(_("记录数"))
    rules = models.CharField(_("规则"), max_length=16)  # hash of what was carried out
    counted_at = models.DateTimeField(_("统计时间"))
    archived = models.PositiveBigIntegerField(_("已归档记录数"), default=0)
    sha256 = models.CharField(_("归档校验值"), max_length=64, blank=True, default="")
    archived_at = models.DateTimeField(_("归档时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("日结")

    def __str__(self) -> str:
        return f"{self.day}"


class UsageAlarm(models.Model):
    """计数告警: fewer records than use like that of the weeks before would leave; ends by itself when they come again."""

    kind = models.CharField(max_length=4, choices=AlarmKind.choices)
    began_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    found = models.PositiveBigIntegerField(_("实际"))
    usual = models.PositiveBigIntegerField(_("往常"))

    class Meta:
        verbose_name = _("计数告警")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=models.Q(ended_at__isnull=True), name="one_open_alarm")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at:%F %T}"
