"""公示: its period, an objection as anybody writes it, the ministry's answer."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifelong.calls.windows import beginning_of, end_of
from lifelong.review.lifecycle import ObjectionState


class NoticeForm(forms.Form):
    begins_date = forms.DateField(
        label=_("公示从这一天起"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("今天即立刻开始。")
    )
    ends_date = forms.DateField(
        label=_("公示到这一天为止"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("含当日，到 24:00。")
    )
    text = forms.CharField(
        label=_("公示说明"), required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会显示在公示页上，可以写明依据和联系方式。"),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        clean = self.cleaned_data
        return {
            "begins_at": beginning_of(clean["begins_date"]), "ends_at": end_of(clean["ends_date"]), "text": clean["text"],
        }  # fmt: skip


class ObjectionForm(forms.Form):
    """A hidden field that people leave empty keeps simple robots out."""

    item = forms.TypedChoiceField(label=_("针对哪一项"), coerce=int)
    reason = forms.CharField(
        label=_("异议与理由"), min_length=10, max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("请写明事实和依据，至少 10 个字。"),
    )  # fmt: skip
    name = forms.CharField(label=_("姓名或单位"), max_length=60, help_text=_("不公开，只供核实时使用。"))
    contact = forms.CharField(
        label=_("联系方式"), max_length=100, help_text=_("手机、座机或邮箱，不公开；留邮箱的，有答复时会收到邮件。")
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.pk, f"{one.title}（{one.version.resource.institution.name}）") for one in items]
        self.fields["item"].choices = [("", _("请选择")), *named]  # type: ignore[attr-defined]

    def clean_contact(self) -> str:
        contact = str(self.cleaned_data["contact"]).strip()
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact) and len(re.findall(r"\d", contact)) < 7:
            raise forms.ValidationError(_("请填写能联系到您的手机、座机或邮箱。"))
        return contact

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("website"):
            raise forms.ValidationError(_("没有收到，请重新填写。"))
        return cleaned


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("认定"), choices=[ObjectionState.choices[1], ObjectionState.choices[2]], widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=_("答复与理由"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("提出异议的人凭编号可以看到；成立的，也是名单上划去这一项的理由。"),
    )  # fmt: skip
