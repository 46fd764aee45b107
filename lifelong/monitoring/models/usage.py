"""Raw events, and the days and totals that are made of them alone, again and again with the same outcome."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.monitoring.lifecycle import EventKind, Scope, Standing
from lifelong.resources.models import Resource


class UsageEvent(models.Model):
    """使用事件: one thing that a visitor did, under a pseudonym of the day. Only ever added; old days move to Parquet."""

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
    """What is counted of a day, by the rules published at ``/about/counting``."""

    day = models.DateField(_("日期"))
    views = models.PositiveBigIntegerField(_("浏览"), default=0)
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


class UsageDay(Figures):
    """日用量: one resource on one day."""

    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("日用量")
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="one_usage_day")]
        indexes = [models.Index(fields=["day"], name="usage_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.resource_id}"


class UsageTotal(Figures):
    """日合计: an institution, a region, a category, an area or all on one day; people counted once within it."""

    scope = models.CharField(max_length=8, choices=Scope.choices)
    key = models.CharField(max_length=40, blank=True, default="")  # institution code, region code, category code, area

    class Meta:
        verbose_name = _("日合计")
        constraints = [models.UniqueConstraint(fields=["scope", "key", "day"], name="one_usage_total")]

    def __str__(self) -> str:
        return f"{self.day} {self.scope} {self.key}"
