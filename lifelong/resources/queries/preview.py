"""What the preview plays and says: every file in its place, and the words of the public page."""

from dataclasses import dataclass
from typing import Any

from lifelong.media.lifecycle import ProbeState
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.judging import facts_of
from lifelong.resources.queries.reading import contents_of
from lifelong.standards.metadata import people, split


@dataclass(frozen=True)
class Playable:
    """One file: ``ready`` once it is measured and opens; ``sound`` where it has no picture."""

    entry: VersionFile
    ready: bool
    sound: bool
    mime: str
    seconds: float | None = None


def pieces_of(version: Version) -> list[Playable]:
    pieces = []
    for entry in version.files.all():
        file = entry.media_file
        facts = facts_of(file)
        readable = file.probe_state in {ProbeState.FACTS, ProbeState.WHOLE} and facts is not None and facts.readable
        sound = facts is not None and facts.type == "A02"
        mime = "audio/mpeg" if sound else "video/mp4"
        pieces.append(Playable(entry, readable, sound, mime, facts.duration_s if facts else None))
    return pieces


def preview_of(version: Version, *, cover: str) -> dict[str, Any]:
    """The words of the public page, by the names that the portal's parts read."""
    institution = version.resource.institution
    return {
        "url": "", "title": version.title, "cover_url": cover, "area": version.area, "type": version.type,
        "seconds": version.duration, "speakers": [str(person) for person in people(version.speakers)],
        "institution": institution.name, "rights_holder": split(version.rights_holder), "summary": version.summary,
        "keywords": split(version.keywords), "category": version.category_path, "series": version.series,
        "series_order": version.series_order, "link": version.link, "host_platform": version.host_platform,
        "created_date": version.created_date, "declared_views": version.declared_views,
        "declared_learners": version.declared_learners, "contents": contents_of(version.outline),
    }  # fmt: skip
