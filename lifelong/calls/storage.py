"""Where papers of calls and registrations lie, below FILES. Those of registrations are sealed, always."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from lifelong.accounts.encryption import seal, unseal
from lifelong.calls.models import Attachment

NOTICES = "calls"
SEALED = "registrations"


class PaperLost(RuntimeError):
    """The file is not there, or is not what was handed in."""


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep_attachment(content: bytes, suffix: str) -> str:
    """Puts a public paper of a notice away; returns its path relative to FILES."""
    return _keep(f"{NOTICES}/{secrets.token_hex(16)}{suffix}", content)


def keep_sealed(content: bytes) -> str:
    """Puts a registration's paper away sealed; returns its path relative to FILES."""
    return _keep(f"{SEALED}/{secrets.token_hex(16)}.sealed", seal(content))


def _keep(path: str, content: bytes) -> str:
    """Whole or not at all: written aside, brought to disk, then given its name."""
    target = Path(settings.FILES) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(target)
    return path


def read_attachment(attachment: Attachment) -> bytes:
    try:
        return (Path(settings.FILES) / attachment.path).read_bytes()
    except OSError as error:
        raise PaperLost(attachment.path) from error


def open_sealed(path: str, sha256: str) -> bytes:
    """The clear bytes of a registration's paper, checked against the hash that was taken when it came."""
    try:
        content = unseal((Path(settings.FILES) / path).read_bytes())
    except OSError as error:
        raise PaperLost(path) from error
    if hash_of(content) != sha256:
        raise PaperLost(path)
    return content


def sealed_files() -> Iterator[Path]:
    return (Path(settings.FILES) / SEALED).glob("*.sealed")
