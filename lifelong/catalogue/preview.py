"""What the public page would show of a version that is not public: for its institution's preview, nothing is kept."""

from collections.abc import Sequence
from typing import Any

from lifelong.catalogue.actions.media import technical
from lifelong.catalogue.actions.snapshots import frozen_values
from lifelong.catalogue.models import Entry, Speaker
from lifelong.catalogue.queries import pages
from lifelong.resources.models import Version
from lifelong.resources.queries.preview import Piece
from lifelong.standards.metadata import people

TEMPLATE = "catalogue/resource.html"


def face_of(version: Version, pieces: Sequence[Piece], cover: str) -> tuple[str, dict[str, Any]]:
    """The public page's template and its context; the addresses in it are the preview's own."""
    entry = Entry(version=version, resource=version.resource, **frozen_values(version))
    entry.cover, entry.poster = cover, next((piece.poster for piece in pieces if piece.poster), "")
    entry.speakers = _speakers(version)
    entry.files = [_file(piece, place) for place, piece in enumerate(pieces, 1) if piece.url]
    page = pages.ResourcePage(
        entry, pages.category_path(entry.category_id), pages.chapters_of(entry), _series(entry), None, None, []
    )
    return TEMPLATE, {"entry": entry, "resource": page, "files": entry.files, "poster": cover or entry.poster}


def _file(piece: Piece, place: int) -> dict[str, Any]:
    source = piece.entry.media_file
    return {
        "kind": "mp3" if piece.sound else "mp4", "url": piece.url, "poster": piece.poster, "size": source.size,
        "position": place, "title": piece.entry.title or source.original_name, "name": source.original_name,
        "duration_s": piece.seconds, "technical": technical(source.facts),
    }  # fmt: skip


def _speakers(version: Version) -> list[dict[str, Any]]:
    institution = version.resource.institution
    known = dict(Speaker.objects.filter(institution=institution).values_list("name", "pk"))
    found = people(version.speakers)
    return [{"id": known.get(one.name, 0), "name": one.name, "group": one.ethnic_group} for one in found]


def _series(entry: Entry) -> list[Entry]:
    """The public ones of the series, and this one in its place."""
    if not entry.series_id:
        return []
    others = [one for one in pages.series_entries(entry.series_id) if one.resource_id != entry.resource_id]
    return sorted([*others, entry], key=_place)


def _place(entry: Entry) -> tuple[int, str]:
    order = entry.series_order
    return (int(order) if order.isdecimal() else 0, order)
