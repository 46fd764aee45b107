"""A job, the workers that run jobs, and the duties that only one worker at a time has."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.jobs.declared import title_of
from lifelong.jobs.lifecycle import State


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> "JobQuerySet":
        return self.filter(state=State.READY)

    def due(self, at: datetime) -> "JobQuerySet":
        return self.filter(state=State.READY, run_after__lte=at)

    def running(self) -> "JobQuerySet":
        return self.filter(state=State.RUNNING)

    def dead(self) -> "JobQuerySet":
        return self.filter(state=State.DEAD)

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[State.READY, State.RUNNING])


class Job(models.Model):
    """任务. ``fence`` grows with every claim: who finishes must still hold the number it was given."""

    path = models.CharField(_("任务类型"), max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(_("队列"), max_length=40)
    priority = models.SmallIntegerField(_("优先级"), default=0)
    party = models.CharField(_("为谁"), max_length=40, blank=True, default="")  # who takes turns with others
    turn = models.BigIntegerField(_("轮次"), default=0)  # among jobs of one queue and priority
    run_after = models.DateTimeField(_("不早于"), default=timezone.now)
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.READY)
    slot = models.CharField(max_length=240, null=True, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("发起人"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    attempts = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("最多次数"), default=5)
    first_pause_s = models.FloatField(default=2.0)
    fence = models.PositiveIntegerField(default=0)
    worker = models.CharField(_("执行进程"), max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)

    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_note = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    error = models.TextField(_("错误"), blank=True)
    traceback = models.TextField(blank=True)

    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    started_at = models.DateTimeField(_("开始时间"), null=True)
    attempted_at = models.DateTimeField(_("最近一次开始"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("任务")
        indexes = [
            models.Index(
                fields=["-priority", "turn", "run_after", "id"], condition=Q(state="ready"), name="job_by_turn"
            ),
            models.Index(
                fields=["party", "queue", "priority", "turn"], condition=Q(state="ready"), name="job_of_party"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_lease"),
            models.Index(fields=["state", "-id"], name="job_by_state"),
            models.Index(fields=["path", "-id"], name="job_by_kind"),
            models.Index(fields=["path"], condition=Q(state="dead"), name="job_dead_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="a_running_job_has_a_lease"
            )
        ]

    def __str__(self) -> str:
        return f"{self.path} #{self.pk}"

    @property
    def percent(self) -> int | None:
        """0–100, or None where the job does not say how much there is."""
        if self.state == State.DONE:
            return 100
        return min(100, self.progress_done * 100 // self.progress_total) if self.progress_total else None

    @property
    def title(self) -> str:
        """What it does, in words."""
        return title_of(self.path)

    @property
    def chip(self) -> str:
        """The name of its state among the chips of the look."""
        return {State.READY: "waiting", State.CANCELLED: "withdrawn"}.get(State(self.state), str(self.state))

    @property
    def is_finished(self) -> bool:
        return self.state in {State.DONE, State.DEAD, State.CANCELLED}


class Worker(models.Model):
    """执行进程: a process that runs jobs and says every few seconds that it lives."""

    name = models.CharField(_("名称"), max_length=80, primary_key=True)
    host = models.CharField(_("主机"), max_length=80)
    pid = models.PositiveIntegerField(_("进程号"))
    slots = models.CharField(_("通道"), max_length=200)
    started_at = models.DateTimeField(_("启动时间"))
    seen_at = models.DateTimeField(_("最近心跳"))

    class Meta:
        verbose_name = _("执行进程")

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """值守: what one worker alone does all the time (``schedule.standing``), as long as its lease lasts."""

    name = models.CharField(max_length=200, primary_key=True)
    holder = models.CharField(max_length=80)
    lease_until = models.DateTimeField()

    class Meta:
        verbose_name = _("值守")

    def __str__(self) -> str:
        return f"{self.name} · {self.holder}"
