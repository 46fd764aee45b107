"""Forms: a period of days, and what a certificate says."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.web.fonts import without_glyph

LONGEST_DAYS = 366 * 5
USUAL_DAYS = 30


def usual(today: date) -> dict[str, date]:
    """The last thirty days."""
    return {"since": today - timedelta(days=USUAL_DAYS - 1), "until": today}


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class PeriodForm(forms.Form):
    since = day_field(gettext_lazy("从哪天"))
    until = day_field(gettext_lazy("到哪天"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if until and until > timezone.localdate():
            self.add_error("until", _("截止日期不能晚于今天。"))
        if since and until and since > until:
            self.add_error("since", _("开始日期晚于截止日期，请对调。"))
        elif since and until and (until - since).days > LONGEST_DAYS:
            self.add_error("since", _("一次最多五年，请缩短。"))
        return values


class CertificateForm(PeriodForm):
    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=60, min_length=2,
        help_text=gettext_lazy("照您的证件填写，会印在证明上；别人查验时只看到姓。"),
    )  # fmt: skip
    field_order = ["name", "since", "until"]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name.isprintable():
            raise forms.ValidationError(_("姓名里有不能使用的字符。"))
        if missing := without_glyph(name):
            text = _("证明上印不出“%s”，平台的字体里没有。请改用通用的写法或拼音；一定要用原字的，请致电服务电话。")
            raise forms.ValidationError(text % "”“".join(missing))
        return name
