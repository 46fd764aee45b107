"""What is typed about an evaluation: a new run, a changed scheme, experts to ask."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.calls.windows import end_of
from lifelong.monitoring.evaluating.effect import SMALL
from lifelong.monitoring.evaluating.indicators import INDICATORS
from lifelong.monitoring.evaluating.scheme import DAYS
from lifelong.monitoring.lifecycle import Chosen


class RunForm(forms.Form):
    year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int)
    version = forms.ChoiceField(label=gettext_lazy("评价方案"))

    def __init__(self, *args: Any, first_year: int, versions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = localdate().year
        self.fields["year"].choices = [(year, str(year)) for year in range(this, first_year - 1, -1)]  # type: ignore[attr-defined]
        self.fields["version"].choices = versions  # type: ignore[attr-defined]


class AskForm(forms.Form):
    chosen = forms.ChoiceField(label=gettext_lazy("请专家看哪些"), choices=Chosen.choices)
    number = forms.IntegerField(label=gettext_lazy("几项资源"), min_value=1, max_value=500, initial=20)
    each = forms.IntegerField(label=gettext_lazy("每项几位专家"), min_value=1, max_value=9, initial=2)
    due_date = forms.DateField(
        label=gettext_lazy("截止"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("含当日，到 24:00。"),
    )

    def values(self) -> dict[str, Any]:
        clean = dict(self.cleaned_data)
        due_at = end_of(clean.pop("due_date"))
        return {**clean, "due_at": due_at}


WORDS = {
    "fresh_days": gettext_lazy("在库不满多少天不评"),
    "least_weight": gettext_lazy("已知指标的权重至少多少才评等级"),
    "least_group": gettext_lazy("同领域同类型至少多少项才在组内比较"),
    "statement_days": gettext_lazy("申述期（天）"),
    "remedy_days": gettext_lazy("整改期（天）"),
}


class SchemeForm(forms.Form):
    """The present scheme with other numbers: weights, least numbers of people, where bands begin, days."""

    def __init__(self, content: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = content
        self.fields["title"] = forms.CharField(label=_("名称"), max_length=100, initial=content["title"])
        for one in content["indicators"]:
            known = INDICATORS[one["id"]]
            self.fields[f"weight_{one['id']}"] = self._number(
                _("%(title)s：权重") % {"title": known.title}, one["weight"], 0, 100, str(known.source)
            )
            if "least" in one:
                self.fields[f"least_{one['id']}"] = self._number(
                    _("%(title)s：至少多少人") % {"title": known.title},
                    one["least"],
                    SMALL if known.of_people else 1,
                    1000,
                )
        for band in content["bands"]:
            self.fields[f"from_{band['id']}"] = self._number(
                _("%(title)s：从多少分起") % {"title": band["title"]}, band["from"], 0, 100
            )
        for name in DAYS:
            self.fields[name] = self._number(str(WORDS[name]), content[name], 1, 400)
        self.fields["reason"] = forms.CharField(
            label=_("为什么改"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("会留在记录里。")
        )

    @staticmethod
    def _number(label: str, initial: Any, least: int, most: int, words: str = "") -> forms.IntegerField:
        return forms.IntegerField(label=label, initial=initial, min_value=least, max_value=most, help_text=words)

    def changed(self) -> dict[str, Any]:
        """The content as typed."""
        typed = self.cleaned_data
        indicators = [
            {**one, "weight": typed[f"weight_{one['id']}"]}
            | ({"least": typed[f"least_{one['id']}"]} if "least" in one else {})
            for one in self.content["indicators"]
        ]
        bands = [{**band, "from": typed[f"from_{band['id']}"]} for band in self.content["bands"]]
        days = {name: typed[name] for name in DAYS}
        return {**self.content, **days, "title": typed["title"], "indicators": indicators, "bands": bands}
