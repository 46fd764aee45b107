"""Whose turn it is: everything within the plan's days, what has waited longest first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef, Q, QuerySet

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import Rendition
from lifelong.monitoring.lifecycle import Subject
from lifelong.monitoring.models import HostPace, InspectionLimit, InspectionPlan, InspectionTarget
from lifelong.monitoring.troubles import LIMITS, PLANS
from lifelong.resources.models import Caption, Version

RUNS_A_DAY = 144  # every ten minutes
EARLIEST = 0.75  # of the days of a plan: no second turn before, so that small libraries are not asked all day long
LEASE = timedelta(minutes=20)  # a claim older than this was lost with its worker
ASTRAY = timedelta(minutes=5)  # a time further ahead was written while the clock was wrong
MOST_OUT_OF_TURN = 500


@dataclass(frozen=True)
class Plan:
    """``quota``: items of one run, so that all of ``total`` come round in time; ``cycle_days``: how long a round takes."""

    subject: Subject
    within_days: int
    most_items: int
    most_bytes: int

    @property
    def earliest(self) -> timedelta:
        return timedelta(days=self.within_days) * EARLIEST

    def quota(self, total: int) -> int:
        return min(self.most_items, ceil(total / (self.within_days * EARLIEST * RUNS_A_DAY)))

    def bytes_quota(self, total_bytes: int) -> int:
        """What a round must read in one run, within the operator's bound; 0 where nothing bounds it."""
        return min(self.most_bytes, ceil(total_bytes / (self.within_days * EARLIEST * RUNS_A_DAY)))

    def cycle_days(self, total: int, total_bytes: int) -> float:
        by_items = total / (self.most_items * RUNS_A_DAY)
        return max(by_items, total_bytes / (self.most_bytes * RUNS_A_DAY) if self.most_bytes else 0.0)


def plans() -> dict[Subject, Plan]:
    chosen = {row.subject: row for row in InspectionPlan.objects.all()}
    return {
        subject: Plan(subject, row.within_days, row.most_items, row.most_bytes)
        if (row := chosen.get(subject))
        else Plan(subject, *PLANS[subject])
        for subject in Subject
    }


def limits() -> dict[str, int]:
    chosen = dict(InspectionLimit.objects.values_list("name", "value"))
    return {name: chosen.get(name, usual) for name, (_words, usual) in LIMITS.items()}


def free(at: datetime) -> Q:
    """In nobody's hands."""
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=at - LEASE) | Q(claimed_at__gt=at + ASTRAY)


def due(plan: Plan, *, at: datetime) -> QuerySet[InspectionTarget]:
    """A kind's targets by turns. What was written by a clock that ran ahead has waited long enough."""
    old = Q(waits_since__lte=at - plan.earliest) | Q(last_checked_at__isnull=True) | Q(waits_since__gt=at + ASTRAY)
    found = InspectionTarget.objects.filter(old, free(at), subject=plan.subject, look_at__isnull=True)
    return found.order_by("waits_since", "pk")


def out_of_turn(subjects: Iterable[Subject], *, at: datetime) -> QuerySet[InspectionTarget]:
    found = InspectionTarget.objects.filter(free(at), subject__in=subjects, look_at__lte=at)
    return found.order_by("look_at", "pk")


def resting_hosts(at: datetime) -> QuerySet[HostPace]:
    return HostPace.objects.filter(not_before__gt=at, not_before__lt=at + timedelta(days=2))


def next_links(plan: Plan, quota: int, *, of_a_host: int, at: datetime) -> list[InspectionTarget]:
    """At most ``of_a_host`` of each host, however many of its links have waited longest: the others' turns come too."""
    resting = set(resting_hosts(at).values_list("host", flat=True))
    taken: Counter[str] = Counter()
    chosen: list[InspectionTarget] = []

    def take(rows: Iterable[InspectionTarget], most: int) -> None:
        for target in rows:
            if len(chosen) < most and target.host not in resting and taken[target.host] < of_a_host:
                chosen.append(target)
                taken[target.host] += 1

    take(out_of_turn([Subject.LINK], at=at)[:MOST_OUT_OF_TURN], MOST_OUT_OF_TURN)
    most, before = len(chosen) + quota, -1
    while before < len(chosen) < most:
        before = len(chosen)
        full = resting | {host for host, n in taken.items() if n >= of_a_host}
        rows = due(plan, at=at).exclude(host__in=full).exclude(pk__in=[one.pk for one in chosen])
        take(rows[: 2 * quota], most)
    return chosen


def wanted(entries: Iterable[Entry], *, at: datetime) -> list[InspectionTarget]:
    """What there is to look at of these entries from ``at`` on, not saved; seven queries however many they are."""
    entries = list(entries)
    versions = [entry.pk for entry in entries]
    files: dict[int, dict[int, tuple[str, int]]] = {}  # version → media file → (what it is, size)
    of_version = Version.objects.filter(pk__in=versions)
    licences = dict(of_version.filter(rights_until__isnull=False).values_list("pk", "rights_until"))
    for kind, path in (("media", "files__media_file"), ("cover", "cover"), ("paper", "rights_file")):
        rows = of_version.filter(**{f"{path}__isnull": False}).values_list("pk", path, f"{path}__size")
        for version, media_file, size in rows:
            files.setdefault(version, {}).setdefault(media_file, (kind, size))
    captions = Caption.objects.filter(file__version__in=versions)
    for version, media_file, size in captions.values_list("file__version", "media_file", "media_file__size"):
        files.setdefault(version, {}).setdefault(media_file, ("caption", size))
    everything = {media_file for of_one in files.values() for media_file in of_one}
    made: dict[int, list[tuple[int, int, str]]] = {}
    for pk, media_file, size, kind in Rendition.objects.filter(media_file__in=everything).values_list(
        "pk", "media_file", "size", "kind"
    ):
        made.setdefault(media_file, []).append((pk, size, kind))
    found = [
        target for entry in entries for target in _of(entry, files.get(entry.pk, {}), made, licences.get(entry.pk))
    ]
    for target in found:
        target.waits_since = at
    return found


def _of(
    entry: Entry, files: dict[int, tuple[str, int]], made: dict[int, list[tuple[int, int, str]]], licence: date | None
) -> list[InspectionTarget]:
    found = [InspectionTarget(subject=Subject.TEXT)]
    if entry.link and not entry.files:
        host = host_of(entry.link)
        found.append(InspectionTarget(subject=Subject.LINK, address=entry.link, host=host))
        found.append(InspectionTarget(subject=Subject.EVIDENCE, host=host))
    if licence:  # its day is its key: a version with another one has another target
        found.append(InspectionTarget(subject=Subject.EVIDENCE, key=licence.isoformat()))
    for media_file, (kind, size) in files.items():
        more = {"media_file_id": media_file}
        found.append(InspectionTarget(subject=Subject.FILE, key=str(media_file), size=size, **more))
        for rendition, length, _kind in made.get(media_file, []):
            key = str(rendition)
            found.append(
                InspectionTarget(subject=Subject.RENDITION, key=key, size=length, rendition_id=rendition, **more)
            )
        if kind == "media" and any(
            one in {RenditionKind.MP4, RenditionKind.MP3} for _p, _s, one in made.get(media_file, [])
        ):
            found.append(InspectionTarget(subject=Subject.PLAYBACK, key=str(media_file), **more))
        elif kind in {"cover", "caption"}:
            subject = Subject.COVER if kind == "cover" else Subject.CAPTION
            found.append(InspectionTarget(subject=subject, key=str(media_file), **more))
    for target in found:
        target.resource_id = entry.resource_id
    return found


def host_of(link: str) -> str:
    """Nothing where the address is none: the look says what is wrong with it."""
    try:
        return (urlsplit(link).hostname or "")[:253]
    except ValueError:
        return ""


def inspected() -> QuerySet[Entry]:
    """Online, or hidden and maybe to come back."""
    return Entry.objects.filter(visibility__in=[Visibility.ONLINE, Visibility.HIDDEN])


def untaken() -> QuerySet[Entry]:
    """Entries of which nothing is inspected yet: from before there was inspection, or a lost job."""
    known = InspectionTarget.objects.filter(resource=OuterRef("resource"), subject=Subject.TEXT)
    return inspected().filter(~Exists(known)).order_by("pk")
