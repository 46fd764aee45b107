"""News from the catalogue: what went offline is studied no longer."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from lifelong.catalogue import events
from lifelong.learning.actions import study


@receiver([events.entry_hidden, events.entry_retired])
def stop_counting(sender: Any, *, entry: Any, at: datetime, **rest: Any) -> None:
    study.stop_on(entry.resource, at=at)
