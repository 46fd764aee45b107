"""The texts that stand under the platform's name, version by version, and what the footer says of who runs it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TextName(models.TextChoices):
    TERMS = "terms", _("用户协议")
    PRIVACY = "privacy", _("隐私政策")
    HELP = "help", _("帮助")
    ABOUT = "about", _("关于平台")


AGREED_TO = (TextName.TERMS, TextName.PRIVACY)  # what a person agrees to by opening an account


class TextVersion(models.Model):
    """条文版本: a draft until it is put in force; from then on its words are never changed."""

    name = models.CharField(_("条文"), max_length=8, choices=TextName.choices)
    version = models.CharField(_("版本"), max_length=20, blank=True, default="")  # empty: a draft
    chinese = models.TextField(_("中文"), blank=True)
    english = models.TextField(_("英文"), blank=True)
    revision = models.PositiveIntegerField(default=1)  # of the draft; who saves names the one that they read
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("修改人"), on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("修改时间"))
    begins_at = models.DateTimeField(_("施行时间"), null=True, blank=True)
    material = models.BooleanField(_("重大修改"), default=False)  # asks everybody for consent anew
    changes = models.CharField(_("改动说明"), max_length=500, blank=True, default="")
    changes_english = models.CharField(_("改动说明（英文）"), max_length=500, blank=True, default="")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("公布人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("条文版本")
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(version=""), name="one_draft_of_a_text"),
            models.UniqueConstraint(fields=["name", "version"], condition=~Q(version=""), name="one_text_of_a_version"),
            models.CheckConstraint(
                condition=Q(version="", begins_at=None) | (~Q(version="") & Q(begins_at__isnull=False)),
                name="text_version_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.version or _('草稿')}"


class OperatorDetails(models.Model):
    """运营信息: the newest row is the footer; the older ones tell what it said before. Empty: as in the settings."""

    operator = models.CharField(_("运营单位"), max_length=100, blank=True)
    phone = models.CharField(_("服务电话"), max_length=40, blank=True)
    email = models.EmailField(_("联系邮箱"), blank=True)
    icp = models.CharField(_("ICP 备案号"), max_length=60, blank=True)
    police = models.CharField(_("公安备案号"), max_length=60, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("修改人"), on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("修改时间"))

    class Meta:
        verbose_name = _("运营信息")

    def __str__(self) -> str:
        return f"{self.operator} {self.changed_at:%Y-%m-%d %H:%M}"
