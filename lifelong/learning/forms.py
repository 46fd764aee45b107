"""What learners and moderators type; read and returned, saved by actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifelong.catalogue.lti.entry import https_address
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import StudyList

LONGEST_SECOND = 360_000  # a hundred hours
IN_WORDS = {"required": _("请先写下内容。")}


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("笔记"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), error_messages=IN_WORDS
    )


class NewNoteForm(NoteForm):
    """``second`` is filled in by the page from the player; without a script the note is about the whole."""

    second = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_SECOND, widget=forms.HiddenInput)
    file = forms.IntegerField(required=False, min_value=1, max_value=9999, widget=forms.HiddenInput)


class ListForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=60)
    due_date = forms.DateField(
        label=_("计划完成日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("填了日期就是学习计划。"),
    )  # fmt: skip


class AddForm(forms.Form):
    """Into one of one's lists, or into a new one."""

    study_list = forms.ModelChoiceField(queryset=StudyList.objects.none(), required=False)
    title = forms.CharField(label=_("新清单的名称"), max_length=60, required=False)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["study_list"].queryset = StudyList.objects.filter(user=user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("study_list") and not (values.get("title") or "").strip():
            self.add_error("title", _("请选择一个清单，或写下新清单的名称。"))
        return values


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(label=_("评分"), coerce=int, choices=[(n, n) for n in range(1, 6)])


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("评论"), min_length=2, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("审核后显示。请不要写电话、住址等个人信息。"),
        error_messages={**IN_WORDS, "min_length": _("请至少写两个字。")},
    )  # fmt: skip


class FlagForm(forms.Form):
    reason = forms.CharField(
        label=_("举报理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}), error_messages=IN_WORDS
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("申诉"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("请写明为什么应当显示。每次处理可以申诉一次。"), error_messages=IN_WORDS,
    )  # fmt: skip


class ModerationForm(forms.Form):
    """For every ticked comment; ``keep`` dismisses what was held against it."""

    do = forms.ChoiceField(
        choices=[(CommentState.SHOWN, ""), (CommentState.REFUSED, ""), (CommentState.REMOVED, ""), ("keep", "")]
    )
    reason = forms.CharField(label=_("理由"), max_length=200, required=False)


class AppealAnswerForm(forms.Form):
    grant = forms.ChoiceField(choices=[("1", ""), ("0", "")])
    answer = forms.CharField(label=_("答复"), max_length=500)


class StoreForm(forms.Form):
    """An LRS. The secret is never shown again: left empty, it stays."""

    name = forms.CharField(label=_("名称"), max_length=100)
    endpoint = forms.CharField(
        label=_("接口地址"), max_length=500,
        help_text=_("以 https:// 开头，陈述送到它下面的 statements，例如 https://lrs.example.org/xapi。"),
    )  # fmt: skip
    key = forms.CharField(label=_("用户名（key）"), max_length=255)
    secret = forms.CharField(
        label=_("密码（secret）"), max_length=500, required=False, help_text=_("保存后不再显示；修改时留空就是不变。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    is_open = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["secret"].required = is_new
        if not is_new:
            self.fields["endpoint"].help_text = _("改了接口地址就是换了收件方：还没送达的不再送，学习者要重新同意。")

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if ":" in key:  # RFC 7617: what comes before the colon is the name
            raise forms.ValidationError(_("用户名里不能有冒号。"))
        return key

    def clean_endpoint(self) -> str:
        endpoint = https_address(self.cleaned_data["endpoint"])
        if "?" in endpoint or "#" in endpoint:
            raise forms.ValidationError(_("接口地址不带参数。"))
        return endpoint.rstrip("/")
