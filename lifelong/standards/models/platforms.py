"""The register of host platforms: where linked courses run, and how well those platforms are protected (等级保护)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User


class HostPlatform(models.Model):
    """部署平台. ``level`` is what an officer verified, empty until then; a link takes the verdict of its platform."""

    name = models.CharField(_("平台名称"), max_length=100, unique=True)
    level = models.PositiveSmallIntegerField(_("等级保护级别"), null=True, blank=True)
    filing_number = models.CharField(_("备案证明编号"), max_length=60, blank=True, default="")
    assessment_date = models.DateField(_("测评日期"), null=True, blank=True)
    expires_date = models.DateField(_("有效期至"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, verbose_name=_("核实人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("登记人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    changed_at = models.DateTimeField(_("修改时间"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("部署平台")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 5)), name="protection_level_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(verified_at__isnull=False), name="level_only_when_verified"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HostName(models.Model):
    """A host name of a platform, in ASCII lower case; its subdomains belong to it too."""

    platform = models.ForeignKey(
        HostPlatform, verbose_name=_("部署平台"), on_delete=models.CASCADE, related_name="hosts"
    )
    host = models.CharField(_("域名"), max_length=253, unique=True)

    class Meta:
        verbose_name = _("域名")
        ordering = ["host"]

    def __str__(self) -> str:
        return self.host


class EvidenceState(models.TextChoices):
    PROPOSED = "proposed", _("待核实")
    ACCEPTED = "accepted", _("已核实")
    REFUSED = "refused", _("未采信")


class ProtectionEvidence(models.Model):
    """等级保护证明材料: what somebody brought, and what the officer made of it."""

    platform = models.ForeignKey(
        HostPlatform, verbose_name=_("部署平台"), on_delete=models.PROTECT, related_name="evidence"
    )
    level = models.PositiveSmallIntegerField(_("等级保护级别"))
    filing_number = models.CharField(_("备案证明编号"), max_length=60)
    assessment_date = models.DateField(_("测评日期"))
    expires_date = models.DateField(_("有效期至"))
    text = models.TextField(_("说明"), blank=True, default="")
    file = models.FileField(_("证明材料"), max_length=200, blank=True, default="", upload_to="evidence/%Y/")
    file_name = models.CharField(_("文件名"), max_length=200, blank=True, default="")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(_("状态"), max_length=8, choices=EvidenceState.choices, default=EvidenceState.PROPOSED)
    proposed_by = models.ForeignKey(User, verbose_name=_("提交人"), on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提交时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        User, verbose_name=_("核实人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("等级保护证明材料")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="evidence_level_1_to_5"),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_at__isnull=False), name="evidence_decided_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} · {self.level}"
