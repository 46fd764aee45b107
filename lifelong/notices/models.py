"""A notice in the site, and a mail on its way."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """消息."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("收件人"), on_delete=models.CASCADE, related_name="notices"
    )
    subject = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("链接"), max_length=500, blank=True)
    kind = models.CharField(_("类别"), max_length=60, blank=True)
    at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True)
    awaits_digest = models.BooleanField(default=False, db_default=False)  # its mail is the person's next digest

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["user"], condition=Q(awaits_digest=True), name="notice_awaits_digest"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailChoice(models.Model):
    """收信方式 of a person: how each group of notices comes by mail, and when the digest is written."""

    USUAL_HOUR = 8

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("收件人"), on_delete=models.CASCADE, related_name="mail_choice"
    )
    ways = models.JSONField(_("收信方式"), default=dict)  # {group: way}; what is not named is as usual
    hour = models.PositiveSmallIntegerField(_("汇总的发送时间"), default=USUAL_HOUR)
    digested_at = models.DateTimeField(null=True)  # everything up to here stood in a digest, or there was nothing

    class Meta:
        verbose_name = _("收信方式")

    def __str__(self) -> str:
        return f"{self.user_id} {self.hour}:00"


class MailState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    KEPT = "kept", _("已存入发件箱")
    FAILED = "failed", _("发送失败")


class Mail(models.Model):
    """邮件. ``kept``: no mail server is set, it lies in the outbox folder until one is."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("收件人"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    address = models.EmailField(_("邮箱"))
    subject = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("正文"))
    secret = models.BooleanField(_("含登录链接"), default=False)
    state = models.CharField(_("状态"), max_length=8, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    error = models.CharField(_("错误"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True)

    class Meta:
        verbose_name = _("邮件")
        indexes = [models.Index(fields=["state", "-id"], name="mail_by_state")]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_wiped(self) -> bool:
        """A secret body that was sent is not kept."""
        return self.secret and not self.text
