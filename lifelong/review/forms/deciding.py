"""What reviewers type: a decision with its reasons, a reason, a batch."""

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from lifelong.calls.windows import end_of
from lifelong.review.lifecycle import LEADS_TO, Outcome, Stage
from lifelong.standards.metadata.standard import standard
from lifelong.web.refusals import REASON_MOST

REASON_ROWS = 4


def field_choices() -> list[tuple[str, Any]]:
    """What a reason may be about: the whole, the media, or one of the fields."""
    return [("", _("整体")), ("media", _("媒体文件")), *((f.name, _(f.heading)) for f in standard().fields[1:])]


class DecisionForm(forms.Form):
    """Outcome, reasons by field, a note, and for a return the day by which it is to be answered."""

    note = forms.CharField(
        label=_("总体意见"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    due_date = forms.DateField(
        label=_("请于何日前重报"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("只用于退回；不填则按征集规定的天数。"),
    )  # fmt: skip

    request_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stage: Stage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(o.value, o.label) for s, o in LEADS_TO if s == stage]
        self.fields["outcome"] = forms.ChoiceField(label=_("决定"), widget=forms.RadioSelect, choices=outcomes)
        if stage == Stage.FINAL:
            del self.fields["due_date"]
        for number in range(REASON_ROWS):
            self.fields[f"field_{number}"] = forms.ChoiceField(
                label=_("关于"), required=False, choices=field_choices
            )  # fmt: skip
            self.fields[f"text_{number}"] = forms.CharField(
                label=_("理由"),
                required=False,
                max_length=REASON_MOST,
                widget=forms.TextInput(attrs={"list": "phrases"}),
            )

    def clean_due_date(self) -> Any:
        due = self.cleaned_data["due_date"]
        if due and due < localdate():
            raise forms.ValidationError(_("重报日期已经过去，请填今天或以后的日期。"))
        return due

    def reason_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"field_{n}"], self[f"text_{n}"]) for n in range(REASON_ROWS)]

    def values(self) -> dict[str, Any]:
        clean = self.cleaned_data
        reasons = [
            {"field": clean[f"field_{n}"], "text": clean[f"text_{n}"]} for n in range(REASON_ROWS) if clean[f"text_{n}"]
        ]
        due = clean.get("due_date")
        return {
            "outcome": Outcome(clean["outcome"]), "reasons": reasons, "note": clean["note"],
            "due_at": end_of(due) if due else None, "request_key": clean["request_key"],
        }  # fmt: skip


class ManyForm(forms.Form):
    """A decision for every ticked row."""

    do = forms.ChoiceField(choices=Outcome.choices)
    reason = forms.CharField(required=False, max_length=REASON_MOST)

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), pk) for pk in offered]
        self.fields["id"] = forms.TypedMultipleChoiceField(coerce=int, choices=choices)


class BatchForm(forms.Form):
    number = forms.RegexField(
        r"^[0-9A-Za-z-]{1,30}$", label=_("批次号"), help_text=_("用数字、字母和短横线，如 2026-01。"),
        error_messages={"invalid": _("批次号只能用数字、字母和短横线，如 2026-01。")},
    )  # fmt: skip
    title = forms.CharField(label=_("名称"), max_length=100)
    announcement = forms.CharField(
        label=_("公告"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("会显示在公开的批次页面上。"),
    )  # fmt: skip


class ReleaseForm(forms.Form):
    """Now, or at a set time."""

    do = forms.ChoiceField(choices=[("now", ""), ("schedule", ""), ("call_back", ""), ("cancel", "")])
    publish_at = forms.DateTimeField(
        label=_("发布时间"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    despite = forms.CharField(
        label=_("仍要提前发布的理由"), required=False, max_length=REASON_MOST,
        help_text=_("公示期未满或异议未答复时才需要；会记录并公开。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("do") == "schedule" and not clean.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", _("请填写定时发布的时间。"))
        return clean
