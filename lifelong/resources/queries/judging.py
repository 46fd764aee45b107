"""What the metadata validator needs to know about a version: its files, its owner, its series, today."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from lifelong.institutions.models import Institution
from lifelong.media.models import MediaFile
from lifelong.media.probe.facts import Facts, WholeFacts
from lifelong.resources.models import Version
from lifelong.standards.metadata import Context, Media, Stage
from lifelong.standards.queries import metadata_context


def facts_of(file: MediaFile) -> Facts | None:
    """What the probe measured; None while it has not."""
    return Facts.from_json(file.facts) if file.facts else None


def whole_of(file: MediaFile) -> WholeFacts | None:
    """What the second pass found; None while it has not come to its end."""
    return WholeFacts.from_json(file.whole) if file.whole else None


def measured(files: Iterable[MediaFile]) -> Media | None:
    """Kinds and total length of the files that are measured and readable; None where there is none."""
    known = [facts for file in files if (facts := facts_of(file)) and facts.readable]
    if not known:
        return None
    lengths = [facts.duration_s for facts in known]
    total = sum(length for length in lengths if length) if all(lengths) else None
    return Media(frozenset(facts.type for facts in known if facts.type), total)


def media_files_of(version: Version) -> list[MediaFile]:
    return [entry.media_file for entry in version.files.all()]


def attached_to(version: Version) -> frozenset[str]:
    here = {"cover": version.cover_id, "rights_file": version.rights_file_id, "files": bool(version.files.all())}
    return frozenset(name for name, there in here.items() if there)


def owner_names(institution: Institution) -> frozenset[str]:
    return frozenset(filter(None, (institution.name, institution.former_name)))


Orders = Mapping[tuple[int, str, int], set[str]]  # (institution, series, order as number) → resource ids


def orders_taken(institutions: Iterable[int], series: str = "") -> Orders:
    """Who holds which place in which series, among living versions; one query for any number of institutions."""
    versions = Version.objects.filter(
        resource__institution_id__in=set(institutions), series__isnull=False, deleted_at__isnull=True
    ).exclude(series_order="")
    if series:
        versions = versions.filter(series__title=series)
    found: dict[tuple[int, str, int], set[str]] = {}
    for institution, title, order, key in versions.values_list(
        "resource__institution_id", "series__title", "series_order", "resource__resource_id"
    ):
        if order.isdecimal():
            found.setdefault((institution, title, int(order)), set()).add(key)
    return found


def _taken_from(version: Version, orders: Orders) -> dict[tuple[str, int], str]:
    """What the validator asks: every place in this institution's series that another resource holds."""
    institution, own = version.resource.institution_id, version.resource.resource_id
    return {
        (title, order): next(iter(sorted(keys - {own})))
        for (holder, title, order), keys in orders.items()
        if holder == institution and keys - {own}
    }


def context_for(
    version: Version,
    *,
    stage: Stage,
    at: datetime,
    series: str = "",
    orders: Orders | None = None,
    base: Context | None = None,
) -> Context:
    """Context of one version at one time; no query where its files are loaded and ``orders`` and ``base`` are given.

    ``base`` is ``metadata_context`` of the stage, asked once for many versions.
    """
    institution = version.resource.institution
    if orders is None:
        series = series or (version.series.title if version.series else "")
        orders = orders_taken([institution.pk], series) if series else {}
    return replace(
        base or metadata_context(stage, today=timezone.localdate(at)),
        media=measured(media_files_of(version)),
        attached=attached_to(version),
        owner_names=owner_names(institution),
        taken_orders=_taken_from(version, orders),
        key=version.resource.resource_id,
    )
