from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection
from django.utils import timezone

from lifelong.accounts.actions import rotation
from lifelong.accounts.encryption import keyed_hash, keyed_hashes, seal, unseal
from lifelong.accounts.models import User
from lifelong.accounts.tests.cast import person

pytestmark = pytest.mark.django_db


def raw_mobile(user: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile FROM accounts_user WHERE id = %s", [user.pk])
        return str(cursor.fetchone()[0])


def test_a_mobile_lies_sealed_in_the_database_and_is_clear_in_python() -> None:
    user = person("a@example.org", mobile="13812345678", mobile_hash=keyed_hash("13812345678"))
    assert "138" not in raw_mobile(user)
    assert User.objects.get(pk=user.pk).mobile == "13812345678"


def test_a_sealed_value_is_found_by_its_keyed_hash_alone(settings: Any) -> None:
    user = person("a@example.org", mobile="13812345678", mobile_hash=keyed_hash("13812345678"))
    assert User.objects.get(mobile_hash__in=keyed_hashes(" 13812345678 ")) == user
    before = keyed_hash("13812345678")
    settings.DATA_KEY = "another"
    assert keyed_hash("13812345678") != before


def test_turning_to_a_new_key_seals_rows_and_files_anew(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_KEY = "old"
    user = person("a@example.org", mobile="13812345678", mobile_hash=keyed_hash("13812345678"))
    paper = tmp_path / "paper.sealed"
    paper.write_bytes(seal(b"stamped"))
    settings.DATA_KEY = "new,old"
    assert User.objects.get(mobile_hash__in=keyed_hashes("13812345678")) == user
    lost = tmp_path / "lost.sealed"
    lost.write_bytes(b"not sealed by any key of ours")
    monkeypatch.setattr(rotation, "SEALED_FILES", [lambda: [paper, lost]])
    done = rotation.rotate_data_key(at=timezone.now())
    assert (done.files, done.unopened) == (1, [lost])
    settings.DATA_KEY = "new"
    assert User.objects.get(mobile_hash__in=keyed_hashes("13812345678")).mobile == "13812345678"
    assert unseal(paper.read_bytes()) == b"stamped"
    settings.DATA_KEY = "old"
    with pytest.raises(InvalidToken):
        unseal(paper.read_bytes())
