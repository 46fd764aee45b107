"""Institutions and who may act for them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.audit.masks import mask_name
from lifelong.regions.models import Region


class InstitutionKind(models.TextChoices):
    EDUCATION_BUREAU = "education_bureau", _("教育行政部门")
    UNIVERSITY = "university", _("普通本科高校")
    VOCATIONAL_COLLEGE = "vocational_college", _("高等职业学校")
    ADULT_COLLEGE = "adult_college", _("成人高等学校")
    OPEN_UNIVERSITY = "open_university", _("开放大学")
    OTHER = "other", _("其他")


class Institution(models.Model):
    """单位: who reports and owns resources. ``code`` is the 学校标识码 or region code + serial, and stays."""

    code = models.CharField(_("单位代码"), max_length=60, unique=True)
    name = models.CharField(_("单位名称"), max_length=100)
    former_name = models.CharField(_("曾用名"), max_length=100, blank=True, default="")
    kind = models.CharField(
        _("单位类型"), max_length=20, choices=InstitutionKind.choices, default=InstitutionKind.OTHER
    )
    # null: brought in by `load`, whose old library did not say where
    region = models.ForeignKey(Region, verbose_name=_("所在地区"), null=True, on_delete=models.PROTECT)
    office_email = models.EmailField(_("办公邮箱"), blank=True, default="")
    reporter_signs_alone = models.BooleanField(_("负责人可单独完成单位自审"), default=True)
    quota_bytes = models.BigIntegerField(_("存储配额（字节）"), default=settings.DEFAULT_QUOTA_BYTES)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)

    class Meta:
        verbose_name = _("单位")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class MandateRole(models.TextChoices):
    REPORTER = "reporter", _("报送工作负责人")
    INSTITUTION_REVIEWER = "institution_reviewer", _("单位审核人")
    DEPUTY = "deputy", _("代报人员")  # an officer, at the institution's written request (calls.Deputation)


class MandateQuerySet(models.QuerySet["Mandate"]):
    def open_at(self, at: datetime) -> "MandateQuerySet":
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), begins_at__lte=at)


class Mandate(models.Model):
    """授权: this person acts for this institution in this role, from–to. Closing one keeps its history."""

    user = models.ForeignKey(User, verbose_name=_("用户"), on_delete=models.PROTECT, related_name="mandates")
    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="mandates"
    )
    role = models.CharField(_("角色"), max_length=24, choices=MandateRole.choices)
    begins_at = models.DateTimeField(_("开始"), default=timezone.now)
    ends_at = models.DateTimeField(_("结束"), null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("授权")
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(ends_at__isnull=True, role="reporter"),
                name="one_active_reporter_per_institution",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.institution}"

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.user.name)} · {self.get_role_display()} · {self.institution}"
