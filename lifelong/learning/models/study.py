"""Study time as evidence: what was seen, in which session, on which day; and the certificate made of it."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.learning.lifecycle import SessionEnd
from lifelong.learning.models.launches import SchoolScore
from lifelong.resources.models import Resource


class Progress(models.Model):
    """学习进度: what a learner has seen of one file of a resource. ``seen`` is a union: sorted, apart, [[from, to], …] in s."""

    user = models.ForeignKey(User, verbose_name=_("学习者"), on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    file = models.PositiveSmallIntegerField(_("第几个文件"), default=1)
    seen: models.JSONField[list[list[float]], list[list[float]]] = models.JSONField(_("已学片段"), default=list)
    seen_s = models.FloatField(_("已学时长（秒）"), default=0)  # the length of ``seen``: content time
    wall_s = models.FloatField(_("实际用时（秒）"), default=0)
    length_s = models.FloatField(_("总时长（秒）"), default=0)
    place_s = models.FloatField(_("学到（秒）"), default=0)  # where one stopped
    began_at = models.DateTimeField(_("开始学习"), default=timezone.now)
    changed_at = models.DateTimeField(_("最近学习"), default=timezone.now)
    completed_at = models.DateTimeField(_("学完时间"), null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)  # taken out of the history; the evidence stays

    class Meta:
        verbose_name = _("学习进度")
        constraints = [models.UniqueConstraint(fields=["user", "resource", "file"], name="one_progress_of_a_file")]
        indexes = [models.Index(fields=["user", "-changed_at"], name="progress_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.resource_id}/{self.file} · {self.seen_s:.0f} s"


class StudySession(models.Model):
    """学习会话: one player at work. Of two at once the later counts, so a learner has at most one that is open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, verbose_name=_("学习者"), on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    file = models.PositiveSmallIntegerField(default=1)
    began_at = models.DateTimeField(_("开始时间"))
    last_at = models.DateTimeField(_("最近一次记录"))  # server time of the last accepted heartbeat, or of the beginning
    last_n = models.PositiveIntegerField(default=0)  # number of the last accepted heartbeat: none is taken twice
    content_s = models.FloatField(_("新学时长（秒）"), default=0)
    wall_s = models.FloatField(_("实际用时（秒）"), default=0)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    end = models.CharField(_("结束方式"), max_length=8, choices=SessionEnd.choices, blank=True, default="")
    score = models.ForeignKey(  # of a learner who came from a school's platform
        SchoolScore, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("学习会话")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at__isnull=True), name="one_counting_session")
        ]
        indexes = [
            models.Index(fields=["user", "-began_at"], name="session_newest"),
            models.Index(fields=["ended_at"], name="session_ended"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StudyDay(models.Model):
    """学习日: what a learner gained on one day (Asia/Shanghai) of one resource."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("日期"))
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    content_s = models.FloatField(_("新学时长（秒）"), default=0)
    wall_s = models.FloatField(_("实际用时（秒）"), default=0)

    class Meta:
        verbose_name = _("学习日")
        constraints = [models.UniqueConstraint(fields=["user", "day", "resource"], name="one_row_a_day")]

    def __str__(self) -> str:
        return f"{self.day} · {self.content_s:.0f} s"


class Certificate(models.Model):
    """学时证明: hours of a period, frozen with what they are made of, checked by anyone at ``/verify/<number>``."""

    number = models.CharField(_("编号"), max_length=24, unique=True)
    user = models.ForeignKey(User, verbose_name=_("学习者"), null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(_("姓名"), max_length=60)
    from_date = models.DateField(_("起"))
    to_date = models.DateField(_("止"))
    content_s = models.FloatField(_("学习时长（秒）"))
    wall_s = models.FloatField(_("实际用时（秒）"), null=True)  # None on those issued before it was frozen too
    # [{"resource_id", "title", "institution", "content_s"}]
    items: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(_("明细"), default=list)
    issued_at = models.DateTimeField(_("开具时间"))
    revoked_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    revoked_for = models.CharField(_("作废原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("学时证明")
        indexes = [models.Index(fields=["user", "-issued_at"], name="certificate_newest")]

    def __str__(self) -> str:
        return self.number
