"""What a school's platform hears: the share of a resource that its learner has seen, by the evidence of heartbeats."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone

from lifelong import jobs
from lifelong.catalogue.actions import lti
from lifelong.learning.intervals import DONE_SHARE
from lifelong.learning.models import Progress, SchoolScore
from lifelong.learning.queries.study import entries_of, length_of

STEPS = 10  # a step forward is told at once
SETTLED = timedelta(minutes=5)  # what lies between two steps is told when it rests
FORGOTTEN = timedelta(days=30)


def count(keys: Collection[int]) -> None:
    """After heartbeats were taken in, in the same transaction."""
    if not keys:
        return
    found = list(SchoolScore.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("learner"))
    entries = entries_of(score.resource_id for score in found)
    rows = Progress.objects.filter(
        user__in={score.learner.user_id for score in found}, resource__in={score.resource_id for score in found}
    )
    seen: dict[tuple[int, int], dict[int, float]] = {}
    for user, resource, file, seen_s in rows.values_list("user_id", "resource_id", "file", "seen_s"):
        seen.setdefault((user, resource), {})[file] = seen_s
    for score in found:
        entry = entries.get(score.resource_id)
        lengths = {one["position"]: length_of(entry, one["position"]) for one in entry.files} if entry else {}
        mine = seen.get((score.learner.user_id, score.resource_id), {})
        total = sum(lengths.values())
        share = sum(min(mine.get(file, 0.0), length) for file, length in lengths.items()) / total if total else 0.0
        _move(score, min(1.0, share))


def _move(score: SchoolScore, share: float) -> None:
    if share <= score.share:  # what was earned stays, also when a longer version comes online
        return
    before, score.share = score.share, share
    score.is_done = score.is_done or share >= DONE_SHARE
    score.changed_at = timezone.now()
    score.save(update_fields=["share", "is_done", "changed_at"])
    if int(share * STEPS) > int(before * STEPS):
        tell(score)


def tell(score: SchoolScore) -> None:
    """By a job, each state once."""
    jobs.enqueue("lifelong.learning.tasks.report_score", score.pk, slot=f"school-score:{score.pk}:{score.share:.3f}")


def tell_settled(*, at: datetime) -> int:
    """Shares that came to rest between two steps."""
    resting = SchoolScore.objects.filter(changed_at__range=(at - FORGOTTEN, at - SETTLED))
    waiting = [score for score in resting.filter(share__gt=0).order_by("pk")[:1000] if score.share > score.told_share]
    for score in waiting:
        tell(score)
    return len(waiting)


def report(score: SchoolScore, *, at: datetime) -> None:
    """As it is now, not as it was when the job was made. Raises ``Unreachable``, ``jobs.GiveUp``."""
    if score.told_at and score.share <= score.told_share:
        return
    learner = score.learner
    lti.report_score(
        learner.platform, score.line_item, learner.sub, share=score.share, is_done=score.is_done, at=at
    )  # fmt: skip
    SchoolScore.objects.filter(pk=score.pk, told_share__lt=score.share).update(told_share=score.share, told_at=at)
