"""What an institution puts its stamp under, and what it asked an officer to do in its name."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.calls.models.call import Call
from lifelong.institutions.models import Institution, Mandate


class LetterKind(models.TextChoices):
    SUMMARY = "summary", _("报送汇总表（盖章件）")
    REQUEST = "request", _("委托代报申请")


class Letter(models.Model):
    """A stamped scan of an institution under a call, sealed on disk; the newest of a kind counts. ``path`` relative to FILES."""

    call = models.ForeignKey(Call, verbose_name=_("征集"), on_delete=models.PROTECT, related_name="letters")
    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="letters"
    )
    kind = models.CharField(_("类别"), max_length=8, choices=LetterKind.choices)
    name = models.CharField(_("文件名"), max_length=200)
    path = models.CharField(max_length=300)
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(max_length=64)  # of the clear bytes
    pages = models.PositiveSmallIntegerField(_("页数"))
    listed = models.JSONField(default=list)  # what the paper lists: receipt numbers of a summary
    added_by = models.ForeignKey(User, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("上传时间"), default=timezone.now)

    class Meta:
        verbose_name = _("盖章件")
        ordering = ["-added_at", "-id"]
        indexes = [models.Index(fields=["call", "kind", "institution"], name="letter_of_institution")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @property
    def audit_label(self) -> str:
        return f"{self.institution} · {self.get_kind_display()}"


class Deputation(models.Model):
    """代报: an officer acts for an institution under a call, at its written request, until the mandate's end."""

    call = models.ForeignKey(Call, verbose_name=_("征集"), on_delete=models.PROTECT, related_name="deputations")
    mandate = models.OneToOneField(Mandate, verbose_name=_("授权"), on_delete=models.PROTECT, related_name="deputation")
    letter = models.OneToOneField(Letter, verbose_name=_("申请"), on_delete=models.PROTECT, related_name="deputation")
    asked_by_name = models.CharField(_("委托人"), max_length=60)
    note = models.CharField(_("委托事项"), max_length=500)
    ended_by = models.ForeignKey(
        User, verbose_name=_("终止人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("代报")
        ordering = ["-mandate__begins_at", "-id"]

    def __str__(self) -> str:
        return f"{self.mandate} {self.asked_by_name}"
