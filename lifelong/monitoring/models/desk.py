"""What the operator's desk keeps: the traffic of ten minutes, the worst figures of an hour, thresholds, incidents."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TrafficSlot(models.Model):
    """访问时段: ten minutes on one machine. ``routes``: page → histogram, seconds in all, server errors.

    ``refused``: why → masked address → how often.
    """

    began_at = models.DateTimeField(_("开始时间"))
    host = models.CharField(_("主机"), max_length=80)
    routes: models.JSONField[dict, dict] = models.JSONField(default=dict)
    refused: models.JSONField[dict, dict] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("访问时段")
        constraints = [models.UniqueConstraint(fields=["began_at", "host"], name="one_traffic_slot")]

    def __str__(self) -> str:
        return f"{self.began_at:%F %H:%M} {self.host}"


class HealthHour(models.Model):
    """运行记录: the worst figure of every sign within an hour."""

    began_at = models.DateTimeField(_("开始时间"), unique=True)
    seen_at = models.DateTimeField(_("最近查看"))
    figures: models.JSONField[dict, dict] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("运行记录")

    def __str__(self) -> str:
        return f"{self.began_at:%F %H:%M}"


class Threshold(models.Model):
    """告警阈值: from which figure a sign stands on the desk and is told; without a row the chapter's own hold."""

    name = models.CharField(_("项目"), max_length=60, unique=True)
    watch_from = models.FloatField(_("注意"))
    alarm_from = models.FloatField(_("告警"), null=True, blank=True)  # empty: never told

    class Meta:
        verbose_name = _("告警阈值")

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """故障事件: from the first look at which a sign was an alarm until it has been calm for a while. Told twice at most.

    Counts, and is told, from the second look on: what is over by then was nothing.
    """

    name = models.CharField(_("项目"), max_length=60)
    title = models.CharField(_("标题"), max_length=200)
    worst = models.CharField(_("最严重时"), max_length=200)
    worst_figure = models.FloatField()
    began_at = models.DateTimeField(_("开始时间"))
    told_at = models.DateTimeField(null=True, blank=True)
    calm_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("故障事件")
        indexes = [models.Index(fields=["-began_at"], name="incident_newest")]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(ended_at__isnull=True), name="one_open_incident")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.began_at:%F %H:%M}"
