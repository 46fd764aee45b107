"""What learners say: ratings, comments held for review, reports about comments."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.learning.lifecycle import CommentState, FlagState
from lifelong.resources.models import Resource


class Rating(models.Model):
    """评分: one of each learner, 1–5; rating again changes it."""

    user = models.ForeignKey(User, verbose_name=_("学习者"), on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField(_("星级"))
    at = models.DateTimeField(_("评分时间"))

    class Meta:
        verbose_name = _("评分")
        constraints = [
            models.UniqueConstraint(fields=["user", "resource"], name="one_rating"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="one_to_five_stars"),
        ]
        indexes = [models.Index(fields=["resource", "stars"], name="rating_of_resource")]

    def __str__(self) -> str:
        return f"{self.resource_id} · {self.stars}"


class Comment(models.Model):
    """评论: shown only after review. A reply has a parent, which itself has none."""

    user = models.ForeignKey(User, verbose_name=_("作者"), null=True, on_delete=models.SET_NULL, related_name="+")
    author = models.CharField(_("显示的名字"), max_length=60)  # masked, as it was when written
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(_("内容"), max_length=1000)
    state = models.CharField(_("状态"), max_length=9, choices=CommentState.choices, default=CommentState.WAITING)
    hits: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(_("词表命中"), default=list)
    created_at = models.DateTimeField(_("提交时间"))
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True, default="")
    appeal = models.CharField(_("申诉"), max_length=500, blank=True, default="")
    appealed_at = models.DateTimeField(_("申诉时间"), null=True, blank=True)
    appeal_answer = models.CharField(_("申诉答复"), max_length=500, blank=True, default="")
    appeal_answered_at = models.DateTimeField(_("申诉答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("评论")
        indexes = [
            models.Index(fields=["resource", "state", "-created_at"], name="comment_of_resource"),
            models.Index(fields=["state", "created_at"], name="comment_in_queue"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class CommentFlag(models.Model):
    """举报: what somebody holds against a comment that is shown."""

    comment = models.ForeignKey(Comment, verbose_name=_("评论"), on_delete=models.CASCADE, related_name="flags")
    user = models.ForeignKey(User, verbose_name=_("举报人"), null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField(_("举报时间"))
    state = models.CharField(_("状态"), max_length=9, choices=FlagState.choices, default=FlagState.OPEN)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("举报")
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="one_flag_of_a_person")]

    def __str__(self) -> str:
        return self.reason
