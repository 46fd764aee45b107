"""Turning to a new data key: every sealed value and file is sealed again with the first key of ``DATA_KEY``."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction

from lifelong.accounts.encryption import EncryptedText, keyed_hash, seal, unseal
from lifelong.audit import record

# Chapters that keep sealed files add a function here in ``AppConfig.ready`` that yields their paths.
SEALED_FILES: list[Callable[[], Iterable[Path]]] = []
CHUNK = 200


@dataclass(frozen=True)
class Rotated:
    """``unopened``: files that no key in use opens; they are left as they are."""

    rows: int
    files: int
    unopened: list[Path]


def rotate_data_key(*, at: datetime) -> Rotated:
    """Safe to repeat and to kill: each chunk of rows and each file is whole before or after."""
    rows = sum(_rotate_model(model, fields) for model, fields in _sealed_models()) + _rotate_authenticators()
    paths = [path for source in SEALED_FILES for path in source()]
    unopened = [path for path in paths if not _rotate_file(path)]
    files = len(paths) - len(unopened)
    record("accounts.data_key_rotated", at=at, detail={"rows": rows, "files": files, "unopened": len(unopened)})
    return Rotated(rows, files, unopened)


def _sealed_models() -> list[tuple[type[models.Model], list[str]]]:
    found = []
    for model in apps.get_models():
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedText)]
        if fields:
            found.append((model, fields))
    return found


def _rotate_model(model: type[models.Model], fields: list[str]) -> int:
    hashed: dict[str, str] = getattr(model, "HASHED", {})
    ids = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(ids), CHUNK):
        with transaction.atomic():
            rows = model._default_manager.select_for_update().filter(pk__in=ids[begin : begin + CHUNK])
            for row in rows:
                for name, source in hashed.items():
                    setattr(row, name, keyed_hash(getattr(row, source)))
                row.save(update_fields=[*fields, *hashed])
    return len(ids)


def _rotate_authenticators() -> int:
    """The secrets of second factors, which allauth keeps inside JSON (see ``FactorAdapter.encrypt``)."""
    count = 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
            for name in ("secret", "seed"):
                if value := row.data.get(name):
                    row.data[name] = seal(unseal(value.encode("ascii"))).decode("ascii")
            if codes := row.data.get("migrated_codes"):
                row.data["migrated_codes"] = [seal(unseal(c.encode("ascii"))).decode("ascii") for c in codes]
            row.save(update_fields=["data"])
            count += 1
    return count


def _rotate_file(path: Path) -> bool:
    try:
        content = unseal(path.read_bytes())
    except InvalidToken:
        return False
    fresh = path.with_name(path.name + ".rotating")
    fresh.write_bytes(seal(content))
    os.replace(fresh, path)
    return True
