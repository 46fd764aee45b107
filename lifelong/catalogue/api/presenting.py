"""Entries as JSON values."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.categories import category_path
from lifelong.regions.queries import full_name
from lifelong.resources.queries.freezing import as_clock


def instant(value: datetime | None) -> str | None:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else None


def absolute(path: str) -> str | None:
    return f"{settings.SITE_URL}{path}" if path else None


def speakers_text(entry: Entry) -> str:
    return ";".join(f"({one['group']}){one['name']}" if one.get("group") else one["name"] for one in entry.speakers)


def item(entry: Entry) -> dict[str, Any]:
    path = category_path(entry.category_id)
    return {
        "resource_id": entry.identifier,
        "title": entry.title,
        "type": entry.type,
        "area": entry.area,
        "category": entry.category_path or "-".join(node.name for node in path[1:]),
        "category_code": path[-1].code if path else None,
        "institution": entry.institution.code,
        "institution_name": entry.institution_name,
        "region": entry.region_id,
        "speakers": speakers_text(entry),
        "duration": as_clock(entry.duration_s) or None,
        "duration_s": entry.duration_s,
        "series": entry.series_title,
        "series_order": entry.series_order,
        "views": entry.views,
        "learners": entry.learners,
        "declared_views": entry.declared_views,
        "declared_learners": entry.declared_learners,
        "batch": entry.batch.number if entry.batch else None,
        "published_at": instant(entry.published_at),
        "linked": entry.is_linked,
        "cover": absolute(entry.cover or entry.poster),
        "url": absolute(entry.get_absolute_url()),
    }


def detail(entry: Entry) -> dict[str, Any]:
    path = category_path(entry.category_id)
    return {
        **item(entry),
        "host_platform": entry.host_platform,
        "link": entry.link,
        "summary": entry.summary,
        "created_date": entry.created_date.isoformat() if entry.created_date else None,
        "rights_holder": entry.rights_holder,
        "outline": entry.outline,
        "keywords": entry.keywords,
        "category_path": [{"code": node.code, "name": node.name} for node in path],
        "series_id": entry.series_id,
        "institution_now": entry.institution.name,
        "region_name": full_name(entry.region_id) if entry.region_id else "",
        "batch_title": entry.batch.title if entry.batch else None,
        "captions": entry.has_captions,
        "renditions": [rendition(file) for file in entry.files],
        "change": entry.change,
    }


def rendition(file: dict[str, Any]) -> dict[str, Any]:
    names = ("position", "title", "kind", "size", "duration_s", "width", "height", "sha256", "technical")
    return {name: file.get(name) for name in names} | {
        "url": absolute(file.get("url", "")) or "", "poster": absolute(file.get("poster", "")),
    }  # fmt: skip
