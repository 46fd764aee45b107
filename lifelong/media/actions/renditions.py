"""What is made from a file, and what of it anyone may fetch."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lifelong import audit
from lifelong.media import events, storage
from lifelong.media.models import FormerName, MediaFile, Rendition


@dataclass(frozen=True)
class Made:
    """A rendition on disk: ``path`` is relative to ``settings.FILES``."""

    kind: str
    path: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None


@transaction.atomic
def record_renditions(media_file: MediaFile, *, made: Iterable[Made], at: datetime) -> list[Rendition]:
    """Writes down what a job has made. A kind that is there already keeps its row and its public name."""
    media_file = MediaFile.objects.select_for_update().get(pk=media_file.pk)
    kept = [
        Rendition.objects.update_or_create(
            media_file=media_file, kind=each.kind, width=each.width,
            defaults={"path": each.path, "size": each.size, "sha256": each.sha256, "height": each.height},
            create_defaults={
                "path": each.path, "size": each.size, "sha256": each.sha256, "height": each.height, "created_at": at,
            },
        )[0]
        for each in made
    ]  # fmt: skip
    events.renditions_made.send(MediaFile, media_file=media_file)
    return kept


@transaction.atomic
def make_public(renditions: Iterable[Rendition], *, at: datetime) -> list[Rendition]:
    """Gives each a public name that cannot be guessed, as a hard link. The name works before it is known to anyone.

    The caller records who decided: this only carries it out. Files first, rows second: a kill between the two leaves
    a name nobody knows, which ``match_public_names`` removes.
    """
    done = []
    for rendition in locked(renditions):
        name = rendition.public_name or secrets.token_hex(16)
        storage.show(name, rendition.location)
        if rendition.public_name != name:
            rendition.public_name = name
            rendition.save(update_fields=["public_name"])
        done.append(rendition)
    record("media.made_public", done, at)
    return done


@transaction.atomic
def make_private(
    renditions: Iterable[Rendition], *, at: datetime, page: str = "", gone: bool = False
) -> list[Rendition]:
    """Takes the public names away, at once: the next request of a player is told to look at ``page``.

    ``gone``: for good. Without a page nobody ever knew the names, and nothing is left of them.
    """
    done = []
    for rendition in locked(renditions):
        if rendition.public_name:
            storage.hide(rendition.public_name, rendition.location)
            if page:
                storage.tell_of_former(rendition.public_name, gone=gone, page=page)
                FormerName.objects.create(public_name=rendition.public_name, page=page, gone=gone, ended_at=at)
            rendition.public_name = None
            rendition.save(update_fields=["public_name"])
            done.append(rendition)
    record("media.made_private", done, at)
    return done


@transaction.atomic
def end_for_good(page: str) -> int:
    """What was taken away for now under this page does not come back: its names answer 410 from now on."""
    names = list(FormerName.objects.filter(page=page, gone=False).values_list("public_name", flat=True))
    FormerName.objects.filter(public_name__in=names).update(gone=True)
    for name in names:
        storage.tell_of_former(name, gone=True, page=page)
    return len(names)


def locked(renditions: Iterable[Rendition]) -> list[Rendition]:
    keys = [each.pk for each in renditions]
    return list(Rendition.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def record(verb: str, renditions: list[Rendition], at: datetime) -> None:
    for media_file_id in dict.fromkeys(each.media_file_id for each in renditions):
        audit.record(verb, by=None, at=at, of=MediaFile(pk=media_file_id))
