"""Stamped scans that are put beside a call, and the written request that one comes with."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifelong.calls import stamped
from lifelong.calls.forms.composing import day_field

HELP = _("1–20 页，不超过 20 MB。")
SCAN = {"accept": "application/pdf,.pdf"}


def _within_limit(file: Any) -> Any:
    if file.size > stamped.LIMIT_BYTES:
        raise forms.ValidationError(gettext("文件超过 20 MB。请降低扫描分辨率（150–200 dpi 即可）后再上传。"))
    return file


class LetterForm(forms.Form):
    letter = forms.FileField(
        label=_("盖章件（PDF）"), widget=forms.FileInput(attrs=SCAN), help_text=HELP,
        error_messages={"required": _("请先选择盖章扫描的 PDF。"), "empty": _("这个文件是空的。")},
    )  # fmt: skip

    def clean_letter(self) -> Any:
        return _within_limit(self.cleaned_data["letter"])


class DeputationForm(forms.Form):
    asked_by_name = forms.CharField(
        label=_("委托人"), max_length=60, help_text=_("在书面申请上签名的单位人员。"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("委托事项"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("申请上写明的内容，例如：代为上传并报送 3 项资源。"),
    )  # fmt: skip
    until = day_field(_("代报至"), help_text=_("含当日，最多 30 天；可随时提前终止。"))
    request = forms.FileField(
        label=_("单位盖章的书面申请（PDF）"), widget=forms.FileInput(attrs=SCAN), help_text=HELP,
        error_messages={"required": _("请先选择盖章扫描的 PDF。"), "empty": _("这个文件是空的。")},
    )  # fmt: skip

    def clean_request(self) -> Any:
        return _within_limit(self.cleaned_data["request"])

    def values(self) -> dict[str, Any]:
        """The arguments of ``actions.deputise``."""
        found = dict(self.cleaned_data)
        file = found.pop("request")
        return found | {"request_file": (file.name, file.read())}
