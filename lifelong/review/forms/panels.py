"""How a panel is to be held, what it is to score, what is known of an expert."""

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from lifelong.calls.scope import Area, ResourceType
from lifelong.calls.windows import end_of
from lifelong.institutions.models import Institution


class PlanForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=100)
    due_date = forms.DateField(
        label=_("评审截止"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("含当日，到 24:00。")
    )
    each = forms.IntegerField(label=_("每件几位专家"), min_value=1, max_value=9)
    spread = forms.IntegerField(
        label=_("分差超过多少需仲裁"), min_value=0, max_value=100, help_text=_("最高与最低总分之差，满分 100。")
    )
    by_lot = forms.BooleanField(
        label=_("随机抽取专家"), required=False,
        help_text=_("在符合条件的专家中抽签，工作量大致均衡；不选则按领域和手头任务多少分配。"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("给专家的说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_due_date(self) -> Any:
        due = self.cleaned_data["due_date"]
        if due < localdate():
            raise forms.ValidationError(_("截止日期已经过去，请填今天或以后的日期。"))
        return due

    def values(self) -> dict[str, Any]:
        clean = dict(self.cleaned_data)
        due_at = end_of(clean.pop("due_date"))
        return {**clean, "due_at": due_at}


class ScopeForm(forms.Form):
    """Which of what waits: everything empty means all of it."""

    call = forms.ChoiceField(label=_("征集"), required=False)
    area = forms.ChoiceField(label=_("领域"), required=False, choices=[("", _("全部")), *Area.choices])
    type = forms.ChoiceField(label=_("类型"), required=False, choices=[("", _("全部")), *ResourceType.choices])
    institution = forms.ChoiceField(label=_("单位"), required=False)
    series = forms.CharField(label=_("所属系列"), required=False, max_length=100)

    def __init__(self, *args: Any, calls: Any, institutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("全部"))
        self.fields["call"].choices = [everything, *calls]  # type: ignore[attr-defined]
        self.fields["institution"].choices = [everything, *institutions]  # type: ignore[attr-defined]

    def lookups(self) -> dict[str, str]:
        """As a filter over rounds."""
        paths = {
            "call": "call__number", "area": "version__area", "type": "version__type",
            "institution": "version__resource__institution__code", "series": "version__series__title",
        }  # fmt: skip
        return {path: value for name, path in paths.items() if (value := self.cleaned_data[name].strip())}


class ExpertForm(forms.Form):
    areas = forms.MultipleChoiceField(
        label=_("擅长领域"), required=False, choices=Area.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("都不选表示各领域都可以。"),
    )  # fmt: skip
    employer = forms.ModelChoiceField(
        label=_("所在单位"), required=False, queryset=Institution.objects.order_by("name"), empty_label=_("不在名册里的单位"),
        help_text=_("本单位报送的资源不会分给这位专家。"),
    )  # fmt: skip
    capacity = forms.IntegerField(label=_("同时最多承担"), min_value=1, max_value=500, help_text=_("件。"))
    senior = forms.BooleanField(
        label=_("可担任仲裁"), required=False, help_text=_("意见分歧较大时优先请这些专家仲裁。")
    )
