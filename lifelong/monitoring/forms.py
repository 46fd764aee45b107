"""What people type about inspection."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

GIGABYTE = 1 << 30


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("原因"), max_length=500, min_length=2, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("单位会看到。"),
    )  # fmt: skip


class ExtendForm(ReasonForm):
    until = forms.DateField(label=_("新的期限"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["until", "reason"]

    def clean_until(self) -> datetime:
        """The end of the day that is named."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59)))


class PlanForm(forms.Form):
    within_days = forms.IntegerField(label=_("几天内全部检查一遍"), min_value=1, max_value=365)
    most_items = forms.IntegerField(label=_("每十分钟最多检查（件）"), min_value=1, max_value=100_000)
    most_gigabytes = forms.IntegerField(
        label=_("每十分钟最多读取（GB）"), min_value=0, max_value=10_000, help_text=_("0 为不限。")
    )

    @classmethod
    def of(cls, plan: Any, data: Any = None) -> "PlanForm":
        initial = {
            "within_days": plan.within_days, "most_items": plan.most_items,
            "most_gigabytes": plan.most_bytes // GIGABYTE,
        }  # fmt: skip
        return cls(data, initial=initial)

    def values(self) -> dict[str, int]:
        given = dict(self.cleaned_data)
        most_bytes = given.pop("most_gigabytes") * GIGABYTE
        return given | {"most_bytes": most_bytes}


class RuleForm(forms.Form):
    cure_days = forms.IntegerField(
        label=_("整改期（天）"), min_value=0, max_value=365, help_text=_("0 天：复核确认后立即下架。")
    )
    hides = forms.BooleanField(label=_("到期仍有问题时自动下架"), required=False)


class LimitForm(forms.Form):
    value = forms.IntegerField(label=_("数值"), min_value=0, max_value=100_000)
