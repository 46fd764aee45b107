"""What is needed to take raw events in, and forgotten soon after."""

import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_salt() -> bytes:
    return secrets.token_bytes(32)


class UsageSalt(models.Model):
    """日盐: turns a visitor's number into their name of one day; the same for all machines. Forgotten, the names lead nowhere."""

    day = models.DateField(_("日期"), primary_key=True)
    salt = models.BinaryField(default=new_salt)

    class Meta:
        verbose_name = _("日盐")

    def __str__(self) -> str:
        return f"{self.day}"


class UsageJournal(models.Model):
    """已收流水: how many lines of a journal are in the database; gone when the journal is."""

    name = models.CharField(max_length=80, primary_key=True)
    lines = models.PositiveIntegerField()
    at: models.DateTimeField[Any, Any] = models.DateTimeField()

    class Meta:
        verbose_name = _("已收流水")

    def __str__(self) -> str:
        return f"{self.name} {self.lines}"
