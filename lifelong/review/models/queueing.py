"""Who has which round in hand, and the phrases that a reviewer keeps."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.resources.models import Round
from lifelong.review.lifecycle import Stage


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, at: datetime) -> "HoldQuerySet":
        return self.filter(until__gt=at)


class Hold(models.Model):
    """领取: one person works on a round at a stage; a lease, so that nobody's absence blocks it for ever."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="holds")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    user = models.ForeignKey(User, verbose_name=_("在办"), on_delete=models.CASCADE, related_name="holds")
    taken_at = models.DateTimeField()
    until = models.DateTimeField(_("领取至"))
    kept = models.BooleanField(default=False)  # taken by hand; else by opening the page, and gone with the next one

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("领取")
        constraints = [models.UniqueConstraint(fields=["round", "stage"], name="one_hold_per_round_and_stage")]

    def __str__(self) -> str:
        return f"{self.user} · {self.round}"


class Phrase(models.Model):
    """常用语 of one's own, beside the shared ones in ``phrases.toml``."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="phrases")
    text = models.CharField(_("常用语"), max_length=200)

    class Meta:
        verbose_name = _("常用语")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="phrase_once_per_person")]

    def __str__(self) -> str:
        return self.text
