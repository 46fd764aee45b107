"""What an institution is told in writing of all it handed in under a call."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import Authority, User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution


class ResultLetter(models.Model):
    """审核结果通知书: numbered, dated, frozen when it was issued; a later one stands beside it."""

    number = models.CharField(_("编号"), max_length=100, unique=True)
    call = models.ForeignKey(Call, verbose_name=_("征集"), on_delete=models.PROTECT, related_name="result_letters")
    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="result_letters"
    )
    authority = models.ForeignKey(Authority, verbose_name=_("出具部门"), on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(User, verbose_name=_("出具人"), on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("出具时间"))
    # {"authority", "institution", "call", "accepted": [[title, id, type, batch]], "refused": [[title, id, type, reasons]],
    #  "open": how many are still under review}
    content = models.JSONField()
    accepted = models.PositiveIntegerField(_("通过"))
    refused = models.PositiveIntegerField(_("不予通过"))

    class Meta:
        verbose_name = _("审核结果通知书")
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return self.number
