"""People, the bodies that act for the state, and what each person may do for which body and how long."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.regions.models import Region

GUESTS = (
    "@guest.invalid"  # ends the address of whom another platform vouches for: nobody can be written to there (RFC 2606)
)


class People(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person. What they may do is not here but in appointments and mandates."""

    email = models.EmailField(_("电子邮箱"), unique=True)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    mobile = EncryptedText(_("手机"), blank=True, default="")
    mobile_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    is_active = models.BooleanField(  # type: ignore[misc]
        _("启用"), default=True
    )
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)

    objects = People()
    HASHED = {"mobile_hash": "mobile"}
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("用户")

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def has_right(self, right: str) -> bool:
        """Whether any of the person's open appointments or mandates gives this right (table in ``policy.py``)."""
        from lifelong.accounts.policy import rights_of

        return right in rights_of(self)


class AuthorityKind(models.TextChoices):
    MINISTRY = "ministry", _("教育部")
    PROVINCE = "province", _("省级教育行政部门")
    OPERATOR = "operator", _("平台运营单位")


class Authority(models.Model):
    """主管部门: the ministry, a province, the operator; or a second body inside one of them (``part_of``)."""

    kind = models.CharField(_("类别"), max_length=12, choices=AuthorityKind.choices)
    name = models.CharField(_("名称"), max_length=100, unique=True)
    region = models.ForeignKey(Region, verbose_name=_("地区"), null=True, blank=True, on_delete=models.PROTECT)
    part_of = models.ForeignKey("self", verbose_name=_("所属部门"), null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("主管部门")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="province") | Q(region__isnull=False), name="province_authority_has_region"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """Roles held by appointment. Reporter and institution reviewer are mandates (``institutions``)."""

    HANDLING_OFFICER = "handling_officer", _("省级经办")
    DECIDING_OFFICER = "deciding_officer", _("省级审定")
    EXPERT = "expert", _("评审专家")
    FINAL_REVIEWER = "final_reviewer", _("终审")
    OPERATOR = "operator", _("运营")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", _("安全管理员")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("审计管理员")


ADMINISTRATORS = {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR}


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def open_at(self, at: datetime) -> "AppointmentQuerySet":
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), begins_at__lte=at)


class Appointment(models.Model):
    """任职: this person holds this role in this authority, from–to."""

    user = models.ForeignKey(User, verbose_name=_("用户"), on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(_("角色"), max_length=24, choices=Role.choices)
    authority = models.ForeignKey(Authority, verbose_name=_("主管部门"), on_delete=models.PROTECT)
    begins_at = models.DateTimeField(_("开始"), default=timezone.now)
    ends_at = models.DateTimeField(_("结束"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "authority"], condition=Q(ends_at__isnull=True), name="one_open_appointment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.authority}"


class Activation(models.Model):
    """A single-use link that lets a person set their sign-in; only its hash is kept. 72 h; sending again kills the old."""

    user = models.ForeignKey(User, verbose_name=_("用户"), on_delete=models.CASCADE, related_name="activations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    expires_at = models.DateTimeField(_("失效时间"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("激活链接")

    def __str__(self) -> str:
        return f"{self.user} · {self.expires_at:%Y-%m-%d %H:%M}"


class SignInLock(models.Model):
    """Failed sign-ins of one e-mail, known or not. Five within 30 minutes shut it for 30 minutes, for every process."""

    email_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="locks")
    failures = models.PositiveSmallIntegerField(_("失败次数"), default=0)
    failed_at = models.DateTimeField(_("最近失败时间"))
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)

    class Meta:
        verbose_name = _("登录锁定")

    def __str__(self) -> str:
        return f"{self.failures} {self.failed_at:%Y-%m-%d %H:%M}"


class FactorReset(models.Model):
    """A lost second factor: asked for by one administrator, done by another (spec 9: two persons)."""

    user = models.ForeignKey(User, verbose_name=_("用户"), on_delete=models.CASCADE, related_name="factor_resets")
    reason = models.CharField(_("理由"), max_length=500)
    requested_by = models.ForeignKey(User, verbose_name=_("申请人"), on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    confirmed_by = models.ForeignKey(
        User, verbose_name=_("确认人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("第二因素重置")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at__isnull=True), name="one_open_factor_reset_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.requested_at:%Y-%m-%d %H:%M}"


class SetupLink(models.Model):
    """The single-use link of an empty platform, which invites the three administrators and then dies."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("首次设置链接")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class ConsentTo(models.TextChoices):
    TERMS = "terms", _("用户协议")
    PRIVACY = "privacy", _("隐私政策")
    GUARDIAN = "guardian", _("监护人同意")


class Consent(models.Model):
    """同意: which text in which version a person agreed to, when, and when they took it back. Rows are never changed else."""

    user = models.ForeignKey(User, verbose_name=_("用户"), on_delete=models.CASCADE, related_name="consents")
    to = models.CharField(_("内容"), max_length=8, choices=ConsentTo.choices)
    version = models.CharField(_("版本"), max_length=20)
    given_at = models.DateTimeField(_("同意时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("同意")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "to"], condition=Q(withdrawn_at__isnull=True), name="one_consent_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_to_display()} {self.version}"
