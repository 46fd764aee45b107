"""Forms of the tree and the register: they read and return values; actions write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifelong.standards.categories import Tree
from lifelong.standards.platforms import LEVELS


class NodeName(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("1–60 个字；改名后，原来的名称仍能找到这一级。"))


class NewNode(forms.Form):
    name = forms.CharField(label=_("下一级的名称"), max_length=60)
    code = forms.RegexField(
        r"^[a-z0-9]+(-[a-z0-9]+)*$", label=_("代码"), required=False, max_length=24,
        help_text=_("小写拉丁字母、数字和短横，用在网址中，定了不改；不填时按拼音生成。"),
    )  # fmt: skip


class Destination(forms.Form):
    """Another node of the tree, chosen by its path."""

    to = forms.ChoiceField(label=_("移到哪一级下面"))

    def __init__(self, *args: Any, tree: Tree, without: set[str], label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—")] + [
            (node.code, f"{tree.chain(node.code)[0].name} › {tree.path_of(node.code).replace('-', ' › ')}")
            for node in tree
            if node.parent is not None and node.code not in without
        ]
        if label:
            field.label = label


class PlatformEntry(forms.Form):
    name = forms.CharField(label=_("平台名称"), max_length=100, help_text=_("平台对外的名称，例如「某某在线课堂」。"))
    hosts = forms.CharField(
        label=_("域名"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000,
        help_text=_("课程链接里的域名，一行一个，例如 course.example.org；它的下级域名一并算在内。"),
    )  # fmt: skip

    def clean_hosts(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["hosts"].replace(",", "\n").split("\n") if line.strip()]


class EvidenceEntry(forms.Form):
    level = forms.TypedChoiceField(label=_("等级保护级别"), coerce=int, choices=[("", "—"), *LEVELS.items()])
    filing_number = forms.CharField(
        label=_("备案证明编号"), max_length=60, help_text=_("公安机关《信息系统安全等级保护备案证明》上的编号。")
    )
    assessment_date = forms.DateField(
        label=_("最近一次测评日期"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("三级系统每年测评一次。"),
    )
    expires_date = forms.DateField(
        label=_("证明有效期至"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("一般为测评日期后一年。")
    )
    file = forms.FileField(
        label=_("证明材料"),
        required=False,
        max_length=200,
        help_text=_("PDF、JPG 或 PNG，不超过 8 MB；只有核实人员能看到。"),
    )
    text = forms.CharField(
        label=_("说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("没有材料时，请写明在哪里可以查到。"),
    )  # fmt: skip


class Reason(forms.Form):
    reason = forms.CharField(label=_("不采信的原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def add_refusal(form: forms.Form, fields: dict[str, str], message: str) -> None:
    """An action's refusal, where it happened."""
    known = {name: text for name, text in fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, message)
