"""Stamped scans of an institution under a call: judged, sealed, put beside."""

from collections.abc import Sequence
from datetime import datetime

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import stamped
from lifelong.calls.models import Call, Letter, LetterKind
from lifelong.calls.storage import hash_of, keep_sealed
from lifelong.institutions.models import Institution

Kept = dict[str, str | int]


def keep_letter(name: str, content: bytes) -> Kept:
    """Judge the scan and put it away, before any row is locked; raises ``stamped.StampedRefused``."""
    pages = stamped.pages_of(content)
    return {
        "name": name[-200:], "path": keep_sealed(content), "size": len(content), "sha256": hash_of(content), "pages": pages,
    }  # fmt: skip


def add_letter(
    call: Call, institution: Institution, kind: LetterKind, kept: Kept, *, by: User, at: datetime,
    listed: Sequence[str] = (),
) -> Letter:  # fmt: skip
    """Put it beside the call; whether ``by`` may is the calling action's question."""
    letter = Letter.objects.create(
        call=call, institution=institution, kind=kind, listed=list(listed), added_by=by, added_at=at, **kept
    )
    record(
        "calls.letter_added", by=by, of=letter, at=at,
        detail={"kind": kind.value, "sha256": letter.sha256, "call": call.number},
    )  # fmt: skip
    return letter
