"""What the preview plays and says. The public page is the catalogue's: it registers how it would show a version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lifelong.media.lifecycle import ProbeState
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.judging import facts_of

READY = {ProbeState.FACTS, ProbeState.WHOLE}


@dataclass
class Piece:
    """One file: ``ready`` once it is measured and opens; ``sound`` where it has no picture. ``url`` and ``poster`` are
    the view's to give: they are good for one session."""

    entry: VersionFile
    ready: bool
    sound: bool
    seconds: float | None = None
    url: str = ""
    poster: str = ""


Face = Callable[[Version, Sequence[Piece], str], tuple[str, dict[str, Any]]]
_faces: list[Face] = []


def register_face(face: Face) -> None:
    """``face(version, pieces, cover address)`` gives the template of the public page and its context."""
    _faces[:] = [face]


def face_of(version: Version, pieces: Sequence[Piece], cover: str) -> tuple[str, dict[str, Any]]:
    return _faces[0](version, pieces, cover)


def pieces_of(version: Version) -> list[Piece]:
    pieces = []
    for entry in version.files.all():
        facts = facts_of(entry.media_file)
        readable = entry.media_file.probe_state in READY and facts is not None and facts.readable
        pieces.append(
            Piece(entry, readable, facts is not None and facts.type == "A02", facts.duration_s if facts else None)
        )
    return pieces
