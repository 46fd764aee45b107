"""Rows as bytes: what is hashed must read the same on every database and in every release."""

import hashlib
import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from lifelong.audit.models import AuditEntry

GENESIS = "0" * 64  # what the first seal names as its previous one


def plain(value: Any) -> Any:
    """A JSON value that both databases give back as it is: no NUL, no lone surrogates, no NaN, no 1.0 for 1."""
    kept: Any = value
    match value:
        case None | bool() | int():
            pass
        case float():
            kept = str(value) if not math.isfinite(value) else int(value) if value.is_integer() else value
        case dict():
            kept = {plain(str(key)): plain(item) for key, item in value.items()}
        case set() | frozenset():
            kept = [plain(item) for item in sorted(value)]
        case list() | tuple():
            kept = [plain(item) for item in value]
        case datetime():
            kept = moment(value)
        case _:
            kept = str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return kept


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def line(entry: AuditEntry) -> bytes:
    """One entry, every field in a fixed order."""
    return dump(
        [
            entry.pk, moment(entry.at), moment(entry.written_at), entry.actor_kind, entry.actor_id, entry.actor_label,
            entry.address, entry.request_id, entry.verb, entry.target_type, entry.target_id, entry.target_label,
            entry.detail, entry.result,
        ]
    )  # fmt: skip


def seal_hash(
    *, previous: str, first_id: int, last_id: int, missing: list[list[int]], late: list[int], lines: Iterable[bytes]
) -> tuple[str, int]:
    """SHA-256 (hex) over the header and the lines, ascending ids, late ones last; and how many lines there were."""
    digest = hashlib.sha256(dump([previous, first_id, last_id, missing, late]))
    count = 0
    for text in lines:
        digest.update(b"\n")
        digest.update(text)
        count += 1
    return digest.hexdigest(), count
