"""What waits in the calls, office by office."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models import Question, Registration
from lifelong.regions.queries import province_of
from lifelong.web.health import Wait


def waits(at: datetime) -> Iterator[Wait]:
    submitted = Registration.objects.filter(state=RegistrationState.SUBMITTED).order_by()
    url = f"{reverse('registrations')}?state=submitted"
    yield from by_province(
        submitted.values_list("region_id").annotate(Count("pk"), Min("submitted_at")),
        title=_("负责人登记待审核"), url=url, right="registrations.check",
    )  # fmt: skip
    asked = Question.objects.filter(answered_at=None, to_institution=False).order_by()
    yield from by_province(
        asked.values_list("institution__region_id").annotate(Count("pk"), Min("asked_at")),
        title=_("提问待答复"), url=f"{reverse('questions')}?show=waiting", right="questions.answer",
    )  # fmt: skip


def by_province(rows: Iterable[Any], *, title: str, url: str, right: str) -> Iterator[Wait]:
    """``rows``: region, how many, since when the oldest. One line for each province."""
    found: dict[str, tuple[int, datetime]] = {}
    for region, count, first in rows:
        province = province_of(region) if region else None
        name = province.name if province else _("地区未填")
        before = found.get(name)
        found[name] = (before[0] + count, min(before[1], first)) if before else (count, first)
    for name, (count, first) in found.items():
        yield Wait(title, name, count, first, url, right)
