"""Answers too big for memory wait in a file, from which they leave at the reader's pace."""

import os
import secrets
import time
from pathlib import Path

from django.conf import settings

IN_MEMORY = 1 << 20
LONGEST = 1 << 30
LEFT_BEHIND_SECONDS = 600
OPENED_WITHIN_SECONDS = 60  # the server opens the file as soon as it begins to send; then the name is not needed


def folder() -> Path:
    path = Path(settings.DATA) / "spool"
    path.mkdir(parents=True, exist_ok=True)
    return path


def new_file() -> Path:
    return folder() / secrets.token_hex(12)


def sweep() -> None:
    """Removes what a killed worker left behind."""
    before = time.time() - LEFT_BEHIND_SECONDS
    for entry in os.scandir(folder()):
        if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < before:
            Path(entry.path).unlink(missing_ok=True)


def forget(path: str) -> None:
    Path(path).unlink(missing_ok=True)
