"""A published batch as files: the sheet in the standard's column order."""

import os
from pathlib import Path

from django.conf import settings

from lifelong.review.actions.batches import newest_rounds
from lifelong.review.models import Batch
from lifelong.review.queries.batches import items_of
from lifelong.standards.metadata.sheets import write_sheet


def path_of(batch: Batch) -> Path:
    return Path(settings.FILES) / "exports" / "batches" / f"{batch.pk}.xlsx"


def is_written(batch: Batch) -> bool:
    return path_of(batch).is_file()


def write_export(batch: Batch) -> Path:
    """Written under another name and renamed, so that nobody downloads half a sheet."""
    items = list(items_of(batch).went_live())
    rounds = newest_rounds(items)
    rows = [
        {**rounds[item.version_id].values, "resource_id": item.version.resource.resource_id}
        for item in items
        if item.version_id in rounds
    ]
    path = path_of(batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.part")
    write_sheet(rows, half)
    half.replace(path)
    return path
