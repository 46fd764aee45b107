"""征集: what is asked for, by whom, until when."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.accounts.models import Authority, User
from lifelong.calls.lifecycle import CallState, Stage
from lifelong.institutions.models import Institution
from lifelong.regions.models import Region


class CallQuerySet(models.QuerySet["Call"]):
    def public(self) -> "CallQuerySet":
        return self.exclude(state=CallState.DRAFT)

    def open(self) -> "CallQuerySet":
        return self.filter(state=CallState.OPEN)

    def with_windows(self) -> "CallQuerySet":
        return self.select_related("issued_by__region").prefetch_related("windows__extensions")


class Call(models.Model):
    """A notice that asks institutions for resources. ``number`` is its address and stays; a ministry call may have
    provincial calls beneath it (``parent``)."""

    number = models.SlugField(_("征集编号"), max_length=40, unique=True)
    document_number = models.CharField(_("发文字号"), max_length=60, blank=True, default="")
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("通知正文"), blank=True, default="")
    issued_by = models.ForeignKey(Authority, verbose_name=_("发布单位"), on_delete=models.PROTECT, related_name="calls")
    parent = models.ForeignKey(
        "self", verbose_name=_("上级征集"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=CallState.choices, default=CallState.DRAFT, db_index=True
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("停止时间"), null=True, blank=True)
    closed_message = models.CharField(_("停止说明"), max_length=500, blank=True, default="")
    finished_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    scope = models.JSONField(_("征集范围"), default=dict)  # {area: [types]}; empty means everything
    answer_kinds = models.JSONField(_("报送单位类型"), default=list)  # kinds of institutions; empty means every kind
    quota = models.PositiveIntegerField(_("每单位报送限额"), null=True, blank=True)
    grace_minutes = models.PositiveIntegerField(_("上传宽限（分钟）"), default=120)
    return_days = models.PositiveIntegerField(_("退回修改期限（天）"), default=3)
    created_by = models.ForeignKey(
        User, verbose_name=_("创建人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    revision = models.PositiveIntegerField(default=1)  # two officers composing never overwrite each other

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("征集")
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def region(self) -> Region | None:
        """The province that asks; None where the ministry does, which means the whole country."""
        return self.issued_by.region


class Window(models.Model):
    """A stage's time. ``ends_at`` is the first instant after it: a day named alone ends at the next midnight."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="windows")
    stage = models.CharField(_("阶段"), max_length=20, choices=Stage.choices)
    begins_at = models.DateTimeField(_("开始"), null=True, blank=True)
    ends_at = models.DateTimeField(_("截止"))

    class Meta:
        verbose_name = _("时间窗")
        constraints = [
            models.UniqueConstraint(fields=["call", "stage"], name="one_window_per_stage"),
            models.CheckConstraint(
                condition=Q(begins_at__isnull=True) | Q(begins_at__lt=F("ends_at")), name="window_begins_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.ends_at:%Y-%m-%d %H:%M}"


class Extension(models.Model):
    """A window opened longer, for all or for one institution, with its reason."""

    window = models.ForeignKey(Window, on_delete=models.CASCADE, related_name="extensions")
    institution = models.ForeignKey(Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField(_("延至"))
    reason = models.CharField(_("理由"), max_length=500)
    by = models.ForeignKey(User, verbose_name=_("延期人"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("延期时间"), default=timezone.now)

    class Meta:
        verbose_name = _("延期")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.window} → {self.ends_at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A paper of the notice. ``path`` is relative to FILES."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("文件名"), max_length=200)
    path = models.CharField(max_length=300)
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("附件")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """联系人 that the notice names; the public page shows them."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("联系人"), max_length=60)
    telephone = EncryptedText(_("联系电话"), blank=True, default="")
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    note = models.CharField(_("负责事项"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("联系人")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Amendment(models.Model):
    """An announcement under the call, or a change of it; who opened it is counted by institution."""

    class Kind(models.TextChoices):
        ANNOUNCEMENT = "announcement", _("公告")
        AMENDMENT = "amendment", _("更正")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="amendments")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices, default=Kind.ANNOUNCEMENT)
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"))
    by = models.ForeignKey(User, verbose_name=_("发布人"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("发布时间"), default=timezone.now)

    class Meta:
        verbose_name = _("公告与更正")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.title


class AmendmentReading(models.Model):
    """What became of an announcement at one institution: read, reminded of it, or both."""

    amendment = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="readings")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("提醒时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("阅读")
        constraints = [models.UniqueConstraint(fields=["amendment", "institution"], name="one_reading_per_institution")]

    def __str__(self) -> str:
        return f"{self.institution} {self.at:%Y-%m-%d %H:%M}" if self.at else str(self.institution)


class Reminder(models.Model):
    """One reminder that went out; the row keeps it from going twice."""

    window = models.ForeignKey(Window, on_delete=models.CASCADE, related_name="reminders")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    days_before = models.PositiveSmallIntegerField()
    deadline = models.DateTimeField()  # an extension brings new reminders
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("提醒")
        constraints = [
            models.UniqueConstraint(
                fields=["window", "institution", "days_before", "deadline"], name="one_reminder_per_deadline"
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.days_before}"
