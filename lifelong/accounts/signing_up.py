"""The library's forms, ours beneath them. At sign-up the account and the consent to it are written together or not at all."""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django.db import transaction
from django.utils.translation import gettext as _


class ByEmail(SignupForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("电子邮箱")
        self.fields["email"].widget.attrs.pop("placeholder", None)
        self.fields["email"].help_text = _("用来登录，不会显示给别人。")
        for name, label in (("password1", _("密码")), ("password2", _("再输一次密码"))):
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].widget.attrs.pop("placeholder", None)  # the label says it already
        if "password1" in self.fields:
            self.fields["password1"].help_text = _("至少 10 位，不要用常见密码，也不要全是数字。")

    @transaction.atomic
    def save(self, request: Any) -> Any:
        return super().save(request)


class ByOtherAccount(SocialSignupForm):
    """The address is the one the other account told of: it is what tells that the two are the same person."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("电子邮箱")
        if self.initial.get("email"):
            self.fields["email"].disabled = True

    @transaction.atomic
    def save(self, request: Any) -> Any:
        return super().save(request)


class Passkey(AddWebAuthnForm):
    """One that signs in by itself, as the page promises, unless the person wants less."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = _(
            "登录时只要指纹、面容或锁屏密码。不勾选的，只用来在输入密码以后再验证一次。"
        )
