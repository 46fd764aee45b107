"""Who and what the tests are about."""

import hashlib
import random
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media import actions, storage
from lifelong.media.models import MediaFile, Upload


def institution(code: str = "9990001", **fields: object) -> Institution:
    return Institution.objects.create(code=code, name=f"虚构学院{code}", **fields)


def person(email: str) -> User:
    return User.objects.create_user(email, name="王小明")


def content(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def open_upload(
    college: Institution, reporter: User, size: int = 1000, *, sha256: str = "", at: datetime | None = None
) -> Upload:
    return actions.open_upload(
        institution=college, name="第一讲.mp4", size=size, purpose="version:1:1", by=reporter, at=at or timezone.now(),
        sha256=sha256,
    )  # fmt: skip


def arrive(upload: Upload, data: bytes) -> Upload:
    """Every byte is here; the upload is concluded."""
    storage.part_of(upload.pk).write_bytes(data)
    concluded = actions.conclude_upload(upload.pk, at=timezone.now())
    assert concluded
    return concluded


def stored(college: Institution, reporter: User, source: Path) -> MediaFile:
    """A media file that came by upload."""
    data = source.read_bytes()
    done = arrive(open_upload(college, reporter, len(data)), data)
    assert done.media_file
    return done.media_file
