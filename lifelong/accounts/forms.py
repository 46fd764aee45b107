"""What people type on the account pages, checked and returned; nothing is saved here."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lifelong.accounts import telephones
from lifelong.accounts.models import Authority, AuthorityKind, Role, User
from lifelong.accounts.queries import authorities
from lifelong.regions.queries import provinces

format_html_lazy = lazy(format_html, str)


class MobileField(forms.CharField):
    """A mobile number in any usual writing, returned as eleven digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}), **options
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return telephones.mobile(text) if text else ""
        except telephones.TelephoneError as error:
            raise forms.ValidationError(str(error)) from error


class AddressField(forms.EmailField):
    """An e-mail with full-width signs and stray spaces folded away."""

    default_error_messages = {"invalid": _("电子邮箱写法不对，请写成 name@example.org 的样子。")}

    def to_python(self, value: Any) -> str:
        return telephones.email(value) if value else ""


class DetailsForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    mobile = MobileField(label=_("手机"), required=False, help_text=_("便于工作联系，加密保存。"))

    def __init__(self, *args: Any, at_work: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not at_work:
            name = LearnerForm.base_fields["name"]
            self.fields["name"].label, self.fields["name"].help_text = name.label, name.help_text
            self.fields["name"].required = False
            self.fields["mobile"].help_text = _("可以不填。加密保存，不会显示给别人。")


class ActivationForm(forms.Form):
    """``way`` is passkey where no password is wanted; the button for it sends the fields empty."""

    use_required_attribute = False
    password = forms.CharField(
        label=_("新密码"), strip=False, error_messages={"required": _("请设置密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 位，不要用常见密码，也不要全是数字。"),
    )  # fmt: skip
    again = forms.CharField(
        label=_("再输一次"), strip=False, error_messages={"required": _("请再输一次密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.data.get("way") == "passkey":
            self.fields.clear()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("两次输入的密码不一样，请重新输入。"))
        return values


class SetupForm(forms.Form):
    """The three administrators of an empty platform."""

    operator = forms.CharField(label=_("运营单位名称"), max_length=100)
    system_name = forms.CharField(label=_("系统管理员姓名"), max_length=60)
    system_email = AddressField(label=_("系统管理员电子邮箱"), help_text=_("管设置、存储、任务、机构与账号。"))
    security_name = forms.CharField(label=_("安全管理员姓名"), max_length=60)
    security_email = AddressField(label=_("安全管理员电子邮箱"), help_text=_("授予和收回角色，解除锁定。"))
    audit_name = forms.CharField(label=_("审计管理员姓名"), max_length=60)
    audit_email = AddressField(label=_("审计管理员电子邮箱"), help_text=_("查看和校验审计记录。"))

    def administrators(self) -> dict[str, tuple[str, str]]:
        found = self.cleaned_data
        return {
            f"{kind}_administrator": (found[f"{kind}_name"], found[f"{kind}_email"])
            for kind in ("system", "security", "audit")
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        emails = [values.get(f"{kind}_email") for kind in ("system", "security", "audit")]
        for position, email in enumerate(emails):
            if email and email in emails[:position]:
                name = ("system_email", "security_email", "audit_email")[position]
                self.add_error(name, _("三员须由三个人分别担任，这个邮箱已填给另一位。"))
        return values


class AppointmentForm(forms.Form):
    email = AddressField(label=_("电子邮箱"), help_text=_("没有账号的人会收到激活链接。"))
    name = forms.CharField(label=_("姓名"), max_length=60, required=False, help_text=_("新开账号时使用。"))
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    authority = forms.ModelChoiceField(
        label=_("主管部门"), queryset=Authority.objects.none(),
        help_text=_("列表里没有的，请系统管理员先在“主管部门”里登记。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["authority"].queryset = authorities()  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=500)


class AuthorityForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=100)
    kind = forms.ChoiceField(label=_("类别"), choices=AuthorityKind.choices)
    region = forms.ChoiceField(label=_("省份"), required=False, help_text=_("省级教育行政部门必选。"))
    part_of = forms.ModelChoiceField(
        label=_("所属部门"), queryset=Authority.objects.none(), required=False,
        help_text=_("受部门委托办事的机构，例如省社区教育服务指导中心。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("不限省份")), *((province.code, province.name) for province in provinces())]
        self.fields["region"].choices = choices  # type: ignore[attr-defined]
        self.fields["part_of"].queryset = authorities().filter(part_of=None)  # type: ignore[attr-defined]


class NameForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=100)


class LearnerForm(forms.Form):
    """What a sign-up asks beside e-mail and password: as little as can be, and the consent."""

    name = forms.CharField(
        label=_("称呼"), max_length=60, required=False, help_text=_("评论时只显示第一个字，如“张*”。可以不填。")
    )
    under_14 = forms.BooleanField(label=_("我未满 14 周岁"), required=False)
    guardian = forms.BooleanField(
        label=_("我的监护人已阅读并同意"), required=False,
        help_text=_("未满 14 周岁的，请和父母或其他监护人一起开通，由监护人勾选。"),
    )  # fmt: skip
    agree = forms.BooleanField(
        label=_("我已阅读并同意用户协议和隐私政策"), required=False,
        help_text=format_html_lazy(
            '<a href="/terms" target="_blank">{}</a> · <a href="/privacy" target="_blank">{}</a>',
            _("用户协议"), _("隐私政策"),
        ),
    )  # fmt: skip
    field_order = ["name", "email", "password1", "password2", "under_14", "guardian", "agree"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("agree"):
            self.add_error("agree", _("请先阅读用户协议和隐私政策；同意后才能开通账号。"))
        if values.get("under_14") and not values.get("guardian"):
            self.add_error("guardian", _("未满 14 周岁，须经监护人同意。不开通账号也可以学习全部资源。"))
        return values

    def signup(self, request: Any, user: User) -> None:
        """What the library calls once the account is there, in the transaction of ``save``."""
        from lifelong.accounts.actions import change_details, open_learner

        now = timezone.now()
        if self.cleaned_data["name"]:
            change_details(user, name=self.cleaned_data["name"], mobile="", by=user, at=now)
        open_learner(user, guardian=self.cleaned_data["under_14"], at=now)
