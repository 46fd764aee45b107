"""Composing a call: texts, the matrix of what is asked, windows; contacts, announcements, extensions."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.forms import AddressField
from lifelong.accounts.models import Authority, AuthorityKind, User
from lifelong.calls import scope, windows
from lifelong.calls.actions import Span
from lifelong.calls.actions.registering import institution_named
from lifelong.calls.lifecycle import CallState, Stage
from lifelong.calls.models import Amendment, Call
from lifelong.calls.queries import authorities_issuing
from lifelong.institutions.models import Institution, InstitutionKind

DAY = {"type": "date"}
HOUR = {"type": "time"}


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **options)


def hour_field(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs=HOUR, format="%H:%M"), **options)


class CallForm(forms.Form):
    """The scope is a grid of tick boxes, value ``area:type``; every stage has begin, end and hour of the end."""

    issued_by = forms.ModelChoiceField(label=_("发布单位"), queryset=Authority.objects.none(), empty_label=None)
    number = forms.SlugField(
        label=_("征集编号"), max_length=40, help_text=_("用作网页地址，只用字母、数字和横线，例如 2026-01。发布后不变。"),
        error_messages={"invalid": _("征集编号只能用字母、数字、横线和下划线，例如 2026-01。")},
    )  # fmt: skip
    document_number = forms.CharField(label=_("发文字号"), max_length=60, required=False)
    title = forms.CharField(label=_("标题"), max_length=200)
    body = forms.CharField(
        label=_("通知正文"), widget=forms.Textarea(attrs={"rows": 12}), required=False, max_length=50_000,
        help_text=_("空一行分段。发布前必填。"),
    )  # fmt: skip
    parent = forms.ModelChoiceField(
        label=_("上级征集"), queryset=Call.objects.none(), required=False, empty_label=_("无")
    )
    scope = forms.MultipleChoiceField(label=_("征集范围"), required=False)
    answer_kinds = forms.MultipleChoiceField(
        label=_("报送单位类型"), choices=InstitutionKind.choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("都不勾选表示各类单位均可报送。"),
    )  # fmt: skip
    quota = forms.IntegerField(label=_("每单位报送限额"), min_value=1, max_value=100_000, required=False)
    grace_minutes = forms.IntegerField(
        label=_("上传宽限（分钟）"), min_value=0, max_value=2880, initial=120,
        help_text=_("截止前已开始上传的资源，可在截止后这段时间内提交。"),
    )  # fmt: skip
    return_days = forms.IntegerField(label=_("退回修改期限（天）"), min_value=1, max_value=60, initial=3)

    def __init__(self, *args: Any, user: User, new: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        issuing = authorities_issuing(user)
        self.fields["issued_by"].queryset = Authority.objects.filter(  # type: ignore[attr-defined]
            pk__in=[authority.pk for authority in issuing]
        )
        self.fields["parent"].queryset = Call.objects.filter(  # type: ignore[attr-defined]
            issued_by__kind=AuthorityKind.MINISTRY
        ).exclude(state=CallState.DRAFT)
        choices = [(f"{area}:{type_}", "") for area in scope.Area.values for type_ in scope.ResourceType.values]
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]
        if not new:
            del self.fields["issued_by"], self.fields["number"]
        for stage in Stage:
            self.fields[f"{stage}_begin"] = day_field(gettext("%s开始") % stage.label, required=False)
            self.fields[f"{stage}_end"] = day_field(
                gettext("%s截止") % stage.label, required=False, help_text=_("含当日，至 24:00；填了时刻则以时刻为准。")
            )
            self.fields[f"{stage}_hour"] = hour_field(gettext("%s截止时刻") % stage.label)

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The rows of the windows' table."""
        return [
            {"label": stage.label, **{part: self[f"{stage}_{part}"] for part in ("begin", "end", "hour")}}
            for stage in Stage
        ]

    @property
    def grid(self) -> list[dict[str, Any]]:
        """The matrix: rows are areas, cells types, with what is ticked."""
        ticked = set(self["scope"].value() or [])
        return [
            {
                "label": area.label,
                "cells": [
                    {"value": f"{area}:{one}", "label": one.label, "ticked": f"{area}:{one}" in ticked}
                    for one in scope.ResourceType
                ],
            }
            for area in scope.Area
        ]

    def values(self) -> dict[str, Any]:
        """The arguments of ``draft_call`` and ``change_call``."""
        found = dict(self.cleaned_data)
        matrix: dict[str, list[str]] = {}
        for pair in found.pop("scope"):
            area, type_ = pair.split(":")
            matrix.setdefault(area, []).append(type_)
        spans: dict[str, Span] = {}
        for stage in Stage:
            begin, end, hour = (found.pop(f"{stage}_{part}") for part in ("begin", "end", "hour"))
            if end:
                begins_at = windows.beginning_of(begin) if begin else None
                spans[stage.value] = Span(windows.end_of(end, hour), begins_at)
        return found | {"scope": matrix, "spans": spans}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for stage in Stage:
            begin, end, hour = (found.get(f"{stage}_{part}") for part in ("begin", "end", "hour"))
            if not end and (begin or hour):
                self.add_error(f"{stage}_end", gettext("请填写截止日期。"))
            elif begin and end and windows.beginning_of(begin) >= windows.end_of(end, hour):
                self.add_error(f"{stage}_end", gettext("截止须晚于开始。"))
        return found


def call_initial(call: Call) -> dict[str, Any]:
    """A draft as the form shows it."""
    found: dict[str, Any] = {
        name: getattr(call, name)
        for name in (
            "document_number",
            "title",
            "body",
            "parent",
            "answer_kinds",
            "quota",
            "grace_minutes",
            "return_days",
        )
    }
    found["scope"] = [f"{area}:{type_}" for area, types in call.scope.items() for type_ in types]
    for window in call.windows.all():
        day, hour = windows.day_and_hour(window.ends_at)
        found[f"{window.stage}_end"], found[f"{window.stage}_hour"] = day, hour
        if window.begins_at:
            found[f"{window.stage}_begin"] = window.begins_at.astimezone(windows.SHANGHAI).date()
    return found


class MessageForm(forms.Form):
    message = forms.CharField(
        label=_("停止说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("登记和报送页面会显示这段话。"),
    )  # fmt: skip


class AmendmentForm(forms.Form):
    kind = forms.ChoiceField(label=_("类别"), choices=Amendment.Kind.choices)
    title = forms.CharField(label=_("标题"), max_length=200)
    text = forms.CharField(label=_("内容"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))


class ContactForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60, required=False)
    telephone = forms.CharField(label=_("电话"), max_length=60, required=False)
    email = AddressField(label=_("电子邮箱"), required=False)
    note = forms.CharField(label=_("负责事项"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if any(found.get(name) for name in ("telephone", "email", "note")) and not found.get("name"):
            self.add_error("name", gettext("请填写联系人姓名。"))
        return found


ContactFormSet = forms.formset_factory(ContactForm, extra=2, max_num=12)


def contact_initial(call: Call) -> list[dict[str, str]]:
    names = ("name", "telephone", "email", "note")
    return [{name: getattr(contact, name) for name in names} for contact in call.contacts.all()]


class ExtensionForm(forms.Form):
    stage = forms.ChoiceField(label=_("阶段"))
    institution = forms.CharField(
        label=_("单位"), max_length=100, required=False, help_text=_("填单位全称只为它延期；不填为全体延期。"),
        widget=forms.TextInput(attrs={"list": "institutions"}),
    )  # fmt: skip
    end = day_field(_("延至"), help_text=_("含当日，至 24:00；填了时刻则以时刻为准。"))
    hour = hour_field(_("时刻"))
    reason = forms.CharField(label=_("理由"), max_length=500)

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        self.call = call
        labels = [(window.stage, window.get_stage_display()) for window in call.windows.all()]
        self.fields["stage"].choices = labels  # type: ignore[attr-defined]

    def clean_institution(self) -> Institution | None:
        text = self.cleaned_data["institution"]
        if not text:
            return None
        found = institution_named(self.call, text)
        if found is None:
            raise forms.ValidationError(gettext("名册里没有叫“%s”的单位，请核对全称。") % text)
        return found

    def ends_at(self) -> datetime:
        return windows.end_of(self.cleaned_data["end"], self.cleaned_data["hour"])
