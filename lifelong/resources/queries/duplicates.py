"""The same file handed in before, one that looks or sounds alike, titles that are nearly the same. A stranger's is never named."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Coalesce

from lifelong.media.models import MediaFile, Repair
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.reach import PUBLIC_STATES
from lifelong.screening.queries import likenesses
from lifelong.screening.titles import NEAR, near_title, similar_titles

KEY_LENGTH = 40
SHORTEST = 2
BEGINNING = 3  # characters that candidates share; the index finds them
COMPARED = 200


@dataclass(frozen=True)
class Duplicate:
    """``version`` is empty where the resource is another institution's: then only that it exists is told."""

    version: Version | None
    media_file_id: int | None = None
    picture: int = 0  # per cent of the shorter film that is in the other
    sound: int = 0

    @property
    def own(self) -> bool:
        return self.version is not None


def same_files(version: Version, files: Iterable[MediaFile]) -> list[Duplicate]:
    """Other resources with a file of the same content; strangers' only once handed in, and only as a fact. Two queries."""
    wanted = {file.handed_in.sha256: file.pk for file in files if file.sha256}
    if not wanted:
        return []
    repaired = Repair.objects.filter(original__sha256__in=wanted).values("repaired")
    copies = MediaFile.objects.filter(sha256__in=wanted).values("pk").union(repaired)  # each by an index of its own
    others = (
        VersionFile.objects.annotate(sent=Coalesce("media_file__repair__original__sha256", "media_file__sha256"))
        .filter(media_file__in=[row["pk"] for row in copies], version__deleted_at__isnull=True)
        .exclude(version__resource_id=version.resource_id)
        .select_related("version__resource", "media_file")
        .order_by("version__resource_id", "-version_id")
    )
    found: dict[tuple[int, int], Duplicate] = {}
    strange: set[str] = set()
    for entry in others:
        pk = wanted[entry.sent]
        if entry.version.resource.institution_id == version.resource.institution_id:
            found.setdefault((pk, entry.version.resource_id), Duplicate(entry.version, pk))
        elif is_handed_in(entry.version):
            strange.add(entry.sent)
    return [*found.values(), *(Duplicate(None, wanted[sha256]) for sha256 in sorted(strange))]


def alike_files(version: Version, files: Iterable[MediaFile]) -> list[Duplicate]:
    """Other resources with a film that looks or sounds like one of these, each once; strangers' only once handed in, and
    only as a fact. Never the very same file. Three queries.

    Lessons of one series look alike: within one, the sound must be alike too.
    """
    pairs: dict[int, tuple[float, float]] = {}
    for _mine, other, picture, sound in likenesses(file.pk for file in files):
        pairs[other] = max(pairs.get(other, (0.0, 0.0)), (picture, sound), key=max)
    others = (
        VersionFile.objects.filter(media_file__in=pairs, version__deleted_at__isnull=True)
        .exclude(version__resource_id=version.resource_id)
        .select_related("version__resource")
        .order_by("-version_id")
    )
    institution = version.resource.institution_id
    own: dict[int, Duplicate] = {}
    strange: Duplicate | None = None
    for entry in others:
        picture, sound = (round(100 * share) for share in pairs[entry.media_file_id])
        of = entry.version
        if not sound and of.series_id and of.series_id == version.series_id:
            continue
        if of.resource.institution_id == institution:
            own.setdefault(of.resource_id, Duplicate(of, entry.media_file_id, picture, sound))
        elif is_handed_in(of):
            strange = strange or Duplicate(None)
    return [*own.values(), *([strange] if strange else [])]


def is_handed_in(version: Version) -> bool:
    """As ``HANDED_IN`` says it of rows."""
    return version.first_submitted_at is not None or version.state in PUBLIC_STATES


def title_key(title: str) -> str:
    """A title as it is compared (``screening.titles``); the index finds those that begin alike."""
    return near_title(title)[:KEY_LENGTH]


def near_candidates(version: Version) -> list[tuple[Version, float]]:
    """Versions of other resources whose titles are nearly the same, the latest first, and how near. Two queries."""
    key = title_key(version.title)
    if len(key) < SHORTEST:
        return []
    beginning = Q(title_key__startswith=key[:BEGINNING])
    if connection.vendor == "sqlite":  # whose LIKE looks into no index
        beginning = Q(title_key__gte=key[:BEGINNING], title_key__lt=key[:BEGINNING] + chr(sys.maxunicode))
    alike = (
        Version.objects.filter(beginning, deleted_at__isnull=True)
        .exclude(resource_id=version.resource_id)
        .order_by("-pk")
        .values_list("pk", "title")[:COMPARED]
    )
    near = {pk: share for pk, title in alike if (share := similar_titles(version.title, title)) >= NEAR}
    found = Version.objects.filter(pk__in=near).select_related("resource__institution").order_by("-pk")
    return [(other, near[other.pk]) for other in found] if near else []


def near_titles(version: Version) -> list[Duplicate]:
    """Resources whose titles are nearly the same: own ones named, strangers' only as a fact, and only once handed in."""
    institution = version.resource.institution_id
    own: dict[int, Duplicate] = {}
    strange = False
    for other, _share in near_candidates(version):
        if other.resource.institution_id == institution:
            own.setdefault(other.resource_id, Duplicate(other))
        else:
            strange = strange or is_handed_in(other)
    return [*own.values(), *([Duplicate(None)] if strange else [])]
