"""Rounds held against the word lists: when they are frozen, and again after the lists have changed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong import audit, jobs, notices
from lifelong.accounts.models import Role
from lifelong.accounts.queries import holders_of
from lifelong.resources.lifecycle import UNDER_REVIEW, State
from lifelong.resources.models import Round, ScreeningHit
from lifelong.resources.queries.screened import hits_in
from lifelong.screening.queries import version as lists_version

AT_ONCE = 200  # rounds of one job
NAMED = 20  # hits in a notice
_SAME = ("field", "media_file_id", "start", "end", "word", "category")


@transaction.atomic
def screen_round(round: Round, *, at: datetime) -> list[ScreeningHit]:
    """By the lists as they stand now. What is found again keeps its row and what reviewers said of it; returns what is new."""
    round = Round.objects.select_for_update().get(pk=round.pk)
    now = lists_version()
    before = {tuple(getattr(hit, name) for name in _SAME): hit for hit in round.hits.all()}
    fresh = []
    for hit in hits_in(round):
        kept = before.pop(tuple(getattr(hit, name) for name in _SAME), None)
        if kept is None:
            fresh.append(hit)
        elif kept.severity != hit.severity:
            kept.severity = hit.severity
            kept.save(update_fields=["severity"])
    for gone in before.values():
        _drop(gone)
    ScreeningHit.objects.bulk_create(fresh)
    again, round.screened_by = round.screened_by is not None, now
    round.save(update_fields=["screened_by"])
    if again and fresh:
        audit.record("resources.screened_again", by=None, of=round, at=at, detail={"hits": len(fresh), "lists": now})
    return fresh


def _drop(hit: ScreeningHit) -> None:
    try:
        with transaction.atomic():
            hit.delete()
    except ProtectedError:  # a reviewer cleared it with a reason, and that stays
        return


def screen_again(*, at: datetime) -> int:
    """Rounds under review or online that older lists have read, the latest first; the rest is another job's."""
    older = Q(screened_by__lt=lists_version()) | Q(screened_by__isnull=True)
    newer = Round.objects.filter(version=OuterRef("version"), number__gt=OuterRef("number"))
    alive = Round.objects.filter(~Exists(newer), version__state__in=UNDER_REVIEW | {State.PUBLISHED})
    found = list(alive.filter(older).select_related("version__resource").order_by("-pk")[: AT_ONCE + 1])
    online: list[ScreeningHit] = []
    for round in found[:AT_ONCE]:
        fresh = screen_round(round, at=at)
        if round.version.state == State.PUBLISHED:
            online += [hit for hit in fresh if hit.severity == "block"]
    if online:
        _warn(online, at=at)
    if len(found) > AT_ONCE:
        jobs.enqueue("lifelong.resources.tasks.screen_again")
    return len(found[:AT_ONCE])


def _warn(hits: list[ScreeningHit], *, at: datetime) -> None:
    """The operator can take it offline at once; nobody else stands between it and the public any more."""
    lines = [f"《{hit.round.version.title}》“{hit.word}”：{hit.context}" for hit in hits[:NAMED]]
    notices.send(
        holders_of(Role.OPERATOR, at=at),
        subject=_("词表改动后，在线资源命中禁用词 %(n)s 处") % {"n": len(hits)},
        text="\n".join(lines),
        url=reverse("online_hits") + "?severity=block",
        kind="resources.online_hits",
        at=at,
    )
