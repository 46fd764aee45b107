"""The chain: entries that are committed are hashed together with the seal before them.

Sealing takes no lock that a writer waits for. On PostgreSQL an id can become visible after a higher one (its transaction
commits later) or never (it rolled back), so:

- a seal stops before a hole in the ids until the entry behind the hole is ``PATIENCE`` old: nearly every transaction is
  over by then;
- what is still missing is written into the seal; if it comes to light afterwards (within ``LATE_DAYS``), the next seal
  covers it as *late*. So no entry stays outside the chain and none is in it twice.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from lifelong.audit.anchor import anchor
from lifelong.audit.canonical import GENESIS, line, seal_hash
from lifelong.audit.models import AuditEntry, Seal

PATIENCE = timedelta(seconds=10)
LATE_DAYS = 2
AT_MOST = 5000


def seal_entries(*, at: datetime, with_late: bool = True) -> int:
    """Seal everything that may be sealed now; returns how many entries that were. Safe to run twice at once."""
    sealed = 0
    while seal := _next_seal(at, with_late=with_late):
        sealed += seal.count
        if seal.count < AT_MOST:
            break
    return sealed


def _next_seal(at: datetime, *, with_late: bool) -> Seal | None:
    newest = Seal.objects.order_by("-id").first()
    start = newest.last_id + 1 if newest else 1
    entries, missing = _stretch(start, at)
    late = late_entries(at) if with_late else []
    if not entries and not late:
        return None
    last_id = entries[-1].pk if entries else start - 1
    previous = newest.hash if newest else GENESIS
    late_ids = [entry.pk for entry in late]
    digest, count = seal_hash(
        previous=previous, first_id=start, last_id=last_id, missing=missing, late=late_ids,
        lines=(line(entry) for entry in [*entries, *late]),
    )  # fmt: skip
    try:
        with transaction.atomic():
            seal = Seal.objects.create(
                first_id=start, last_id=last_id, count=count, missing=missing, late=late_ids,
                has_missing=bool(missing), has_late=bool(late), previous=previous, hash=digest, at=at,
            )  # fmt: skip
            transaction.on_commit(lambda: anchor(seal))
    except IntegrityError:  # another sealer was quicker; its link stands
        return None
    return seal


def _stretch(start: int, at: datetime) -> tuple[list[AuditEntry], list[list[int]]]:
    """Entries from ``start`` on, as far as they may be sealed, and the holes between them as [first, last]."""
    taken: list[AuditEntry] = []
    missing: list[list[int]] = []
    expected = start
    for entry in AuditEntry.objects.filter(pk__gte=start).order_by("pk")[:AT_MOST]:
        if entry.pk != expected:
            if entry.written_at > at - PATIENCE:
                break
            missing.append([expected, entry.pk - 1])
        taken.append(entry)
        expected = entry.pk + 1
    return taken, missing


def late_entries(at: datetime) -> list[AuditEntry]:
    """Entries that lie in a hole of an earlier seal and that no later seal has taken in."""
    recent = Seal.objects.filter(at__gt=at - timedelta(days=LATE_DAYS))
    holes = [hole for seal in recent.filter(has_missing=True) for hole in seal.missing]
    if not holes:
        return []
    taken = {number for late in recent.filter(has_late=True).values_list("late", flat=True) for number in late}
    found = {entry.pk: entry for part in _parts(holes) for entry in _in_holes(part)}
    return [found[number] for number in sorted(found) if number not in taken]


def _in_holes(holes: list[list[int]]) -> Iterable[AuditEntry]:
    wanted = Q()
    for first, last in holes:
        wanted |= Q(pk__range=(first, last))
    return AuditEntry.objects.filter(wanted)


def _parts(holes: list[list[int]], size: int = 200) -> Iterator[list[list[int]]]:
    for begin in range(0, len(holes), size):
        yield holes[begin : begin + size]
