"""The bell: a touched file tells the workers on this machine that something is due; others find it by looking."""

import os
from pathlib import Path

from django.conf import settings


def bell() -> Path:
    return Path(settings.DATA) / "run" / "jobs.wake"


def ring() -> None:
    """Best effort: an unwritable folder costs a worker's next look, at most a second."""
    path = bell()
    try:
        os.utime(path)
    except OSError:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError:
            return


def rung_at() -> int:
    """When the bell last rang (ns); 0 where it never did."""
    try:
        return bell().stat().st_mtime_ns
    except OSError:
        return 0
