"""Entries as JSON values."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from lifelong.catalogue.queries.categories import category_path
from lifelong.catalogue.queries.listing import Row, address_at
from lifelong.catalogue.search.said import Place
from lifelong.regions.queries import full_name
from lifelong.resources.queries.freezing import as_clock


def instant(value: datetime | None) -> str | None:
    return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds") if value else None


def absolute(path: str) -> str | None:
    return f"{settings.SITE_URL}{path}" if path else None


ITEM = (
    "resource_id", "visibility", "identifier", "title", "type", "area", "category_id", "category_path", "institution__code",
    "institution_name", "region_id", "speakers", "duration_s", "series_title", "series_order", "declared_views",
    "declared_learners", "published_at", "linked", "cover", "poster", "batch__number", "resource__count__views",
    "resource__count__learners",
)  # fmt: skip
DETAIL = (
    *ITEM, "link", "files", "host_platform", "summary", "created_date", "rights_holder", "outline", "keywords", "series_id",
    "institution__name", "batch__title", "has_captions", "change", "resource__availability_reason",
)  # fmt: skip


def speakers_text(speakers: list[dict[str, Any]]) -> str:
    return ";".join(f"({one['group']}){one['name']}" if one.get("group") else one["name"] for one in speakers)


def item(row: Row) -> dict[str, Any]:
    """A row with the fields ``ITEM``."""
    path = category_path(row["category_id"])
    return {
        "resource_id": row["identifier"],
        "title": row["title"],
        "type": row["type"],
        "area": row["area"],
        "category": row["category_path"] or "-".join(node.name for node in path[1:]),
        "category_code": path[-1].code if path else None,
        "institution": row["institution__code"],
        "institution_name": row["institution_name"],
        "region": row["region_id"],
        "speakers": speakers_text(row["speakers"]),
        "duration": as_clock(row["duration_s"]) or None,
        "duration_s": row["duration_s"],
        "series": row["series_title"],
        "series_order": row["series_order"],
        "views": row["resource__count__views"] or 0,
        "learners": row["resource__count__learners"] or 0,
        "declared_views": row["declared_views"],
        "declared_learners": row["declared_learners"],
        "batch": row["batch__number"],
        "published_at": instant(row["published_at"]),
        "linked": row["linked"],
        "cover": absolute(row["cover"] or row["poster"]),
        "url": absolute(f"/resources/{row['identifier']}"),
    }


def said(row: Row, places: list[Place]) -> list[dict[str, Any]]:
    return [
        {
            "file": one.file, "second": one.second, "text": one.text,
            "url": absolute(address_at(row["identifier"], one.file, one.second)),
        }
        for one in places
    ]  # fmt: skip


def detail(row: Row) -> dict[str, Any]:
    """A row with the fields ``DETAIL``."""
    return {
        **item(row),
        "host_platform": row["host_platform"],
        "link": row["link"],
        "summary": row["summary"],
        "created_date": row["created_date"].isoformat() if row["created_date"] else None,
        "rights_holder": row["rights_holder"],
        "outline": row["outline"],
        "keywords": row["keywords"],
        "category_path": [{"code": node.code, "name": node.name} for node in category_path(row["category_id"])],
        "series_id": row["series_id"],
        "institution_now": row["institution__name"],
        "region_name": full_name(row["region_id"]) if row["region_id"] else "",
        "batch_title": row["batch__title"],
        "captions": row["has_captions"],
        "renditions": [rendition(file) for file in row["files"]],
        "change": row["change"],
    }


def rendition(file: dict[str, Any]) -> dict[str, Any]:
    names = ("position", "title", "kind", "size", "duration_s", "width", "height", "sha256", "technical")
    return {name: file.get(name) for name in names} | {
        "url": absolute(file.get("url", "")) or "", "poster": absolute(file.get("poster", "")),
        "hls": absolute(file.get("hls", "")),
        "captions": [{**track, "src": absolute(track["src"])} for track in file.get("tracks", [])],
    }  # fmt: skip
