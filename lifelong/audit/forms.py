"""What the trail may be filtered by."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.audit.models import Result
from lifelong.audit.queries import user_id_of
from lifelong.audit.words import kind_in_words, known_verbs

PLAIN = ("verb", "target_type", "target_id", "result", "address", "request_id")


class TrailFilter(forms.Form):
    who = forms.CharField(label=_("谁"), required=False, max_length=254, help_text=_("用户编号或登录邮箱"))
    verb = forms.CharField(label=_("操作"), required=False, max_length=60)
    target_type = forms.CharField(label=_("对象类型"), required=False, max_length=60)
    target_id = forms.CharField(label=_("对象编号"), required=False, max_length=64)
    result = forms.ChoiceField(label=_("结果"), required=False, choices=[("", _("全部")), *Result.choices])
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    address = forms.CharField(label=_("来源地址"), required=False, max_length=64)
    request_id = forms.CharField(label=_("请求编号"), required=False, max_length=64)

    def wanted(self) -> dict[str, Any]:
        """Arguments for ``queries.entries``; a field that was mistyped does not filter (the page says so)."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        wanted: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
        if who := values.get("who"):
            wanted["actor_id"] = user_id_of(who)
        if since := values.get("since"):
            wanted["since"] = _midnight(since)
        if until := values.get("until"):
            wanted["until"] = _midnight(until + timedelta(days=1))
        return wanted


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def verb_choices() -> list[tuple[str, str]]:
    return sorted(known_verbs().items(), key=lambda pair: pair[1])


def kind_choices() -> list[tuple[str, str]]:
    """Whatever an entry may be about: the models of the chapters, by their Chinese names."""
    labels = [m._meta.label_lower for m in apps.get_models() if m.__module__.startswith("lifelong.")]
    return sorted(((label, kind_in_words(label)) for label in labels), key=lambda pair: pair[1])
