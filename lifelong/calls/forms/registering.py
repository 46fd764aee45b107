"""The registration as a web form: the same six values as the Word form, through the same judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifelong.calls import stamped
from lifelong.calls.actions.registering import institution_named
from lifelong.calls.form import FormValues
from lifelong.calls.models import Call, Registration
from lifelong.calls.values import NEEDED, normal, whole_landline
from lifelong.institutions.models import InstitutionKind
from lifelong.regions.models import Region
from lifelong.regions.queries import full_name, tree, within

LIMIT_WORD = 10 * 1024 * 1024


def tel(mode: str = "tel") -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": mode, "autocomplete": mode})


class RegistrationForm(forms.Form):
    institution_name = forms.CharField(
        label=_("单位名称"), max_length=200,
        widget=forms.TextInput(attrs={"list": "institutions", "autocomplete": "organization"}),
        help_text=_("与公章一致的全称，可从名册中选。"),
    )  # fmt: skip
    institution_kind = forms.ChoiceField(
        label=_("单位类型"), required=False, choices=[("", _("请选择")), *InstitutionKind.choices]
    )
    region = forms.ChoiceField(label=_("所在地区"), required=False)
    name = forms.CharField(
        label=_("负责人姓名"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("每个单位登记一位负责人。"),
    )  # fmt: skip
    position = forms.CharField(
        label=_("职务"), max_length=200, help_text=_("例如：继续教育学院 副院长"),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )  # fmt: skip
    landline = forms.CharField(
        label=_("座机"),
        required=False,
        max_length=60,
        widget=tel(),
        help_text=_("带区号，例如 0379-1234567；分机写在后面，例如 -8。"),
    )
    mobile = forms.CharField(label=_("手机"), max_length=60, widget=tel())
    email = forms.CharField(
        label=_("电子邮箱"), max_length=254, widget=tel("email"),
        help_text=_("今后用它登录，请填本人常用的邮箱。"),
    )  # fmt: skip
    consent = forms.BooleanField(
        label=_("我同意平台为办理本次征集使用以上个人信息"), error_messages={"required": _("请阅读并勾选同意，否则无法办理登记。")},
        help_text=_("信息加密保存，只供审核和工作联系使用，页面上打码显示。"),
    )  # fmt: skip
    consent_needed = True

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = within(call.region) if call.region else tree().regions
        choices = [("", _("请选择")), *((code, full_name(code)) for code in tree().regions if code in codes)]
        self.fields["region"].choices = choices  # type: ignore[attr-defined]
        for name, label in NEEDED.items():
            self.fields[name].error_messages["required"] = gettext("请填写%s。") % label
        if not self.consent_needed:
            del self.fields["consent"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        values, problems = normal({name: str(found.get(name, "")) for name in RAW})
        for name, sentence in problems.items():
            if name not in self.errors:
                self.add_error(name, sentence)
        self.judged = values | {
            "institution_kind": found.get("institution_kind", ""),
            "region": tree().regions.get(found.get("region", "")),
        }
        return found

    def values(self) -> dict[str, Any]:
        """The values of ``actions.prepare`` and ``actions.correct``."""
        return self.judged


RAW = ("institution_name", "name", "position", "landline", "mobile", "email")


def initial_of(registration: Registration) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(registration, name) for name in RAW}
    found["landline"] = whole_landline({"landline": registration.landline, "extension": registration.extension})
    found["institution_kind"], found["region"] = registration.institution_kind, registration.region_id or ""
    found["consent"] = True
    return found


def initial_from_word(values: FormValues) -> dict[str, str]:
    found = values.as_dict()
    return found | {"institution_name": found.pop("institution")}


class EnterForm(RegistrationForm):
    """By an officer for somebody, with the papers that came by e-mail."""

    consent_needed = False
    word = forms.FileField(label=_("Word 登记表"), required=False)
    stamped = forms.FileField(label=_("盖章的登记表（PDF）"), required=False)


class WordForm(forms.Form):
    word = forms.FileField(
        label=_("填好的 Word 登记表"), widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={"required": _("请先选择填好的登记表（.docx）。"), "empty": _("这个文件是空的。")},
    )  # fmt: skip

    def clean_word(self) -> Any:
        word = self.cleaned_data["word"]
        if word.size > LIMIT_WORD:
            raise forms.ValidationError(gettext("登记表不应超过 10 MB。"))
        return word


class StampedForm(forms.Form):
    stamped = forms.FileField(
        label=_("盖章的登记表（PDF）"), widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        help_text=_("1–20 页，不超过 20 MB。"),
        error_messages={"required": _("请先选择盖章扫描的 PDF。"), "empty": _("这个文件是空的。")},
    )  # fmt: skip

    def clean_stamped(self) -> Any:
        file = self.cleaned_data["stamped"]
        if file.size > stamped.LIMIT_BYTES:
            raise forms.ValidationError(gettext("文件超过 20 MB。请降低扫描分辨率（150–200 dpi 即可）后再上传。"))
        return file


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("邮箱验证码"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class SettleForm(forms.Form):
    """The officer's part of an approval: which institution it is, whether another person is replaced."""

    institution = forms.CharField(
        label=_("它是名册中的哪个单位"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"list": "institutions"}),
    )  # fmt: skip
    enter_new = forms.BooleanField(label=_("名册里确实没有，登记为新单位"), required=False)
    code = forms.CharField(label=_("单位代码"), required=False, max_length=60, help_text=_("学校标识码；没有的留空。"))
    kind = forms.ChoiceField(label=_("单位类型"), required=False, choices=InstitutionKind.choices)
    region = forms.ChoiceField(label=_("所在地区"), required=False)
    replace = forms.BooleanField(label=_("更换负责人"), required=False)
    without_paper = forms.CharField(label=_("没有盖章扫描件时，纸质原件存放何处"), required=False, max_length=200)

    def __init__(self, *args: Any, registration: Registration, **options: Any) -> None:
        super().__init__(*args, **options)
        self.registration = registration
        region = registration.call.region
        codes = within(region) if region else tree().regions
        choices = [(code, full_name(code)) for code in tree().regions if code in codes]
        self.fields["region"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if text := found.get("institution"):
            found["institution"] = institution_named(self.registration.call, text)
            if found["institution"] is None:
                self.add_error("institution", gettext("名册里没有叫“%s”的单位，请核对全称。") % text)
        if found.get("enter_new") and not found.get("region"):
            self.add_error("region", gettext("请选择所在地区。"))
        return found

    def arguments(self) -> dict[str, Any]:
        """The arguments of ``actions.approve``."""
        found = self.cleaned_data
        arguments: dict[str, Any] = {"replace": found["replace"], "without_paper": found["without_paper"]}
        if found["institution"]:
            arguments["institution"] = found["institution"]
        elif found["enter_new"]:
            region: Region = tree().regions[found["region"]]
            arguments["enter"] = {"kind": found["kind"], "region": region, "code": found["code"]}
        return arguments


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFiles, self).clean(file, initial) for file in files]


class FilesForm(forms.Form):
    """Word forms and stamped PDFs that came by e-mail, dropped together."""

    papers = ManyFiles(
        label=_("登记表（.docx）和盖章扫描件（.pdf），可一次放入多份"),
        help_text=_("同一单位的两份文件请用相同的文件名，例如“洛河大学.docx”和“洛河大学.pdf”。"),
        error_messages={"required": _("请先选择文件。")},
    )
