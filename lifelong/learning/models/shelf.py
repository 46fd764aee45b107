"""What a learner keeps: favourites, notes, lists and plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.resources.models import Resource


class Favourite(models.Model):
    """收藏"""

    user = models.ForeignKey(User, verbose_name=_("学习者"), on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("收藏时间"))

    class Meta:
        verbose_name = _("收藏")
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="one_favourite")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.resource_id}"


class Note(models.Model):
    """笔记: at a second of a file."""

    user = models.ForeignKey(User, verbose_name=_("学习者"), on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    file = models.PositiveSmallIntegerField(_("第几个文件"), default=1)
    second = models.PositiveIntegerField(_("位置（秒）"), null=True, blank=True)
    text = models.TextField(_("笔记"), max_length=2000)
    created_at = models.DateTimeField(_("记录时间"))
    changed_at = models.DateTimeField(_("修改时间"))

    class Meta:
        verbose_name = _("笔记")
        indexes = [models.Index(fields=["user", "resource", "file", "second"], name="note_in_order")]

    def __str__(self) -> str:
        return self.text[:40]


class StudyList(models.Model):
    """学习清单; with a date by which it shall be done it is a plan (学习计划)."""

    user = models.ForeignKey(User, verbose_name=_("学习者"), on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("名称"), max_length=60)
    due_date = models.DateField(_("计划完成日期"), null=True, blank=True)
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = _("学习清单")
        constraints = [models.UniqueConstraint(fields=["user", "title"], name="one_list_of_a_name")]

    def __str__(self) -> str:
        return self.title


class StudyListItem(models.Model):
    """清单条目: a resource at its place in a list."""

    study_list = models.ForeignKey(StudyList, verbose_name=_("清单"), on_delete=models.CASCADE, related_name="items")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(_("次序"))
    added_at = models.DateTimeField(_("加入时间"))

    class Meta:
        verbose_name = _("清单条目")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["study_list", "resource"], name="once_in_a_list")]

    def __str__(self) -> str:
        return f"{self.position} · {self.resource_id}"
