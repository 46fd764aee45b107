"""What films are known by is written down, and which of them are alike."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lifelong import jobs
from lifelong.media.models import MediaFile
from lifelong.screening.likeness.comparing import Alike
from lifelong.screening.models import Fingerprint, Likeness
from lifelong.screening.queries import without_fingerprint

AT_ONCE = 500


def owe_fingerprint(media_file_id: int) -> None:
    jobs.enqueue(
        "lifelong.screening.tasks.fingerprint_of", media_file_id, slot=f"screening.fingerprint:{media_file_id}"
    )


def owe_missing() -> int:
    """Films from before there were fingerprints, some at a time; once per file."""
    numbers = list(without_fingerprint().values_list("pk", flat=True)[:AT_ONCE])
    for number in numbers:
        owe_fingerprint(number)
    return len(numbers)


@transaction.atomic
def record_fingerprint(media_file: MediaFile, *, prints: tuple[bytes, bytes, bytes], at: datetime) -> Fingerprint:
    """Written before it is compared: of two that come at once, one at least sees the other."""
    pictures, marks, places = prints
    values = {"pictures": pictures, "marks": marks, "places": places, "made_at": at}
    return Fingerprint.objects.update_or_create(media_file=media_file, defaults=values)[0]


@transaction.atomic
def record_likeness(media_file: MediaFile, found: Sequence[Alike]) -> None:
    there = set(MediaFile.objects.filter(pk__in=[each.number for each in found]).values_list("pk", flat=True))
    Likeness.objects.bulk_create(
        (
            Likeness(
                one_id=min(media_file.pk, each.number), other_id=max(media_file.pk, each.number), picture=each.picture,
                sound=each.sound,
            )
            for each in found
            if each.number in there
        ),
        ignore_conflicts=True,
    )  # fmt: skip
