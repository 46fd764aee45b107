"""提问与答复: of an institution at a call or at one of its resources, or of an officer at a resource."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.calls.models.call import Call
from lifelong.institutions.models import Institution


class Question(models.Model):
    """One question, one answer. ``about`` is the public id of the resource it is asked at, which a chapter above knows;
    ``to_institution``: an officer asks and the institution answers. What everybody reads is worded apart."""

    call = models.ForeignKey(
        Call, verbose_name=_("征集"), null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="questions"
    )
    about = models.CharField(_("资源ID"), max_length=16, blank=True, default="", db_index=True)
    to_institution = models.BooleanField(_("由单位答复"), default=False)
    text = models.TextField(_("问题"))
    asked_by = models.ForeignKey(User, verbose_name=_("提问人"), on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("提问时间"), default=timezone.now)
    answer = models.TextField(_("答复"), blank=True, default="")
    answered_by = models.ForeignKey(
        User, verbose_name=_("答复人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    public_text = models.TextField(_("公开的问题"), blank=True, default="")
    public_answer = models.TextField(_("公开的答复"), blank=True, default="")
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("提问")
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["institution", "-asked_at"], name="question_of_institution")]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(answered_at__isnull=False), name="only_answers_are_published"
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def audit_label(self) -> str:
        return f"{self.institution} #{self.pk}"
