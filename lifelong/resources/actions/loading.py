"""既有资源库导入: resources that are already public elsewhere come in as published versions, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lifelong.institutions.models import Institution
from lifelong.resources.actions.bulk import keys_of, next_keys, write_rows
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import Availability, State, Verb
from lifelong.resources.models import Origin, Resource, Series, Step, Version
from lifelong.resources.queries.duplicates import title_key


@dataclass
class Loaded:
    """One record to bring in. ``values`` are columns of ``Version``; the keys are set by ``load_published``."""

    institution: Institution
    values: dict[str, Any] = field(default_factory=dict)
    own_number: str = ""
    resource_id: str = ""  # kept where the record brings one of our own; else drawn
    resource: int = 0
    version: int = 0


def load_published(records: Sequence[Loaded], *, at: datetime, note: str) -> None:
    """Write Resource, Version (published, origin ``load``) and a line of the timeline for each, in the caller's transaction."""
    _draw_identifiers(records)
    resources, versions = next_keys(Resource, len(records)), next_keys(Version, len(records))
    for record, resource, version in zip(records, resources, versions, strict=True):
        record.resource, record.version = resource, version
    write_rows(
        Resource,
        [
            {
                "id": record.resource, "resource_id": record.resource_id, "institution_id": record.institution.pk,
                "availability": Availability.ONLINE.value, "online_version_id": record.version,
                "own_number": record.own_number, "created_at": at,
            }
            for record in records
        ],
    )  # fmt: skip
    same = {
        "number": 1, "state": State.PUBLISHED.value, "state_at": at, "origin": Origin.LOAD.value, "created_at": at,
        "saved_at": at,
    }  # fmt: skip
    write_rows(
        Version,
        [
            {
                **same, "id": r.version, "resource_id": r.resource, "title_key": title_key(r.values.get("title", "")),
                **r.values,
            }
            for r in records
        ],
    )  # fmt: skip
    step = {"verb": Verb.LOADED.value, "from_state": "", "to_state": State.PUBLISHED.value, "at": at, "note": note}
    write_rows(Step, [{**step, "version_id": record.version} for record in records])


def series_of(wanted: set[tuple[int, str]], *, at: datetime) -> dict[tuple[int, str], int]:
    """(institution key, title) → key of the series, made where there is none."""
    found = keys_of(Series, ("institution", "title"), wanted)
    made = [{"institution_id": one, "title": title, "created_at": at} for one, title in sorted(wanted - found.keys())]
    if made:
        write_rows(Series, made, keep=True)
        found |= keys_of(Series, ("institution", "title"), wanted - found.keys())
    return found


def _draw_identifiers(records: Sequence[Loaded]) -> None:
    """A free identifier for each that has none; forty bits make a collision rare and not impossible."""
    drawn = {record.resource_id for record in records if record.resource_id}
    waiting = [record for record in records if not record.resource_id]
    while waiting:
        for record in waiting:
            record.resource_id = new_id()
        ids = [record.resource_id for record in waiting]
        taken = set(Resource.objects.filter(resource_id__in=ids).values_list("resource_id", flat=True))
        again = []
        for record in waiting:
            if record.resource_id in taken or record.resource_id in drawn:
                again.append(record)
            drawn.add(record.resource_id)
        waiting = again
