"""Forms of the word lists: they read and return values; actions write."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lifelong.screening.models import Severity


class ListEntry(forms.Form):
    name = forms.CharField(label=_("词表名称"), max_length=60)
    category = forms.CharField(
        label=_("类别"), max_length=60, help_text=_("审核人员看到的类别，例如「赌博」「个人信息」。")
    )
    severity = forms.ChoiceField(
        label=_("级别"), choices=Severity.choices, initial=Severity.LOOK, widget=forms.RadioSelect,
        help_text=_("阻止：审核人员写明理由放行以前，不能推荐；提示：只显示给审核人员看。"),
    )  # fmt: skip


class ListSettings(ListEntry):
    is_active = forms.BooleanField(label=_("启用这个词表"), required=False)


class NewWords(forms.Form):
    words = forms.CharField(
        label=_("增加的词"), required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("一行一个。全角半角、大小写、繁体简体、拼音、形近字母、字与字之间的空格和符号都不必重复添加。"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("或者导入文本文件"), required=False, help_text=_("UTF-8 或 GB18030，一行一个词，# 后面是备注。")
    )


class NewPhrase(forms.Form):
    text = forms.CharField(
        label=_("放行短语"),
        max_length=100,
        help_text=_(
            "词表中的词出现在这个短语里时不算，例如词「性交」与短语「男性交流」；办公电话、公用邮箱也写在这里。"
        ),
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=200)


class Trial(forms.Form):
    text = forms.CharField(label=_("要试的文字"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 10}))


def add_refusal(form: forms.Form, fields: dict[str, str], message: str) -> None:
    """An action's refusal, where it happened."""
    known = {name: text for name, text in fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, message)
