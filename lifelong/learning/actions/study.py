"""Study sessions begin, heartbeats are taken in, idle sessions close."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.learning import intervals, policy
from lifelong.learning.actions import scores, statements
from lifelong.learning.beats import tickets
from lifelong.learning.beats.rules import Beat
from lifelong.learning.lifecycle import SessionEnd
from lifelong.learning.models import Progress, SchoolScore, StudyDay, StudySession
from lifelong.learning.queries.study import length_of
from lifelong.resources.models import Resource
from lifelong.web.refusals import NotAllowed, Refusal

DAY_ZONE = ZoneInfo("Asia/Shanghai")  # by which a study day is counted, wherever the server stands
CLOCK_STEP_S = 60.0  # a server's clock set back by more than machines may differ
MOST_IN_AN_HOUR = 240  # sessions of one person: a script, not a learner


class MayNotStudy(NotAllowed):
    code = "may_not_study"


class NothingToCount(Refusal):
    """The resource has no such file, or nobody knows how long it is."""

    code = "nothing_to_count"
    status = 422


class TooManySessions(Refusal):
    code = "too_many_sessions"
    status = 429


@transaction.atomic
def begin_session(entry: Entry, file: int, *, by: User, at: datetime) -> tuple[StudySession, Progress, str]:
    """The session, the progress that it adds to, and the ticket. Of two at once the later counts: an open one ends.

    Raises ``MayNotStudy``, ``NothingToCount``, ``TooManySessions``.
    """
    if not policy.can_study(by, entry):
        raise MayNotStudy(_("这项资源现在不能计入学习时长。"))
    return open_session(entry, file, by=by, at=at)


def open_session(
    entry: Entry, file: int, *, by: User, at: datetime, score: SchoolScore | None = None
) -> tuple[StudySession, Progress, str]:
    """For whoever was let in, with an account or from a school's platform (``launches``)."""
    length_s = length_of(entry, file)
    if not length_s:
        raise NothingToCount(_("这个文件没有时长，不能计入学习时长。"))
    User.objects.select_for_update().get(pk=by.pk)  # two players that begin at once wait for each other
    mine = StudySession.objects.filter(user=by)
    if mine.filter(began_at__gt=at - timedelta(hours=1)).count() >= MOST_IN_AN_HOUR:
        raise TooManySessions(_("一小时内开始学习的次数过多，请稍后再试。"))
    for earlier in mine.filter(ended_at__isnull=True):  # one at most
        earlier.ended_at, earlier.end = at, SessionEnd.REPLACED
        earlier.save(update_fields=["ended_at", "end"])
        statements.note_ended([earlier], at=at)
    session = StudySession.objects.create(
        user=by, resource=entry.resource, file=file, began_at=at, last_at=at, score=score
    )
    fresh = {"length_s": length_s, "began_at": at, "changed_at": at}
    progress, _made = Progress.objects.get_or_create(user=by, resource=entry.resource, file=file, defaults=fresh)
    if progress.length_s != length_s:  # a new version is online
        progress.length_s = length_s
        progress.save(update_fields=["length_s"])
    ticket = tickets.issue(
        session=session.pk.hex, user=by.pk, resource=entry.resource_id, file=file, progress=progress.pk,
        length_s=length_s, at=at,
    )  # fmt: skip
    statements.note_begun(session, entry, length_s, at=at)
    return session, progress, ticket


@transaction.atomic
def stop_on(resource: Resource, *, at: datetime) -> int:
    """What is offline is not studied: who plays it still, by a ticket that lives on, earns nothing from here."""
    return _stop(StudySession.objects.filter(resource=resource), at=at)


@transaction.atomic
def stop_of(person: User, *, at: datetime) -> int:
    return _stop(StudySession.objects.filter(user=person), at=at)


def _stop(sessions: QuerySet[StudySession], *, at: datetime) -> int:
    return sessions.filter(ended_at__isnull=True).update(ended_at=at, end=SessionEnd.STOPPED)


@transaction.atomic
def take_in(beats: Sequence[Beat]) -> int:
    """Adds what each heartbeat really earned, in their order; how many were accepted. The same again changes nothing.

    A fixed number of statements, whatever the number of heartbeats.
    """
    counts = Q(user__is_active=True) | Q(score__isnull=False)  # who comes from a school has no account to sign in with
    asked = StudySession.objects.select_for_update(of=("self",)).filter(counts, pk__in={beat.session for beat in beats})
    sessions = {session.pk.hex: session for session in asked.order_by("pk")}
    rows = Progress.objects.select_for_update().filter(pk__in={beat.progress for beat in beats})
    learned = {progress.pk: progress for progress in rows.order_by("pk")}
    gains: dict[tuple[int, str, int], list[float]] = {}
    accepted, done = 0, {key for key, progress in learned.items() if progress.completed_at}
    for beat in beats:
        session, progress = sessions.get(beat.session), learned.get(beat.progress)
        if session is None or progress is None or not belongs(beat, session, progress):
            continue
        content_s, wall_s = take(beat, session, progress)
        if session.last_n != beat.n:
            continue
        accepted += 1
        day = datetime.fromtimestamp(beat.received, DAY_ZONE).date().isoformat()
        sums = gains.setdefault((beat.user, day, beat.resource), [0.0, 0.0])
        sums[0], sums[1] = sums[0] + content_s, sums[1] + wall_s
    write(sessions.values(), ["last_at", "last_n", "content_s", "wall_s"])
    write(learned.values(), ["seen", "seen_s", "wall_s", "place_s", "changed_at", "completed_at", "hidden_at"])
    add_to_days(gains)
    scores.count({session.score_id for session in sessions.values() if session.score_id})
    statements.note_completed([row for key, row in learned.items() if row.completed_at and key not in done])
    return accepted


def belongs(beat: Beat, session: StudySession, progress: Progress) -> bool:
    """Sound, of this session, received while it counted, and never taken before."""
    claimed = (beat.user, beat.resource, beat.file)
    mine = claimed == (session.user_id, session.resource_id, session.file)
    same = claimed == (progress.user_id, progress.resource_id, progress.file)
    in_time = session.ended_at is None or beat.received < session.ended_at.timestamp()
    return mine and same and in_time and beat.is_sound and beat.n > session.last_n


def take(beat: Beat, session: StudySession, progress: Progress) -> tuple[float, float]:
    """Seconds of content and of wall time that the heartbeat adds; nothing moves where no time has passed to earn any."""
    at = datetime.fromtimestamp(beat.received, UTC)
    elapsed_s = beat.received - session.last_at.timestamp()
    if elapsed_s < -CLOCK_STEP_S:
        session.last_at = at  # the clock was set back: count on from here, earn nothing for it
    if intervals.allowed(elapsed_s, beat.speed) == 0:
        return 0.0, 0.0
    seen, gained = intervals.earned(intervals.as_tenths(progress.seen), beat.spans, elapsed_s, beat.speed)
    content_s, wall_s = gained / intervals.TENTHS, intervals.spent(beat.spans, elapsed_s, beat.speed)
    session.last_at, session.last_n = at, beat.n
    session.content_s, session.wall_s = session.content_s + content_s, session.wall_s + wall_s
    if gained:
        progress.seen = intervals.as_seconds(seen)
        progress.seen_s = intervals.length(seen) / intervals.TENTHS
    progress.wall_s += wall_s
    progress.place_s, progress.hidden_at = beat.place, None
    progress.changed_at = max(at, progress.changed_at)
    if progress.completed_at is None and progress.seen_s >= progress.length_s * intervals.DONE_SHARE:
        progress.completed_at = at
    return content_s, wall_s


def write(rows: Collection[Model], names: Sequence[str]) -> None:
    """One prepared statement for all rows: a tenth of what ``bulk_update`` costs."""
    if not rows:
        return
    meta: Any = next(iter(rows))._meta
    fields = [meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    statement = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields),
                    meta.pk.get_db_prep_value(row.pk, connection),
                ]
                for row in rows
            ],
        )


def add_to_days(gains: dict[tuple[int, str, int], list[float]]) -> None:
    """Adds in the database itself, so that nobody's sum is overwritten."""
    if not gains:
        return
    table = connection.ops.quote_name(StudyDay._meta.db_table)
    statement = (
        f"INSERT INTO {table} (user_id, day, resource_id, content_s, wall_s) VALUES (%s, %s, %s, %s, %s) "  # noqa: S608 - our own name
        f"ON CONFLICT (user_id, day, resource_id) DO UPDATE "
        f"SET content_s = {table}.content_s + excluded.content_s, wall_s = {table}.wall_s + excluded.wall_s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[*key, *sums] for key, sums in gains.items()])


@transaction.atomic
def close_idle(*, at: datetime) -> int:
    """Sessions whose ticket has run out: their player has long gone."""
    gone = at - tickets.LIFETIME
    idle = StudySession.objects.filter(ended_at__isnull=True, last_at__lt=gone, began_at__lt=gone)
    told = list(statements.of_the_willing(idle))
    count = idle.update(ended_at=at, end=SessionEnd.CLOSED)
    statements.note_ended(told, at=at)
    return count


@transaction.atomic
def hide(*, by: User, at: datetime, resource_id: int | None = None) -> int:
    """Takes one resource, or everything, out of the history. The evidence stays; studying on brings it back."""
    shown = Progress.objects.filter(user=by, hidden_at__isnull=True)
    if resource_id is not None:
        shown = shown.filter(resource=resource_id)
    return shown.update(hidden_at=at)
