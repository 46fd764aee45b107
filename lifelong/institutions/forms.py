"""What is typed about institutions, checked and returned."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.forms import AddressField, MobileField
from lifelong.accounts.models import User
from lifelong.institutions.models import InstitutionKind
from lifelong.institutions.policy import regions_managed_by
from lifelong.regions.models import Region
from lifelong.regions.queries import full_name, tree

GIGABYTE = 1024**3


def region_choices(user: User) -> list[tuple[str, str]]:
    """The regions in which the person enters institutions, by code."""
    managed = regions_managed_by(user)
    codes = [code for code in tree().regions if managed is None or code in managed]
    return [("", str(_("请选择"))), *((code, full_name(code)) for code in codes)]


class RegionField(forms.ChoiceField):
    def clean(self, value: Any) -> Region | None:
        code = super().clean(value)
        return tree().regions.get(code)


class InstitutionForm(forms.Form):
    name = forms.CharField(label=_("单位名称"), max_length=100)
    code = forms.CharField(
        label=_("单位代码"), max_length=60, required=False,
        help_text=_("高校填学校标识码；没有的留空，由平台按地区编号。登记后不能更改。"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("单位类型"), choices=InstitutionKind.choices)
    region = RegionField(label=_("所在地区"))
    office_email = AddressField(label=_("办公邮箱"), required=False, help_text=_("尚未登记负责人时，提醒发到这里。"))
    reporter_signs_alone = forms.BooleanField(
        label=_("负责人可单独完成单位自审"), required=False, help_text=_("不勾选时，须另有单位审核人签署。")
    )
    quota_gigabytes = forms.IntegerField(label=_("存储配额（GB）"), min_value=1, max_value=100_000, required=False)

    def __init__(self, *args: Any, user: User, new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["region"].choices = region_choices(user)  # type: ignore[attr-defined]
        if not new:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        """The arguments of ``enter_institution`` and ``change_institution``."""
        values = dict(self.cleaned_data)
        if gigabytes := values.pop("quota_gigabytes"):
            values["quota_bytes"] = gigabytes * GIGABYTE
        return values


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = AddressField(label=_("电子邮箱"))


class ReporterForm(PersonForm):
    mobile = MobileField(label=_("手机"), required=False)
    reason = forms.CharField(label=_("更换原因"), max_length=500, required=False)


class SheetForm(forms.Form):
    sheet = forms.FileField(label=_("表格文件"), help_text=_("先用“导出”得到表格，修改后再传上来；列名不要改动。"))

    def clean_sheet(self) -> Any:
        sheet = self.cleaned_data["sheet"]
        if sheet.size > 5 * 1024 * 1024:
            raise forms.ValidationError(_("表格不应超过 5 MB。"))
        return sheet
