"""What the operator types: a text in two languages, the day it begins, the footer."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.texts.models import AGREED_TO

LONGEST = 100_000
_PHONE = re.compile(r"[0-9+()（）\- 转]{3,40}")
_MARKS = gettext_lazy(
    "空一行分段。行首写“# ”是标题，“## ”是小标题，“- ”或“1. ”是列表；**两边加星号**加粗；[文字](https://网址) 是链接，站内写 [文字](/help)。"
)


class Words(forms.CharField):
    """A long text; a line's end counts as one character, as in the browser."""

    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class DraftForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    chinese = Words(
        label=gettext_lazy("中文"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 24}), help_text=_MARKS
    )
    english = Words(
        label=gettext_lazy("英文"), max_length=LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 24, "lang": "en"}),
        help_text=gettext_lazy("可以先存草稿后补，公布前要写好。标记与中文相同。"),
    )  # fmt: skip


class PublishForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    begins_date = forms.DateField(
        label=gettext_lazy("施行日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("留空立即施行。写了日期的，公布后大家就能看到全文，到那天零点自动替换现行版本；重大修改宜提前 7 天以上。"),
    )  # fmt: skip
    material = forms.ChoiceField(
        label=gettext_lazy("修改的性质"), widget=forms.RadioSelect,
        choices=[
            ("no", gettext_lazy("轻微：改错字、换说法，不影响权利义务；不再询问")),
            ("yes", gettext_lazy("重大：施行后，每个人下次访问时重新征求同意")),
        ],
    )  # fmt: skip
    changes = forms.CharField(
        label=gettext_lazy("改了什么"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写给用户看，列在历次版本里；重大修改必填。"),
    )  # fmt: skip
    changes_english = forms.CharField(
        label=gettext_lazy("改了什么（英文）"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )  # fmt: skip

    def __init__(self, *args: object, name: str, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        if name not in AGREED_TO:
            del self.fields["material"]


class OperatorForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    operator = forms.CharField(label=gettext_lazy("运营单位"), max_length=100, required=False)
    phone = forms.CharField(label=gettext_lazy("服务电话"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("联系邮箱"), required=False)
    icp = forms.CharField(label=gettext_lazy("ICP 备案号"), max_length=60, required=False)
    police = forms.CharField(label=gettext_lazy("公安备案号"), max_length=60, required=False)

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if phone and not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("电话只写数字和 + - ( ) 空格、“转”，例如 010-12345678 转 8。"))
        return phone
