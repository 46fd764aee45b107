"""The outside anchor: every new seal also goes to a file that only grows, and now and then to the log.

Whoever rewrites the chain in the database would have to rewrite this file and every copy of the log as well.
"""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from lifelong.audit.models import Seal

log = logging.getLogger("lifelong.audit.anchor")
log.setLevel(logging.INFO)  # an anchor is not noise: it goes out whatever the general level
LOG_EVERY_S = 600
_logged_at = float("-inf")


def anchor_file() -> Path:
    return Path(settings.DATA) / "audit" / "seals.log"


def anchor(seal: Seal) -> None:
    """One line, synced: id, first, last, count, hash, time."""
    global _logged_at  # noqa: PLW0603 - one log line per process and period
    text = f"{seal.pk} {seal.first_id} {seal.last_id} {seal.count} {seal.hash} {seal.at.isoformat()}\n"
    path = anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if time.monotonic() - _logged_at >= LOG_EVERY_S:
        _logged_at = time.monotonic()
        log.info("audit seal %s covers entries to %s: %s", seal.pk, seal.last_id, seal.hash)


def anchored() -> Iterator[tuple[int, str]]:
    """Seal id and hash of every whole line; a line cut off by a crash is skipped."""
    path = anchor_file()
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            parts = text.split()
            if len(parts) == 6 and parts[0].isdigit() and len(parts[4]) == 64:
                yield int(parts[0]), parts[4]
