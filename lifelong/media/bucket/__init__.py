"""Originals in an S3-compatible bucket: ``place`` says where it is and signs addresses, ``rest`` asks it.

Only where ``STORAGE_URL`` is ``s3://…``; docs/adr/0006 says what lies there and what lies on the disk.
"""

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from lifelong.media.bucket.place import Away, Denied, Missing, Place, WrongPlace

if TYPE_CHECKING:
    from lifelong.media.bucket.rest import Bucket

__all__ = ["Away", "Denied", "Missing", "Place", "WrongPlace", "bucket", "hang_up", "is_away", "is_used", "trouble"]


def is_used() -> bool:
    return settings.BUCKET is not None


def bucket() -> "Bucket":
    return at(settings.BUCKET)


@cache
def at(place: Place) -> "Bucket":
    from lifelong.media.bucket.rest import Bucket  # who keeps originals on disk pays nothing for it

    return Bucket(place)


def hang_up() -> None:
    """Before a fork: no line may be shared."""
    bucket().lines.close()
    at.cache_clear()


def trouble() -> str:
    """For readiness and at the start: what is wrong with the settings. A bucket that is away is not: nothing is lost by it."""
    try:
        bucket().exists()
    except Away:
        return ""
    except Denied as denied:
        return f"the bucket at {bucket().place.internal} refuses us ({denied}): check STORAGE_URL, STORAGE_KEY, STORAGE_SECRET"
    return ""


def is_away() -> float:
    """For metrics: 1 while the bucket does not answer."""
    try:
        bucket().exists()
    except Away:
        return 1.0
    except Denied:
        return 0.0
    return 0.0
