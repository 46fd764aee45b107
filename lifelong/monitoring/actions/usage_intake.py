"""Events come in from the journals; what served to take them in is forgotten."""

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import AutoField, Model
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.learning.actions.study import DAY_ZONE
from lifelong.monitoring.intake.rules import Batch, batch_in
from lifelong.monitoring.intake.visitors import name_of_the_day, pseudonym_of
from lifelong.monitoring.lifecycle import EventKind
from lifelong.monitoring.models import UsageEvent, UsageJournal, UsageSalt
from lifelong.monitoring.policy import standing_of

SALT_KEPT = timedelta(days=2)  # after its day: journals of a machine that stood still come in late
CLOCK_STEP = timedelta(minutes=1)  # by which the clocks of two machines may differ


class Line(Protocol):
    @property
    def journal(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def content(self) -> bytes: ...


@transaction.atomic
def take_in(lines: Sequence[Line]) -> int:
    """Successive lines of one journal; how many events were added. The same again adds nothing.

    A fixed number of statements for a batch. What was received at a time that has not come yet, the clock having been set back
    since, is of now.
    """
    now, journal = timezone.now(), lines[0].journal
    taken = UsageJournal.objects.filter(pk=journal).values_list("lines", flat=True).first() or 0
    batches = [batch for line in lines if line.number > taken and (batch := batch_in(line.content))]
    told = [datetime.fromtimestamp(batch.received, UTC) for batch in batches]
    received = [at if at <= now + CLOCK_STEP else now for at in told]
    salts = salts_of({at.astimezone(DAY_ZONE).date() for at in received})
    rows = [row for batch, at in zip(batches, received, strict=True) for row in rows_of(batch, at, salts)]
    write([*rows])
    write(
        [UsageJournal(name=journal, lines=max(taken, lines[-1].number), at=now)],
        "ON CONFLICT (name) DO UPDATE SET lines = excluded.lines",
    )
    return len(rows)


def write(rows: Sequence[Model], otherwise: str = "") -> None:
    """One prepared statement for all rows, whatever their number."""
    if not rows:
        return
    meta: Any = rows[0]._meta
    quote = connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    columns, places = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places}) {otherwise}"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows],
        )


def note(kind: EventKind, entry: Entry, *, by: User, at: datetime) -> None:
    """What a learner did with an account, beside what pages tell; in the transaction in which it was done."""
    person, day = pseudonym_of(by), at.astimezone(DAY_ZONE).date()
    UsageEvent.objects.create(
        day=day, at=at, key=secrets.token_hex(12), kind=kind, resource_id=entry.resource_id, person=person,
        visitor=name_of_the_day(person, salts_of({day})[day]), session=secrets.token_hex(12),
        standing=standing_of(by, entry),
    )  # fmt: skip


def rows_of(batch: Batch, at: datetime, salts: dict[date, bytes]) -> list[UsageEvent]:
    day = at.astimezone(DAY_ZONE).date()
    same = {
        "day": day, "at": at, "resource_id": batch.resource, "file": batch.file, "length_s": batch.length_s,
        "visitor": name_of_the_day(batch.visitor, salts[day]), "person": batch.person, "session": batch.session,
        "standing": batch.standing,
    }  # fmt: skip
    return [
        UsageEvent(key=event.key, kind=event.kind, spans=[list(span) for span in event.spans], **same)
        for event in batch.events
    ]


def salts_of(days: Collection[date]) -> dict[date, bytes]:
    """Of each day one salt, whichever machine asks first."""
    found = UsageSalt.objects.filter(pk__in=days)
    salts = {each.day: bytes(each.salt) for each in found}
    if missing := set(days) - set(salts):
        UsageSalt.objects.bulk_create([UsageSalt(day=day) for day in missing], ignore_conflicts=True)
        salts = {each.day: bytes(each.salt) for each in found.all()}
    return salts


def forget_journals(names: Collection[str]) -> None:
    """After they were removed."""
    if names:
        UsageJournal.objects.filter(pk__in=names).delete()


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Salts whose day is over, and marks of journals that a kill left behind."""
    count, _each = UsageSalt.objects.filter(day__lt=at.astimezone(DAY_ZONE).date() - SALT_KEPT).delete()
    UsageJournal.objects.filter(at__lt=at - timedelta(days=30)).delete()
    return count
