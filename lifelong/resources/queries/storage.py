"""What an institution's storage is used for."""

from dataclasses import dataclass

from lifelong.institutions.models import Institution
from lifelong.media.lifecycle import FileKind
from lifelong.media.models import MediaFile
from lifelong.resources.models import Resource, VersionFile

MOST = 50


@dataclass(frozen=True)
class Use:
    """``resource`` with its bytes and how many files; a content that several hold counts for each of them."""

    resource: Resource
    title: str
    size: int
    files: int
    number: int
    deleted: bool


def largest(institution: Institution) -> list[Use]:
    """Resources by what their media weigh, the heaviest first."""
    held = VersionFile.objects.filter(version__resource__institution=institution).select_related(
        "version__resource", "media_file"
    )
    sizes: dict[int, dict[str, int]] = {}
    newest: dict[int, VersionFile] = {}
    for entry in held.only(
        "version__number", "version__title", "version__deleted_at", "version__resource__resource_id",
        "media_file__sha256", "media_file__size",
    ):  # fmt: skip
        key = entry.version.resource_id
        sizes.setdefault(key, {})[entry.media_file.sha256] = entry.media_file.size
        if key not in newest or newest[key].version.number <= entry.version.number:
            newest[key] = entry
    heavy = sorted(sizes, key=lambda key: -sum(sizes[key].values()))[:MOST]
    found = []
    for key in heavy:
        version = newest[key].version
        weight, files = sum(sizes[key].values()), len(sizes[key])
        found.append(Use(version.resource, version.title, weight, files, version.number, bool(version.deleted_at)))
    return found


def by_kind(institution: Institution) -> list[tuple[str, int, int]]:
    """(word, bytes, number of contents) of each kind of file that is there."""
    kinds: dict[str, dict[str, int]] = {}
    for kind, sha256, size in MediaFile.objects.of(institution).values_list("kind", "sha256", "size"):
        kinds.setdefault(kind, {})[sha256] = size
    return [(str(kind.label), sum(kinds[kind].values()), len(kinds[kind])) for kind in FileKind if kind in kinds]
