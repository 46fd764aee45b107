"""Which text stands when, and what the footer says. Read on every page: one process keeps it for a second."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from datetime import time as clock_time
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from lifelong.texts.models import AGREED_TO, OperatorDetails, TextName, TextVersion
from lifelong.texts.shipped import VERSIONS, Shipped, words

KEPT_S = 1.0
DETAILS = {"name": "operator", "phone": "phone", "email": "email", "icp": "icp", "police": "police"}


@dataclass(frozen=True)
class Standing:
    """A version that is in force, was, or will be; ``pk`` None: it came with the software."""

    name: str
    version: str
    begins_at: datetime
    material: bool
    pk: int | None = None
    changes_chinese: str = ""
    changes_english: str = ""

    @property
    def changes(self) -> str:
        return (_is_english() and self.changes_english) or self.changes_chinese

    @property
    def title(self) -> str:
        return str(TextName(self.name).label)


@dataclass(frozen=True)
class State:
    """All that was put in force, without the words; and the footer's newest row."""

    versions: tuple[Standing, ...] = ()
    details: Mapping[str, Any] | None = None


_kept: tuple[float, State] | None = None


def state() -> State:
    global _kept  # noqa: PLW0603 - one process' copy
    kept = _kept  # another thread may forget it at any moment
    if kept is None or time.monotonic() - kept[0] > KEPT_S:
        kept = _kept = (time.monotonic(), _read())
    return kept[1]


def forget() -> None:
    global _kept  # noqa: PLW0603
    _kept = None


def _read() -> State:
    columns = ("name", "version", "begins_at", "material", "pk", "changes", "changes_english")
    rows = TextVersion.objects.exclude(version="").order_by("begins_at", "pk").values_list(*columns)
    return State(tuple(Standing(*row) for row in rows), OperatorDetails.objects.order_by("-pk").values().first())


def operator_now() -> dict[str, str]:
    """``name``, ``phone``, ``email``, ``icp``, ``police``: what the operator wrote, else what the settings say."""
    written = state().details or {}
    return {key: str(written.get(field) or settings.OPERATOR[key]) for key, field in DETAILS.items()}


def history(name: str, at: datetime) -> list[Standing]:
    """In force first, then what was before it, back to the oldest. Never empty."""
    own = [one for one in state().versions if one.name == name and one.begins_at <= at]
    until = own[0].begins_at if own else at
    first, *later = VERSIONS[name]
    shipped = [first, *(one for one in later if _day(one) <= until)]
    return [*reversed(own), *(_as_standing(name, one) for one in reversed(shipped))]


def in_force(name: str, at: datetime) -> Standing:
    return history(name, at)[0]


def coming(name: str, at: datetime) -> list[Standing]:
    """Put in force for a later day, the next first."""
    return [one for one in state().versions if one.name == name and one.begins_at > at]


def versions_agreed_to(at: datetime) -> dict[str, str]:
    """What a person agrees to who agrees now."""
    return {str(name): in_force(name, at).version for name in AGREED_TO}


def last_material(name: str, at: datetime) -> str:
    """The version since which everybody is asked anew; empty where nobody is: the oldest text replaced none."""
    return next((one.version for one in history(name, at)[:-1] if one.material), "")


def material_versions(at: datetime) -> dict[str, str]:
    return {str(name): last_material(name, at) for name in AGREED_TO}


def covers(name: str, agreed: str, at: datetime) -> bool:
    """Whether consent to the version ``agreed`` still stands for the text in force: nothing material came after it."""
    for one in history(name, at)[:-1]:
        if one.version == agreed:
            return True
        if one.material:
            return False
    return True


def find(name: str, version: str, at: datetime) -> Standing | None:
    return next((one for one in [*coming(name, at), *history(name, at)] if one.version == version), None)


def words_of(one: Standing, language: str = "") -> str:
    """Its text in ``language`` (zh, en), or in that of the page."""
    language = language or ("en" if _is_english() else "zh")
    if one.pk is None:
        return words(one.name, one.version, language).replace("{operator}", operator_now()["name"])
    field = "english" if language == "en" else "chinese"
    return str(TextVersion.objects.values_list(field, flat=True).get(pk=one.pk))


def draft_of(name: str) -> TextVersion | None:
    return TextVersion.objects.select_related("changed_by").filter(name=name, version="").first()


def newer_shipped(name: str, at: datetime) -> Shipped | None:
    """A text that came with a later release than the operator's own: to read beside it."""
    newest, now = VERSIONS[name][-1], in_force(name, at)
    return newest if now.pk is not None and _day(newest) > now.begins_at else None


def overview(at: datetime) -> list[dict[str, Any]]:
    """For the operator's page: each text, what is in force, what is coming, the draft."""
    drafts = {one.name: one for one in TextVersion.objects.select_related("changed_by").filter(version="")}
    return [
        {
            "name": str(name), "title": name.label, "now": in_force(name, at), "coming": coming(name, at),
            "draft": drafts.get(name), "newer": newer_shipped(name, at),
        }
        for name in TextName
    ]  # fmt: skip


def details_saved() -> list[OperatorDetails]:
    """What the footer said, newest first."""
    return list(OperatorDetails.objects.select_related("changed_by").order_by("-pk")[:20])


def _day(one: Shipped) -> datetime:
    return timezone.make_aware(datetime.combine(one.since, clock_time.min))


def _as_standing(name: str, one: Shipped) -> Standing:
    return Standing(name, one.version, _day(one), one.material)


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
