"""News from below: a film that can be read is given its fingerprint."""

from typing import Any

from django.dispatch import receiver

from lifelong.media import events
from lifelong.media.lifecycle import ProbeState
from lifelong.media.models import MediaFile
from lifelong.screening import actions


@receiver(events.facts_measured)
def take_fingerprint(sender: Any, *, media_file: MediaFile, **rest: Any) -> None:
    if media_file.probe_state == ProbeState.FACTS:
        actions.owe_fingerprint(media_file.pk)
