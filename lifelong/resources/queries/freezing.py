"""What a round keeps of a version: the 18 fields by their names in code, and every file with its hash."""

import hashlib
import json
from typing import Any

from lifelong.resources.models import Version, VersionFile

TEXTS = (
    "title", "type", "host_platform", "link", "series_order", "summary", "rights_holder", "speakers", "outline",
    "keywords", "area",
)  # fmt: skip


def as_clock(seconds: int | None) -> str:
    """``hh:mm:ss`` as the standard writes a duration (field 9); empty where there is none."""
    if seconds is None:
        return ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def values_of(version: Version) -> dict[str, Any]:
    """The fields as a person reads them. ``duration_seconds``, ``category_code``, ``own_number`` and ``rights_until`` come beside."""
    values: dict[str, Any] = {name: getattr(version, name) for name in TEXTS}
    values |= {
        "resource_id": version.resource.resource_id,
        "series": version.series.title if version.series else "",
        "duration": as_clock(version.duration),
        "duration_seconds": version.duration,
        "created_date": version.created_date.isoformat() if version.created_date else "",
        "declared_views": version.declared_views,
        "declared_learners": version.declared_learners,
        "cover": version.cover.original_name if version.cover else "",
        "category": version.category_path,
        "category_code": version.category.code if version.category else "",
        "own_number": version.resource.own_number,
        "rights_until": version.rights_until.isoformat() if version.rights_until else "",
    }
    return values


def files_of(version: Version) -> list[dict[str, Any]]:
    """Media in their order, then cover and rights file: ``id, name, size, sha256, position, title, kind``.

    A medium with captions has ``captions`` too: ``[{"id", "name", "sha256", "language"}]``; one that the platform repaired
    has ``original``: ``{"id", "name", "size", "sha256"}``.
    """
    files = version.files.select_related("media_file__repair__original").prefetch_related("captions__media_file")
    kept = [
        {
            "id": entry.media_file_id, "name": entry.media_file.original_name, "size": entry.media_file.size,
            "sha256": entry.media_file.sha256, "position": place, "title": entry.title, "kind": "media",
            **captions_of(entry), **original_of(entry),
        }
        for place, entry in enumerate(files, 1)
    ]  # fmt: skip
    for kind in ("cover", "rights_file"):
        file = getattr(version, kind)
        if file is not None:
            kept.append(
                {
                    "id": file.pk, "name": file.original_name, "size": file.size, "sha256": file.sha256, "position": 0,
                    "title": "", "kind": kind,
                }
            )  # fmt: skip
    return kept


def captions_of(entry: VersionFile) -> dict[str, Any]:
    """Nothing where there are none, so that what was signed before there were captions stays signed."""
    kept = [
        {
            "id": caption.media_file_id, "name": caption.media_file.original_name, "sha256": caption.media_file.sha256,
            "language": caption.language,
        }
        for caption in entry.captions.all()
    ]  # fmt: skip
    return {"captions": kept} if kept else {}


def original_of(entry: VersionFile) -> dict[str, Any]:
    """What was handed in, where the platform repaired it: named with its hash, and so kept as long as the round."""
    file = entry.media_file.handed_in
    if file == entry.media_file:
        return {}
    return {"original": {"id": file.pk, "name": file.original_name, "size": file.size, "sha256": file.sha256}}


def fingerprint(version: Version) -> str:
    """What a signature is given for: any change of a value or a file makes another one."""
    values = values_of(version)
    if not values["rights_until"]:
        del values["rights_until"]  # so that what was signed before there were such dates stays signed
    content = json.dumps([values, files_of(version)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
