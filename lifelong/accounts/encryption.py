"""Personal data at rest: encrypted with keys drawn from DATA_KEY, found again only through a keyed hash.

Turning to a new key: put it before the old one in ``DATA_KEY`` (comma between), run ``lifelong rotate_data_key``,
then take the old one out.
"""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())


@lru_cache(maxsize=4)
def _box(keys: str) -> MultiFernet:
    """The first key encrypts, every key opens: ``DATA_KEY`` may list the new key before the old, comma between."""
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(_derive(key.strip(), "encrypt"))) for key in keys.split(",") if key.strip()]
    )


def seal(content: bytes) -> bytes:
    return _box(settings.DATA_KEY).encrypt(content)


def unseal(content: bytes) -> bytes:
    """The clear bytes; raises ``cryptography.fernet.InvalidToken`` where the key is lost or the content was altered."""
    return _box(settings.DATA_KEY).decrypt(content)


def _keys() -> list[str]:
    return [key.strip() for key in settings.DATA_KEY.split(",") if key.strip()]


@lru_cache(maxsize=8)
def _search_key(key: str) -> bytes:
    return _derive(key, "search")


def _hash_with(key: str, value: str) -> str:
    return hmac.new(_search_key(key), value.strip().lower().encode(), hashlib.sha256).hexdigest()


def keyed_hash(value: str) -> str:
    """What a sealed value is stored to be found by: 64 hex characters under the newest key; empty for nothing."""
    return _hash_with(_keys()[0], value) if value.strip() else ""


def keyed_hashes(value: str) -> list[str]:
    """The same under every key in use, for looking up: rows not yet brought to the newest key are found too."""
    return [_hash_with(key, value) for key in _keys()] if value.strip() else []


class EncryptedText(models.TextField):
    """Text that lies sealed in the database and is clear in Python."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return seal(value.encode()).decode("ascii") if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return unseal(value.encode("ascii")).decode() if value else value
