"""The manifest of a published batch: what went live, with the hash of the values and of every file."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from lifelong.resources.models import Round
from lifelong.review.models import Batch, BatchItem


def manifest_of(batch: Batch, items: list[BatchItem], rounds: dict[int, Round], at: datetime) -> dict[str, Any]:
    """What was published, with the hash of the values and of every file, and one hash over all of it."""
    lines = []
    for item in items:
        round = rounds[item.version_id]
        lines.append({
            "resource_id": item.version.resource.resource_id, "version": item.version.number, "round": round.number,
            "receipt": round.receipt_number, "title": item.version.title,
            "institution": item.version.resource.institution.code, "values_sha256": sha256_of(round.values),
            "files": [{key: file.get(key) for key in ("name", "size", "sha256")} for file in round.files],
        })  # fmt: skip
    body = {"batch": batch.number, "title": batch.title, "published_at": localtime(at).isoformat(), "items": lines}
    return {**body, "sha256": sha256_of(body)}


def sha256_of(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
