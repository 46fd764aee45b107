"""Keys that are made at first start, each in a file that only the owner reads."""

import os
import secrets
from pathlib import Path


def key_from(folder: Path, name: str) -> str:
    """The key kept in ``folder/name``, made on the spot where there is none (mode 0600).

    Two processes that start at once agree: the file is created exclusively and the loser reads it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key
