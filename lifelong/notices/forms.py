"""How a person wants to hear of what concerns them: a line of choices per group, and the hour of the digest."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifelong.notices.groups import Group
from lifelong.notices.models import MailChoice


class MailChoiceForm(forms.Form):
    """Shows what is chosen now, or as usual; returns ``ways`` and ``hour``."""

    hour = forms.TypedChoiceField(
        label=_("汇总几点发"), coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        help_text=_("北京时间。没有新消息的那天不发。"),
    )  # fmt: skip

    def __init__(self, *args: Any, groups: Iterable[Group], choice: MailChoice, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["hour"].initial = choice.hour
        self.names = [group.name for group in groups]
        for group in groups:
            self.fields[group.name] = forms.ChoiceField(
                label=group.title, choices=[(way.value, way.label) for way in group.ways], widget=forms.RadioSelect,
                initial=choice.ways.get(group.name, group.usual),
            )  # fmt: skip
        self.order_fields([*self.names, "hour"])

    def values(self) -> dict[str, Any]:
        clean = self.cleaned_data
        return {"ways": {name: clean[name] for name in self.names}, "hour": clean["hour"]}
