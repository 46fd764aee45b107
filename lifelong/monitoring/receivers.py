"""News from learning: what is kept and rated is use too."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from lifelong.learning import events
from lifelong.monitoring.actions import usage_intake
from lifelong.monitoring.lifecycle import EventKind


@receiver(events.resource_kept)
def note_kept(sender: Any, *, entry: Any, by: Any, at: datetime, **rest: Any) -> None:
    usage_intake.note(EventKind.KEEP, entry, by=by, at=at)


@receiver(events.resource_rated)
def note_rated(sender: Any, *, entry: Any, by: Any, at: datetime, **rest: Any) -> None:
    usage_intake.note(EventKind.RATE, entry, by=by, at=at)
