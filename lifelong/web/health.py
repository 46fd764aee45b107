"""How the platform fares: chapters register what may be broken, slow or abused, and what waits for whom.

From ``AppConfig.ready``; whoever shows it (the operator's desk) knows no chapter, and the web knows none either::

    register_health(_health)          # def _health(at: datetime) -> Iterable[Sign]
    register_waits(_waits)            # def _waits(at: datetime) -> Iterable[Wait]

A provider says all its signs each time, those that are well too: their figures are kept as history, and an alarm ends
when the figure is low again. It is asked every few minutes and whenever the page is opened: a few cheap queries.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)


class Part(models.TextChoices):
    BROKEN = "broken", gettext_lazy("坏了什么")
    SLOW = "slow", gettext_lazy("慢在哪里")
    ABUSED = "abused", gettext_lazy("谁在滥用")


class Level(models.TextChoices):
    ALARM = "alarm", gettext_lazy("故障")
    WATCH = "watch", gettext_lazy("注意")
    WELL = "well", gettext_lazy("正常")


@dataclass(frozen=True)
class Detail:
    """One part of a sign: of which kind, how much, and where it is dealt with."""

    title: str
    shown: str
    url: str = ""


@dataclass(frozen=True)
class Sign:
    """One thing that may go wrong. ``name`` is stable (``jobs.dead``): history, thresholds and alarms go by it.

    ``figure`` grows as it gets worse, or ``falls``. From ``watch_from`` it stands on the desk, from ``alarm_from`` the operators are
    told once (``None``: never); both are defaults that an operator may change. ``shown`` says the figure where "3 项" is
    not enough; ``note`` what it means and what to do. ``url`` leads to where it is mended, for who holds ``right``.
    """

    name: str
    part: Part
    title: str
    figure: float
    unit: str = ""
    shown: str = ""
    note: str = ""
    url: str = ""
    right: str = ""
    watch_from: float = 1
    alarm_from: float | None = None
    falls: bool = False
    details: tuple[Detail, ...] = ()

    @property
    def level(self) -> Level:
        if self.alarm_from is not None and self.reaches(self.alarm_from):
            return Level.ALARM
        return Level.WATCH if self.reaches(self.watch_from) else Level.WELL

    def reaches(self, mark: float) -> bool:
        return self.figure <= mark if self.falls else self.figure >= mark

    @property
    def said(self) -> str:
        return self.shown or (f"{self.figure:,.10g} {self.unit}".strip() if self.unit else str(self.level.label))


@dataclass(frozen=True)
class Wait:
    """What waits for one office: how much, and since when the oldest."""

    title: str
    office: str
    count: int
    oldest_at: datetime | None = None
    url: str = ""
    right: str = ""


SignProvider = Callable[[datetime], Iterable[Sign]]
WaitProvider = Callable[[datetime], Iterable[Wait]]
_signs: list[SignProvider] = []
_waits: list[WaitProvider] = []


def register_health(provider: SignProvider) -> None:
    """``provider(at)`` says every sign of its chapter."""
    _signs.append(provider)


def register_waits(provider: WaitProvider) -> None:
    """``provider(at)`` says what waits in its chapter, office by office; what does not wait is left out."""
    _waits.append(provider)


def signs_at(at: datetime) -> list[Sign]:
    """Of all chapters. A provider that fails is itself a sign, and keeps no other from speaking."""
    found: list[Sign] = []
    for provider in _signs:
        try:
            found += provider(at)
        except Exception as error:
            logger.exception("health: %s", provider.__module__)
            found.append(_silent(provider.__module__, error))
    return found


def waits_at(at: datetime) -> list[Wait]:
    """Of all chapters, the longest waiting first."""
    found: list[Wait] = []
    for provider in _waits:
        try:
            found += [wait for wait in provider(at) if wait.count]
        except Exception as error:
            logger.exception("waits: %s", provider.__module__)
            found.append(Wait(_silent(provider.__module__, error).title, _("运营人员"), 1))
    return sorted(found, key=lambda wait: (wait.oldest_at is None, wait.oldest_at or at, -wait.count))


def _silent(module: str, error: Exception) -> Sign:
    title = _("查不出来：%s") % module
    note = f"{type(error).__name__}: {error}"
    return Sign(f"silent.{module}"[:60], Part.BROKEN, title, 1, note=note, shown=_("没有答案"), alarm_from=1)
