"""The same file handed in before, and titles that are nearly the same. A stranger's is never named."""

from collections.abc import Iterable
from dataclasses import dataclass

from lifelong.media.models import MediaFile
from lifelong.resources.models import Version, VersionFile
from lifelong.resources.queries.reach import HANDED_IN


@dataclass(frozen=True)
class Duplicate:
    """``version`` is empty where the resource is another institution's: then only that it exists is told."""

    version: Version | None
    media_file_id: int | None = None

    @property
    def own(self) -> bool:
        return self.version is not None


def same_files(version: Version, files: Iterable[MediaFile]) -> list[Duplicate]:
    """Other resources with a file of the same content; strangers' only once handed in, and only as a fact. Two queries."""
    wanted = {file.sha256: file.pk for file in files if file.sha256}
    if not wanted:
        return []
    others = (
        VersionFile.objects.filter(media_file__sha256__in=wanted, version__deleted_at__isnull=True)
        .exclude(version__resource_id=version.resource_id)
        .select_related("version__resource", "media_file")
    )
    institution = version.resource.institution_id
    own = others.filter(version__resource__institution_id=institution).order_by("version__resource_id", "-version_id")
    found: dict[tuple[int, int], Duplicate] = {}
    for entry in own:
        pk = wanted[entry.media_file.sha256]
        found.setdefault((pk, entry.version.resource_id), Duplicate(entry.version, pk))
    handed_in = Version.objects.filter(HANDED_IN).exclude(resource__institution_id=institution)
    strange = others.filter(version__in=handed_in).values_list("media_file__sha256", flat=True).distinct()
    return [*found.values(), *(Duplicate(None, wanted[sha256]) for sha256 in sorted(strange))]
