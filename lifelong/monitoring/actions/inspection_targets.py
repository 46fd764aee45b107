"""检查对象: kept level with what is published; claimed before a look, so that a kill leaves no false success."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from lifelong import jobs
from lifelong.catalogue.models import Entry
from lifelong.monitoring.actions import inspection_findings
from lifelong.monitoring.lifecycle import OPEN_FINDINGS, Subject
from lifelong.monitoring.models import HostPace, InspectionTarget
from lifelong.monitoring.queries.inspection_turns import free, inspected, untaken, wanted

AT_ONCE = 500
SOONEST_AGAIN = timedelta(hours=1)  # public reports about one thing hurry it no more often
TASK = "lifelong.monitoring.tasks.take_up"


def take_up_later(resources: Iterable[int]) -> None:
    """In the transaction that changed what is published; the work itself is a job's."""
    keys = list(resources)
    for start in range(0, len(keys), AT_ONCE):
        jobs.enqueue(TASK, keys[start : start + AT_ONCE])


@transaction.atomic
def take_up(resources: Iterable[int], *, at: datetime) -> int:
    """Brings the targets of these resources level with their entries; how many are new. Safe to repeat."""
    keys = list(resources)
    entries = list(inspected().filter(resource__in=keys))
    there = {
        (t.resource_id, t.subject, t.key): t
        for t in InspectionTarget.objects.select_for_update().filter(resource__in=keys)
    }
    fresh = []
    for target in wanted(entries, at=at):
        known = there.get((target.resource_id, str(target.subject), target.key))
        if known is None or known.address != target.address or known.host != target.host:
            fresh.append(target)
        else:
            there.pop((target.resource_id, str(target.subject), target.key))
    inspection_findings.replaced([target.pk for target in there.values()], at=at)
    InspectionTarget.objects.filter(pk__in=[target.pk for target in there.values()]).delete()
    InspectionTarget.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def take_up_rest(*, at: datetime) -> int:
    """What is published and has no target yet, a chunk a transaction."""
    total = 0
    while some := list(untaken().values_list("resource_id", flat=True)[:AT_ONCE]):
        take_up(some, at=at)
        total += len(some)
    return total


@transaction.atomic
def claim(targets: Iterable[InspectionTarget], *, at: datetime) -> list[InspectionTarget]:
    """Takes them in hand, and their last check away: until a look has ended they are unchecked. Those nobody else has."""
    keys = [target.pk for target in targets]
    mine = InspectionTarget.objects.select_for_update(of=("self",)).filter(free(at), pk__in=keys)
    taken = {target.pk: target for target in mine.select_related("media_file", "rendition__media_file")}
    InspectionTarget.objects.filter(pk__in=taken).update(claimed_at=at, last_checked_at=None, claims=F("claims") + 1)
    for target in taken.values():
        target.claimed_at, target.last_checked_at, target.claims = at, None, target.claims + 1
    return [taken[key] for key in keys if key in taken]


def give_back(targets: Iterable[InspectionTarget]) -> None:
    """Untouched: the run had no time left, or their host asked us to wait."""
    for target in targets:
        InspectionTarget.objects.filter(pk=target.pk, claimed_at=target.claimed_at).update(
            claimed_at=None, claims=F("claims") - 1
        )


def rest_host(host: str, *, until: datetime) -> None:
    HostPace.objects.update_or_create(host=host, defaults={"not_before": until})


def forget_paces(*, at: datetime) -> None:
    HostPace.objects.filter(Q(not_before__lt=at) | Q(not_before__gt=at + timedelta(days=2))).delete()


def read_texts_again(*, at: datetime) -> int:
    """The word lists changed: every text is due now."""
    return InspectionTarget.objects.filter(subject=Subject.TEXT).update(look_at=at)


def hurry_resource(resource: int, *, at: datetime) -> int:
    """Somebody says it does not play: what a machine can see of that is looked at next."""
    telling = [Subject.LINK, Subject.PLAYBACK, Subject.RENDITION]
    found = InspectionTarget.objects.filter(resource=resource, subject__in=telling)
    waiting = Q(last_checked_at__isnull=True) | Q(last_checked_at__lt=at - SOONEST_AGAIN)
    return found.filter(waiting).exclude(findings__state__in=OPEN_FINDINGS).update(look_at=at)


def resources_showing(media_file: int) -> list[int]:
    found = Entry.objects.online().filter(version__files__media_file=media_file)
    return list(found.values_list("resource_id", flat=True).distinct())
