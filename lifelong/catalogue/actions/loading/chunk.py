"""Writing a chunk of judged lines: resources, versions, entries, batch items, change log; one transaction with its caller."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from lifelong.catalogue.actions.loading.lines import Line
from lifelong.catalogue.actions.snapshots import position_of
from lifelong.catalogue.lifecycle import ChangeKind, Visibility
from lifelong.catalogue.models import Change, Entry, LoadedKey, Speaker
from lifelong.institutions.actions.naming import known_or_made
from lifelong.institutions.models import Institution
from lifelong.resources.actions.bulk import keys_of, next_keys, write_rows
from lifelong.resources.actions.loading import Loaded, load_published, series_of
from lifelong.resources.models import Resource
from lifelong.review.models import Batch, BatchItem
from lifelong.standards.metadata import people
from lifelong.standards.models import CategoryNode

# field of the standard → column of Version; Entry calls some by another name
SAME = (
    "title", "type", "area", "host_platform", "link", "series_order", "summary", "created_date", "rights_holder",
    "declared_views", "declared_learners", "outline", "keywords",
)  # fmt: skip


class Owners:
    """What lines name and rows need the key of: institutions, category nodes; kept over a whole file."""

    def __init__(self) -> None:
        self.institutions: dict[str, Institution] = {}
        self.categories = dict(CategoryNode.objects.values_list("code", "pk"))
        self.speakers: dict[tuple[int, str], int] = {}
        self.people = lru_cache(maxsize=50_000)(people)

    def institution(self, line: Line) -> Institution:
        found = self.institutions.get(line.institution)
        if found is None:
            found = known_or_made(line.institution, name=line.institution_name, region=line.region)
            self.institutions[line.institution] = found
        return found

    def forget(self) -> None:
        """After a transaction that was rolled back: what it made is not there."""
        self.institutions.clear()
        self.speakers.clear()


def not_known(lines: list[Line]) -> list[Line]:
    """The lines whose record is not in the library, each once."""
    fresh = {line.key: line for line in reversed(lines)}
    for key in LoadedKey.objects.filter(key__in=list(fresh)).values_list("key", flat=True):
        fresh.pop(key)
    given = {line.resource_id: line.key for line in fresh.values() if line.resource_id}
    for taken in Resource.objects.filter(resource_id__in=list(given)).values_list("resource_id", flat=True):
        fresh.pop(given[taken])
    numbered = {(line.institution, line.own_number): line.key for line in fresh.values() if line.own_number}
    own = Resource.objects.filter(own_number__in={number for _, number in numbered}).values_list(
        "institution__code", "own_number"
    )
    for pair in own:
        fresh.pop(numbered.get(pair, ""), None)
    seen: set[tuple[str, str]] = set()
    kept = []
    for line in sorted(fresh.values(), key=lambda line: line.number):
        pair = (line.institution, line.own_number)
        if line.own_number and pair in seen:
            continue
        seen.add(pair)
        kept.append(line)
    return kept


def write(lines: list[Line], owners: Owners, batch: Batch, *, at: datetime, position: int) -> list[int]:
    """Rows for every line; returns the keys of the resources. ``position``: how many the batch holds already."""
    institutions = [owners.institution(line) for line in lines]
    series = _series(lines, institutions, at)
    _know_speakers(lines, institutions, owners)
    values = [
        _version_values(line, institution, series, owners)
        for line, institution in zip(lines, institutions, strict=True)
    ]
    records = [
        Loaded(institution, columns, line.own_number, line.resource_id)
        for line, institution, columns in zip(lines, institutions, values, strict=True)
    ]
    load_published(records, at=at, note=batch.number)
    numbers = next_keys(Change, len(records))
    write_rows(
        Change,
        [
            {"seq": seq, "resource_id": record.resource, "kind": ChangeKind.PUBLISHED.value, "at": at}
            for seq, record in zip(numbers, records, strict=True)
        ],
    )
    told_at = (
        timezone.now()
    )  # a long file is told of as it comes in, not as of when it began: harvesters came meanwhile
    write_rows(
        Entry,
        [
            {**_entry_row(line, record, batch, at, seq, owners), "harvested_at": told_at}
            for line, record, seq in zip(lines, records, numbers, strict=True)
        ],
    )
    write_rows(
        BatchItem,
        [
            {"batch_id": batch.pk, "version_id": record.version, "position": place}
            for place, record in enumerate(records, position + 1)
        ],
    )
    write_rows(
        LoadedKey, [{"key": line.key, "resource_id": r.resource} for line, r in zip(lines, records, strict=True)]
    )
    return [record.resource for record in records]


def _version_values(line: Line, institution: Institution, series: dict[Any, int], owners: Owners) -> dict[str, Any]:
    assert line.result is not None
    kept, category = line.result.values, line.result.category
    columns = {name: kept[name] for name in SAME if name in kept}
    columns["duration"], columns["rights_until"] = kept.get("duration"), kept.get("rights_until")
    columns["speakers"] = kept.get("speakers", "")
    columns["category_path"] = kept.get("category", "")
    if category is not None and category.node is not None:
        columns["category_id"] = owners.categories.get(category.node.code)
    if kept.get("series"):
        columns["series_id"] = series[institution.pk, kept["series"]]
    return columns


def _entry_row(line: Line, record: Loaded, batch: Batch, at: datetime, seq: int, owners: Owners) -> dict[str, Any]:
    assert line.result is not None
    kept, institution = line.result.values, record.institution
    row = {
        name: value for name, value in record.values.items() if name in SAME or name in {"category_path", "category_id"}
    }
    return {
        **row,
        "version_id": record.version, "resource_id": record.resource, "identifier": record.resource_id,
        "visibility": Visibility.ONLINE.value, "visibility_at": at, "change": seq,
        "batch_id": batch.pk, "published_at": line.published_at or at, "duration_s": kept.get("duration"),
        "series_id": record.values.get("series_id"), "series_title": kept.get("series", ""),
        "series_position": position_of(kept.get("series_order", "")),
        "speakers": [
            {"id": owners.speakers[institution.pk, person.name[:60]], "name": person.name, "group": person.ethnic_group}
            for person in (owners.people(kept["speakers"]) if kept.get("speakers") else [])
        ],
        "institution_id": institution.pk, "institution_name": institution.name,
        "region_id": line.region or institution.region_id,
    }  # fmt: skip


def _series(lines: list[Line], institutions: list[Institution], at: datetime) -> dict[tuple[int, str], int]:
    wanted = {
        (institution.pk, line.result.values["series"])
        for line, institution in zip(lines, institutions, strict=True)
        if line.result and line.result.values.get("series")
    }
    return series_of(wanted, at=at) if wanted else {}


def _know_speakers(lines: list[Line], institutions: list[Institution], owners: Owners) -> None:
    """Into ``owners``: (institution key, name) → key of the speaker, made where there is none."""
    wanted = {
        (institution.pk, person.name[:60])
        for line, institution in zip(lines, institutions, strict=True)
        if line.result and line.result.values.get("speakers")
        for person in owners.people(line.result.values["speakers"])
    }
    if len(owners.speakers) > 200_000:  # memory stays flat however long the file
        owners.speakers.clear()
    for make in (False, True):
        missing = wanted - owners.speakers.keys()
        if not missing:
            break
        if make:
            new = [{"institution_id": institution, "name": name} for institution, name in sorted(missing)]
            write_rows(Speaker, new, keep=True)
        owners.speakers |= keys_of(Speaker, ("institution", "name"), missing)
