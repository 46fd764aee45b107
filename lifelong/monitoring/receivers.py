"""News from below: what is published, taken out, brought back, made anew and reported; kept and rated; word lists that changed."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from lifelong import jobs
from lifelong.catalogue import events as catalogue_events
from lifelong.catalogue.lifecycle import ReportKind
from lifelong.learning import events as learning_events
from lifelong.media import events as media_events
from lifelong.monitoring.actions import evaluation_deciding, inspection_findings, inspection_targets, usage_intake
from lifelong.monitoring.lifecycle import EventKind, RemedyState
from lifelong.screening import events as screening_events


@receiver(learning_events.resource_kept)
def note_kept(sender: Any, *, entry: Any, by: Any, at: datetime, **rest: Any) -> None:
    usage_intake.note(EventKind.KEEP, entry, by=by, at=at)


@receiver(learning_events.resource_rated)
def note_rated(sender: Any, *, entry: Any, by: Any, at: datetime, **rest: Any) -> None:
    usage_intake.note(EventKind.RATE, entry, by=by, at=at)


@receiver(catalogue_events.entries_published)
def inspect_published(sender: Any, *, resource_ids: list[int], **rest: Any) -> None:
    inspection_targets.take_up_later(resource_ids)


@receiver(media_events.renditions_made)
def inspect_made(sender: Any, *, media_file: Any, **rest: Any) -> None:
    inspection_targets.take_up_later(inspection_targets.resources_showing(media_file.pk))


@receiver(catalogue_events.entry_retired)
def end_findings(sender: Any, *, entry: Any, at: datetime, **rest: Any) -> None:
    inspection_findings.retired(entry.resource, at=at)


@receiver(catalogue_events.entry_restored)
def begin_period_anew(sender: Any, *, entry: Any, by: Any, at: datetime, **rest: Any) -> None:
    if by is not None:
        inspection_findings.brought_back(entry.resource, at=at)


@receiver(catalogue_events.report_filed)
def look_at_reported(sender: Any, *, report: Any, at: datetime, **rest: Any) -> None:
    if report.kind == ReportKind.PLAYBACK and report.resource_id:
        inspection_targets.hurry_resource(report.resource_id, at=at)


@receiver(screening_events.words_changed)
def read_texts_again(sender: Any, **rest: Any) -> None:
    jobs.enqueue("lifelong.monitoring.tasks.read_texts_again")


@receiver(catalogue_events.entries_published)
def remedy_is_improved(sender: Any, *, resource_ids: Any, at: datetime, **rest: Any) -> None:
    evaluation_deciding.end_remedies(resource_ids, to=RemedyState.IMPROVED, at=at)


@receiver(catalogue_events.entry_retired)
def remedy_is_withdrawn(sender: Any, *, entry: Any, at: datetime, **rest: Any) -> None:
    evaluation_deciding.end_remedies([entry.resource_id], to=RemedyState.WITHDRAWN, at=at)
