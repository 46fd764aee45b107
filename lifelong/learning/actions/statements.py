"""xAPI: what happened is written down for the stores in the transaction in which it happened, with its learner's consent."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.learning import xapi
from lifelong.learning.models import (
    Certificate,
    Comment,
    DeliveryState,
    Progress,
    Rating,
    StatementConsent,
    StatementDelivery,
    StatementStore,
    StudySession,
)
from lifelong.learning.queries.statements import IDLE, actor_of, consents_in_force, progress_of
from lifelong.learning.queries.study import entries_of

LATE = timedelta(minutes=30)  # by which the clock's work may be behind; once more is the same statement
Build = Callable[[dict[str, Any]], xapi.Statement]


@transaction.atomic
def agree(person: User, *, by_email: bool, at: datetime) -> StatementConsent:
    """To the stores that are open now; one that is entered later wants a new yes (个人信息保护法 23 条)."""
    consent, _new = StatementConsent.objects.update_or_create(
        user=person, defaults={"by_email": by_email, "given_at": at, "withdrawn_at": None}
    )
    told = list(StatementStore.objects.filter(is_open=True).values_list("name", flat=True))
    audit.record("learning.statements_agreed", by=person, of=person, at=at, detail={"to": told, "by_email": by_email})
    return consent


@transaction.atomic
def withdraw(person: User, *, at: datetime) -> None:
    """From now on nothing is sent, not even what waits already."""
    if StatementConsent.objects.filter(user=person, withdrawn_at__isnull=True).update(withdrawn_at=at):
        StatementDelivery.objects.filter(user=person).exclude(state=DeliveryState.SENT).delete()
        audit.record("learning.statements_withdrawn", by=person, of=person, at=at)


def of_the_willing(sessions: QuerySet[StudySession]) -> QuerySet[StudySession]:
    return sessions.filter(user__statement_consent__withdrawn_at__isnull=True, user__statement_consent__isnull=False)


def note_begun(session: StudySession, entry: Entry, length_s: float, *, at: datetime) -> None:
    _write([(session.user_id, "initialized", lambda actor: xapi.begun(session, entry, length_s, actor))], at=at)


def note_ended(sessions: Iterable[StudySession], *, at: datetime) -> None:
    """Those in which something was studied."""
    told = [session for session in sessions if session.wall_s > 0]
    if not told or not consents_in_force(session.user_id for session in told):
        return
    entries, progress = entries_of(session.resource_id for session in told), progress_of(told)
    happened: list[tuple[int, str, Build]] = []
    for one in told:
        row, entry = progress.get((one.user_id, one.resource_id, one.file)), entries.get(one.resource_id)
        if row is not None and entry is not None:
            happened.append((one.user_id, "terminated", _bound(xapi.ended, one, row, entry)))
    _write(happened, at=at)


def note_idle(*, at: datetime) -> int:
    """A learner who has been away for so long has ended what they did. The session goes on counting: what a line that dropped
    held back still comes in."""
    idle = StudySession.objects.filter(
        ended_at__isnull=True, wall_s__gt=0, last_at__range=(at - IDLE - LATE, at - IDLE)
    )
    told = list(of_the_willing(idle))
    note_ended(told, at=at)
    return len(told)


def note_completed(rows: Sequence[Progress]) -> None:
    if not rows or not consents_in_force(row.user_id for row in rows):
        return
    entries = entries_of(row.resource_id for row in rows)
    known = [row for row in rows if row.resource_id in entries]
    happened = [(row.user_id, "completed", _bound(xapi.completed, row, entries[row.resource_id])) for row in known]
    _write(happened, at=max(row.completed_at for row in rows if row.completed_at))


def note_rated(rating: Rating, entry: Entry, *, at: datetime) -> None:
    _write([(rating.user_id, "rated", _bound(xapi.rated, rating, entry))], at=at)


def note_shown(comment: Comment, *, at: datetime) -> None:
    """Now that everybody may read it."""
    entry = entries_of([comment.resource_id]).get(comment.resource_id)
    if comment.user_id and entry is not None:
        _write([(comment.user_id, "commented", _bound(xapi.commented, comment, entry))], at=at)


def note_taken_back(comment: Comment, *, at: datetime) -> None:
    """It is public no longer: what waits is not sent, what was sent is voided."""
    mine = StatementDelivery.objects.filter(statement=xapi.statement_id("commented", comment.pk))
    mine.exclude(state=DeliveryState.SENT).delete()
    for sent in mine.select_related("store"):
        body = xapi.voided(sent.statement, sent.body["actor"], at)
        StatementDelivery.objects.create(
            store=sent.store,
            user_id=sent.user_id,
            statement=uuid.UUID(body["id"]),
            kind="voided",
            body=body,
            created_at=at,
        )
    mine.update(kind="taken back")


def note_certificate(certificate: Certificate, *, at: datetime) -> None:
    if certificate.user_id:
        _write([(certificate.user_id, "earned", _bound(xapi.earned, certificate))], at=at)


def _bound(build: Callable[..., xapi.Statement], *facts: Any) -> Build:
    return lambda actor: build(*facts, actor)


def _write(happened: Sequence[tuple[int, str, Build]], *, at: datetime) -> None:
    """A row for each open store that was there when its learner agreed."""
    consents = consents_in_force(user for user, _kind, _build in happened) if happened else {}
    stores = list(StatementStore.objects.filter(is_open=True)) if consents else []
    rows = []
    for user, kind, build in happened:
        consent = consents.get(user)
        to = [store for store in stores if consent and store.agreed_from <= consent.given_at]
        if consent and to:
            body = build(actor_of(consent))
            facts = {"user_id": user, "statement": uuid.UUID(body["id"]), "kind": kind, "body": body, "created_at": at}
            rows += [StatementDelivery(store=store, **facts) for store in to]
    StatementDelivery.objects.bulk_create(rows, ignore_conflicts=True)
