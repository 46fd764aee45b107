"""An entry in other people's words: schema.org as JSON-LD."""

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from lifelong.catalogue.models import Entry

if TYPE_CHECKING:
    from lifelong.catalogue.queries.pages import ResourcePage

KINDS = {"A01": "VideoObject", "A02": "AudioObject", "A03": "Course"}
_UNSAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def iso_duration(seconds: int | None) -> str | None:
    """02:45:32 → PT2H45M32S."""
    if seconds is None:
        return None
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return (
        "PT"
        + (f"{hours}H" if hours else "")
        + (f"{minute}M" if minute else "")
        + (f"{second}S" if second or not seconds else "")
    )


def json_ld(entry: Entry, page: "ResourcePage", site: str) -> SafeString:
    """``LearningResource`` together with what it is; safe inside a script element."""
    published = timezone.localtime(entry.published_at).isoformat() if entry.published_at else None
    image = entry.cover or entry.poster
    parts = [media_object(entry, file, published, site) for file in entry.files]
    played = parts[0] if len(parts) == 1 and entry.type != "A03" else {}
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["LearningResource", KINDS.get(entry.type, "CreativeWork")],
        "@id": f"{site}{entry.get_absolute_url()}",
        "identifier": entry.identifier,
        "url": f"{site}{entry.get_absolute_url()}",
        "name": entry.title,
        "description": entry.summary or None,
        "inLanguage": "zh-CN",
        "isAccessibleForFree": True,
        "keywords": entry.keyword_list or None,
        "about": [node.name for node in page.path[1:]] or None,
        "author": [{"@type": "Person", "name": one["name"]} for one in entry.speakers] or None,
        "copyrightHolder": {"@type": "Organization", "name": entry.rights_holder} if entry.rights_holder else None,
        "provider": {"@type": "Organization", "name": entry.institution_name},
        "timeRequired": iso_duration(entry.duration_s),
        "duration": iso_duration(entry.duration_s) if entry.type != "A03" else None,
        "dateCreated": entry.created_date.isoformat() if entry.created_date else None,
        "datePublished": published,
        "uploadDate": published if entry.type != "A03" else None,
        "thumbnailUrl": f"{site}{image}" if image else None,
        "contentUrl": played.get("contentUrl") or entry.link or None,
        "embedUrl": played.get("embedUrl"),
        "hasPart": None if played else parts or None,
        "isPartOf": {"@type": "CreativeWorkSeries", "name": entry.series_title} if entry.series_title else None,
        "position": entry.series_order or None,
        "interactionStatistic": {
            "@type": "InteractionCounter", "interactionType": "https://schema.org/WatchAction",
            "userInteractionCount": entry.views,
        },
    }  # fmt: skip
    return mark_safe(json.dumps(said(told), ensure_ascii=False).translate(_UNSAFE))


def media_object(entry: Entry, file: dict[str, Any], published: str | None, site: str) -> dict[str, Any]:
    """One file of the entry: what a course of many consists of."""
    picture, length, place = file.get("poster") or entry.cover or entry.poster, file.get("duration_s"), file["position"]
    return said({
        "@type": "AudioObject" if file["kind"] == "mp3" else "VideoObject", "position": place, "name": file["title"],
        "description": entry.title, "url": f"{site}{entry.get_absolute_url()}?file={place}",
        "contentUrl": f"{site}{file['url']}", "embedUrl": f"{site}/embed/{entry.identifier}?file={place}",
        "thumbnailUrl": f"{site}{picture}" if picture else None, "uploadDate": published,
        "duration": iso_duration(round(length)) if length else None,
    })  # fmt: skip


def said(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
