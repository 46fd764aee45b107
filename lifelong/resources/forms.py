"""Shapes of input. The standard's validator judges values; a form only carries texts and shows sentences beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.calls.scope import Area, ResourceType
from lifelong.resources.checklist import Checklist
from lifelong.resources.contents import as_typed as as_lines
from lifelong.resources.models import Series, Version
from lifelong.resources.queries.categories import category_choices, choice_of, split_path
from lifelong.standards.metadata import standard

REQUIRED = {"title", "type", "area", "summary", "speakers", "rights_holder"}
COVER_ACCEPT = "image/jpeg,.jpg,.jpeg"
LARGEST_TOGETHER = 20 * 1024 * 1024  # what a form may carry
PAPER_ACCEPT = "application/pdf,image/jpeg,image/png,.pdf,.jpg,.jpeg,.png,.doc,.docx"


def _text(name: str, **attrs: Any) -> forms.CharField:
    wanted = standard().field(name)
    return forms.CharField(
        label=_(wanted.heading), required=False, strip=False, help_text=_(wanted.help),
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )  # fmt: skip


class VersionForm(forms.Form):
    """The 18 fields of a draft as texts. ``values()`` gives them by their names in code for ``drafts.save_draft``."""

    use_required_attribute = False

    def __init__(
        self, version: Version, shown: Mapping[str, Any], *, problems: Iterable[Mapping[str, str]] = ()
    ) -> None:
        """``shown``: texts by field as they stand or were just typed (a POST serves as it is)."""
        super().__init__(shown if hasattr(shown, "getlist") else _texts(version, shown), auto_id="id_%s")
        self.version = version
        self._make_fields()
        for field in self.fields.values():
            field.notices = []  # type: ignore[attr-defined]
        self.is_valid()
        for name in REQUIRED:  # marked as wanted, never refused: a draft has gaps
            self.fields[name].required = True
        for problem in problems:
            if problem["severity"] == "error":
                self.add_error(problem["field"] if problem["field"] in self.fields else None, problem["message"])
            elif problem["field"] in self.fields:
                self.fields[problem["field"]].notices.append(problem["message"])  # type: ignore[attr-defined]

    def _make_fields(self) -> None:
        series = [(str(s.pk), s.title) for s in Series.objects.filter(institution=self.version.resource.institution)]
        self.fields |= {
            "title": _text("title", maxlength=200),
            "type": _choice("type", ResourceType.choices, forms.RadioSelect),
            "area": _choice("area", Area.choices, forms.RadioSelect),
            "category": _choice("category", [("", _("未选")), *category_choices()], forms.Select),
            "category_more": forms.CharField(
                label=_("更细的分类"), required=False, strip=False,
                help_text=_("可不填。在所选分类之下再写，各级用 - 连接，例如 航空知识-航空发动机。"),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            ),
            "summary": _long("summary", 5),
            "keywords": _text("keywords"),
            "speakers": _text("speakers"),
            "rights_holder": _text("rights_holder"),
            "rights_until": _text("rights_until", placeholder="2027-12-31"),
            "series": _choice("series", [("", _("不属于系列")), *series], forms.Select),
            "series_new": forms.CharField(
                label=_("新建系列"), required=False, strip=False, help_text=_("上面没有的系列写在这里，保存后即可选择。"),
                widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 200}),
            ),
            "series_order": _text("series_order", inputmode="numeric"),
            "created_date": _text("created_date", placeholder="2026-04-23"),
            "duration": _text("duration", placeholder="00:45:00"),
            "link": _text("link", inputmode="url", placeholder="https://"),
            "host_platform": _text("host_platform"),
            "declared_views": _text("declared_views", inputmode="numeric"),
            "declared_learners": _text("declared_learners", inputmode="numeric"),
            "own_number": _text("own_number"),
            "outline": _long("outline", 8),
        }  # fmt: skip
        self.fields["outline"].help_text = _(
            "一行一条：序号 标题 开始时间，例如“1.1 绪论 00:00:00”；序号的层次就是目录的层次。也可以粘贴 XML。"
        )

    def values(self, *, finished: bool = True) -> dict[str, Any]:
        """What was typed, by the names of the standard; fields that the POST does not carry are left out.

        While one still types (``finished`` False) a new series is only kept as text, lest every letter make one.
        """
        given = {name: self.data[name] for name in self.fields if name in self.data}
        if "series" in given or "series_new" in given:
            chosen = dict(self.fields["series"].choices).get(given.get("series", ""), "")  # type: ignore[attr-defined]
            new = given.get("series_new", "").strip()
            given["series"] = new if new and finished else (chosen if given.get("series") else "")
            given["series_new"] = "" if finished else new
        if "category" in given or "category_more" in given:
            given["category"] = choice_of(given.get("category", ""), given.pop("category_more", ""))
        return given


def _texts(version: Version, shown: Mapping[str, Any]) -> dict[str, str]:
    """A version's values as the form's controls hold them."""
    texts = {name: "" if value is None else str(value) for name, value in shown.items()}
    texts["series"] = str(version.series_id or "")
    texts["series_new"] = str(shown.get("series_new") or ("" if version.series_id else shown.get("series")) or "")
    texts["category"], texts["category_more"] = split_path(version, str(shown.get("category") or ""))
    texts["outline"] = as_lines(texts.get("outline", ""))
    return texts


def _choice(name: str, choices: Iterable[Any], widget: type[forms.Widget]) -> forms.Field:
    """A choice that never refuses: what a sheet brought in wrongly is the validator's to say."""
    wanted = standard().field(name)
    field = forms.ChoiceField(label=_(wanted.heading), required=False, help_text=_(wanted.help), widget=widget)
    field.choices = list(choices)
    field.validate = lambda value: None  # type: ignore[method-assign]
    return field


def _long(name: str, lines: int) -> forms.CharField:
    wanted = standard().field(name)
    return forms.CharField(
        label=_(wanted.heading), required=False, strip=False, help_text=_(wanted.help),
        widget=forms.Textarea(attrs={"rows": lines}),
    )  # fmt: skip


FILLABLE = (
    "area", "type", "category", "series", "rights_holder", "rights_until", "speakers", "keywords", "host_platform", "created_date",
    "summary",
)  # fmt: skip


class FillForm(forms.Form):
    """One value for one field of many drafts."""

    field = forms.ChoiceField(label=gettext_lazy("要填的字段"))
    value = forms.CharField(
        label=gettext_lazy("填写内容"), max_length=2000,
        error_messages={"required": gettext_lazy("请写要填的内容。")},
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="fill_%s")
        self.fields["field"].choices = [  # type: ignore[attr-defined]
            (name, _(standard().field(name).heading)) for name in FILLABLE
        ]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明原因。")},
    )  # fmt: skip


class DeclarationForm(forms.Form):
    """单位自审清单: each item yes, or no with a remark; a promise signed by name."""

    name = forms.CharField(
        label=gettext_lazy("签名"), max_length=60, error_messages={"required": gettext_lazy("请填写您的姓名。")},
        help_text=gettext_lazy("填写您的姓名，与账号姓名一致，即为签署。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip

    def __init__(self, current: Checklist, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="sign_%s")
        self.checklist = current

    def items(self) -> list[dict[str, Any]]:
        """Item with what was answered, for the page: ``item answer remark error``."""
        return [
            {
                "item": item, "answer": self.data.get(f"answer-{item.id}", ""),
                "remark": self.data.get(f"remark-{item.id}", ""), "error": self.wrong.get(item.id, ""),
            }
            for item in self.checklist.items
        ]  # fmt: skip

    wrong: Mapping[str, str] = {}

    def answers(self) -> dict[str, dict[str, Any]]:
        given = {"yes": True, "no": False}
        return {
            item.id: {
                "answer": given.get(self.data.get(f"answer-{item.id}", "")),
                "remark": self.data.get(f"remark-{item.id}", ""),
            }
            for item in self.checklist.items
        }

    def signed_name(self) -> str:
        return str(self.data.get("name", ""))

    def refused(self, fields: Mapping[str, str]) -> None:
        """Puts an action's sentences where they belong."""
        self.wrong = fields
        self.is_valid()
        if "name" in fields and not self.has_error("name"):
            self.add_error("name", fields["name"])


class SheetForm(forms.Form):
    """A sheet of metadata and, where one likes, a ZIP of the files it names; 20 MB in all."""

    sheet = forms.FileField(
        label=gettext_lazy("元数据表"), help_text=gettext_lazy(".xlsx、.xls 或 .csv，每行一项资源，一次最多 5 万行。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.ods,.csv"}), allow_empty_file=True,
        error_messages={"required": gettext_lazy("还没有选择表格。")},
    )  # fmt: skip
    archive = forms.FileField(
        label=gettext_lazy("文件压缩包（ZIP）"), required=False, widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=gettext_lazy("表中写了文件名的封面、授权文件和小的音视频可以一起上传，与表格合计 20 MB 以内；大文件导入后在各资源的“文件”页上传。"),
    )  # fmt: skip

    def __init__(self, calls: Iterable[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._calls = {call.number: call for call in calls}
        if len(self._calls) > 1:
            choices = [("", _("以后再定")), *((number, call.title) for number, call in self._calls.items())]
            self.fields["call"] = forms.ChoiceField(label=_("用于征集"), choices=choices, required=False)

    def chosen_call(self) -> Any:
        """The chosen call, or the only open one."""
        if len(self._calls) == 1:
            return next(iter(self._calls.values()))
        return self._calls.get(self.cleaned_data.get("call", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        size = sum(file.size for name in ("sheet", "archive") if (file := cleaned.get(name)))
        if size > LARGEST_TOGETHER:
            text = _("表格和压缩包共 %(size)s MB，超过 20 MB。请把音视频留到导入后再上传，或把表格分成几个。")
            self.add_error("archive" if cleaned.get("archive") else "sheet", text % {"size": f"{size / (1 << 20):.1f}"})
        return cleaned
