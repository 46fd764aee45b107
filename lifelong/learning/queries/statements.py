"""Stores, what waits for them, who agreed, and everything of one learner as statements."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.learning import xapi
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import (
    Certificate,
    Comment,
    DeliveryState,
    Progress,
    Rating,
    StatementConsent,
    StatementStore,
    StudySession,
)
from lifelong.learning.queries.study import entries_of

IDLE = timedelta(minutes=30)  # without a heartbeat: as far as statements go, the session has ended
MOST = 5_000  # sessions in one file


def stores_with_counts() -> QuerySet[StatementStore]:
    waiting = Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING))
    refused = Count("deliveries", filter=Q(deliveries__state=DeliveryState.REFUSED))
    return StatementStore.objects.annotate(waiting=waiting, refused=refused)


def consent_of(user: User) -> StatementConsent | None:
    return StatementConsent.objects.filter(user=user).first()


def consents_in_force(users: Iterable[int]) -> dict[int, StatementConsent]:
    given = StatementConsent.objects.filter(user__in=set(users), withdrawn_at__isnull=True, user__is_active=True)
    return {consent.user_id: consent for consent in given.select_related("user")}


def actor_of(consent: StatementConsent) -> dict[str, Any]:
    return xapi.agent(consent.pseudonym, consent.user.email if consent.by_email else "")


def progress_of(sessions: Iterable[StudySession]) -> dict[tuple[int, int, int], Progress]:
    listed = list(sessions)
    rows = Progress.objects.filter(
        user__in={one.user_id for one in listed}, resource__in={one.resource_id for one in listed}
    )
    return {(row.user_id, row.resource_id, row.file): row for row in rows}


def statements_of(user: User) -> list[xapi.Statement]:
    """The newest sessions, and all else, oldest first: the same statements with the same ids as a store would be sent."""
    consent = consent_of(user)
    actor = actor_of(consent) if consent else xapi.agent(xapi.statement_id("learner", user.pk))
    mine = {"user": user}
    sessions = list(StudySession.objects.filter(**mine, wall_s__gt=0).order_by("-began_at")[:MOST])
    rows = {(row.resource_id, row.file): row for row in Progress.objects.filter(**mine)}
    ratings, comments = list(Rating.objects.filter(**mine)), Comment.objects.filter(**mine, state=CommentState.SHOWN)
    told: list[Any] = [*sessions, *rows.values(), *ratings, *comments]
    entries = entries_of(one.resource_id for one in told)
    known = [one for one in told if one.resource_id in entries]
    found: list[xapi.Statement] = []
    for one in known:
        entry = entries[one.resource_id]
        if isinstance(one, StudySession):
            progress = rows.get((one.resource_id, one.file))
            if progress is not None:
                found.append(xapi.begun(one, entry, progress.length_s, actor))
                over = one.ended_at or one.last_at < timezone.now() - IDLE
                found += [xapi.ended(one, progress, entry, actor)] if over else []
        elif isinstance(one, Progress):
            found += [xapi.completed(one, entry, actor)] if one.completed_at else []
        elif isinstance(one, Rating):
            found.append(xapi.rated(one, entry, actor))
        else:
            found.append(xapi.commented(one, entry, actor))
    found += [xapi.earned(one, actor) for one in Certificate.objects.filter(**mine, revoked_at__isnull=True)]
    return sorted(found, key=lambda one: one["timestamp"])
