"""The form in which the operator enters a school's platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.standards.links.addresses import NotPublic, Refused, read_address


def https_address(value: str) -> str:
    """As written, if it may be asked for. Raises ``ValidationError``."""
    try:
        address = read_address(value)
    except NotPublic as refused:
        raise forms.ValidationError(_("这不是公共互联网上的地址，平台不与它连接。")) from refused
    except Refused as refused:
        raise forms.ValidationError(str(refused)) from refused
    if not address.url.startswith("https://"):
        raise forms.ValidationError(_("请填写 https:// 开头的网址。"))
    return value


class PlatformForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("平台名称"), max_length=100)
    issuer = forms.CharField(
        label=gettext_lazy("签发者（issuer）"),
        max_length=255,
        help_text=gettext_lazy("学校平台给出的 Platform ID，一般是它的网址。"),
    )
    client_id = forms.CharField(label=gettext_lazy("客户端标识（client_id）"), max_length=255)
    deployments = forms.CharField(
        label=gettext_lazy("部署编号（deployment_id）"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000,
        help_text=gettext_lazy("一行一个；没有登记的部署不能启动。"),
    )  # fmt: skip
    auth_url = forms.CharField(label=gettext_lazy("认证地址"), max_length=500)
    token_url = forms.CharField(label=gettext_lazy("令牌地址"), max_length=500)
    jwks_url = forms.CharField(label=gettext_lazy("公钥地址（JWKS）"), max_length=500)
    is_open = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)

    def clean_deployments(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["deployments"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("auth_url", "token_url", "jwks_url"):
            if given.get(name):
                try:
                    https_address(given[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return given
