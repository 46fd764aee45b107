"""登记: who will report for an institution under a call, as form and as stamped paper."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.accounts.models import User
from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models.call import Call
from lifelong.institutions.models import Institution, InstitutionKind, Mandate
from lifelong.regions.models import Region


class RegistrationOrigin(models.TextChoices):
    WEB = "web", _("网上登记")
    PAPER = "paper", _("代为录入")  # what came by e-mail, taken in by an officer
    SHEET = "sheet", _("表格导入")
    CONFIRMED = "confirmed", _("确认续用")  # a mandate confirmed for a later call


class Registration(models.Model):
    """报送工作负责人登记 (the notice's third annex). What names a person lies sealed; hashes find it again.

    ``institution`` is empty while a unit that is not on the register waits for the officer to settle it.
    """

    number = models.CharField(_("登记编号"), max_length=60, unique=True)
    call = models.ForeignKey(Call, verbose_name=_("征集"), on_delete=models.PROTECT, related_name="registrations")
    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="registrations",
    )  # fmt: skip
    institution_name = models.CharField(_("单位名称"), max_length=100)
    institution_kind = models.CharField(
        _("单位类型"), max_length=20, choices=InstitutionKind.choices, blank=True, default=""
    )
    region = models.ForeignKey(
        Region, verbose_name=_("所在地区"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = EncryptedText(_("负责人姓名"))
    position = EncryptedText(_("职务"), blank=True, default="")
    landline = EncryptedText(_("座机"), blank=True, default="")  # 0379-1234567
    extension = EncryptedText(_("分机"), blank=True, default="")
    mobile = EncryptedText(_("手机"), blank=True, default="")
    email = EncryptedText(_("电子邮箱"))
    mobile_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    email_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    email_code_hash = models.CharField(max_length=64, blank=True, default="")
    email_code_until = models.DateTimeField(null=True, blank=True)
    email_code_failures = models.PositiveSmallIntegerField(default=0)
    email_verified_at = models.DateTimeField(_("邮箱验证时间"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=RegistrationState.choices, default=RegistrationState.PREPARING, db_index=True
    )
    origin = models.CharField(
        _("来源"), max_length=10, choices=RegistrationOrigin.choices, default=RegistrationOrigin.WEB
    )
    entered_by = models.ForeignKey(
        User, verbose_name=_("录入人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    consent_version = models.CharField(max_length=20, blank=True, default="")  # of the words agreed to at created_at
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name=_("审核人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_due_at = models.DateTimeField(_("补正期限"), null=True, blank=True)  # of a refusal, movable
    reason = models.CharField(_("未通过原因"), max_length=500, blank=True, default="")
    mandate = models.ForeignKey(
        Mandate, verbose_name=_("授权"), null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    link_serial = models.PositiveIntegerField(default=1)  # a new private link kills the old one
    revision = models.PositiveIntegerField(default=1)

    HASHED = {"mobile_hash": "mobile", "email_hash": "email"}

    class Meta:
        verbose_name = _("登记")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "institution"], condition=Q(state="approved"), name="one_approved_registration"
            )
        ]
        indexes = [models.Index(fields=["call", "state"])]

    def __str__(self) -> str:
        return self.number

    @property
    def is_new_institution(self) -> bool:
        """A unit that the register does not know: the officer settles which it is."""
        return self.institution_id is None

    @property
    def has_stamped(self) -> bool:
        return any(paper.kind == PaperKind.STAMPED for paper in self.papers.all())

    @property
    def place(self) -> Region | None:
        return self.institution.region if self.institution else self.region


class PaperKind(models.TextChoices):
    FORM = "docx", _("Word 登记表")
    STAMPED = "pdf", _("盖章扫描件")


class Paper(models.Model):
    """A file handed in with a registration, sealed on disk; the newest of a kind counts. ``path`` relative to FILES."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=4, choices=PaperKind.choices)
    name = models.CharField(_("文件名"), max_length=200)
    path = models.CharField(max_length=300)
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(max_length=64)  # of the clear bytes
    pages = models.PositiveSmallIntegerField(_("页数"), null=True, blank=True)
    added_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("登记材料")
        ordering = ["-added_at", "-id"]

    def __str__(self) -> str:
        return self.name
