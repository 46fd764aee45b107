"""Who came from a school's own platform, and what that platform is to hear of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.accounts.models import User
from lifelong.catalogue.models import LtiPlatform
from lifelong.resources.models import Resource


class SchoolLearner(models.Model):
    """学校平台的学习者: a pseudonym of a platform, and the person without sign-in for whom study time is counted here."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    platform = models.ForeignKey(LtiPlatform, verbose_name=_("对接平台"), on_delete=models.CASCADE, related_name="+")
    sub = EncryptedText()  # as the platform calls them: scores go there under this name
    sub_hash = models.CharField(max_length=64)
    came_at = models.DateTimeField(_("首次来到"))

    class Meta:
        verbose_name = _("学校平台的学习者")
        constraints = [models.UniqueConstraint(fields=["platform", "sub_hash"], name="one_learner_of_a_platform")]
        indexes = [models.Index(fields=["platform", "came_at"], name="school_learner_came")]

    def __str__(self) -> str:
        return f"{self.platform} · {self.sub_hash[:8]}"


class SchoolScore(models.Model):
    """学校成绩: the share of a resource that was seen, for one line of a platform's gradebook."""

    learner = models.ForeignKey(SchoolLearner, on_delete=models.CASCADE, related_name="scores")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    line_item = models.CharField(_("成绩项地址"), max_length=1000)
    line_hash = models.CharField(max_length=64)
    share = models.FloatField(_("已学比例"), default=0)  # 0–1, of the length of all files
    is_done = models.BooleanField(_("学完"), default=False)
    told_share = models.FloatField(_("已送达的比例"), default=0)
    told_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    changed_at = models.DateTimeField(_("最近变化"))

    class Meta:
        verbose_name = _("学校成绩")
        constraints = [models.UniqueConstraint(fields=["learner", "resource", "line_hash"], name="one_score_of_a_line")]
        indexes = [models.Index(fields=["changed_at"], name="school_score_changed")]

    def __str__(self) -> str:
        return f"{self.learner_id} · {self.resource_id} · {self.share:.2f}"
