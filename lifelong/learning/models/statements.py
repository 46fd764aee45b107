"""xAPI: where statements go, who agreed to it, and what is on its way."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.accounts.models import User


class StatementStore(models.Model):
    """学习记录库 (LRS): takes xAPI statements, as the operator entered it."""

    name = models.CharField(_("名称"), max_length=100)
    endpoint = models.CharField(_("接口地址"), max_length=500, unique=True)
    key = models.CharField(_("用户名（key）"), max_length=255)
    secret = EncryptedText(_("密码（secret）"))
    is_open = models.BooleanField(_("启用"), default=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("登记时间"))
    agreed_from = models.DateTimeField(_("收件方起始"))  # a consent given earlier was not about this receiver
    sent = models.PositiveBigIntegerField(_("已送达"), default=0)
    sent_at = models.DateTimeField(_("最近送达"), null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # one after another
    wait_until = models.DateTimeField(null=True, blank=True)  # it asked for patience, or did not answer
    trouble = models.CharField(_("故障"), max_length=500, blank=True, default="")
    tested_at = models.DateTimeField(_("测试时间"), null=True, blank=True)
    test = models.CharField(_("测试结果"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("学习记录库")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class StatementConsent(models.Model):
    """学习记录转送同意: without it nothing of a learner is written down for a store. The pseudonym stays when it is given anew."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="statement_consent")
    pseudonym = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by_email = models.BooleanField(_("用邮箱标识"), default=False)
    given_at = models.DateTimeField(_("同意时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("学习记录转送同意")

    def __str__(self) -> str:
        return str(self.pseudonym)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("等待发送")
    SENT = "sent", _("已送达")
    REFUSED = "refused", _("对方不接受")


class StatementDelivery(models.Model):
    """待送陈述: one statement on its way to one store. What arrived is forgotten after a month, comments excepted: they may be voided."""

    store = models.ForeignKey(StatementStore, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    statement = models.UUIDField()
    kind = models.CharField(max_length=20)
    body: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    state = models.CharField(_("状态"), max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    answer = models.CharField(_("对方的答复"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("待送陈述")
        constraints = [models.UniqueConstraint(fields=["store", "statement"], name="statement_once_to_a_store")]
        indexes = [models.Index(fields=["store", "state", "id"], name="statements_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.statement}"
