"""Two learners with what they keep and say: something shown, something waiting for the moderator."""

from datetime import datetime, timedelta

from django.utils import timezone

from lifelong.accounts.actions import invite, open_learner
from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.learning.actions import lists, shelf, study, voices
from lifelong.learning.beats.rules import Beat
from lifelong.learning.lifecycle import CommentState

LEARNERS = [("learner@example.org", "温书宁"), ("learner-2@example.org", "陶乐山")]


def learn(*, operator: User, at: datetime) -> None:
    people = []
    for email, name in LEARNERS:
        person = invite(email, name=name, by=None, at=at, reason="演示账号").user
        people.append(open_learner(person, guardian=False, at=at))
    first, second = people
    entries = list(Entry.objects.online().select_related("resource").order_by("pk")[:4])
    for number, entry in enumerate(entries):
        shelf.keep(entry, by=first, at=at + timedelta(minutes=number))
        voices.rate(entry, stars=5 - number % 2, by=first, at=at)
        voices.rate(entry, stars=4, by=second, at=at)
    plan = lists.make_list(title="这个月学完", due_date=(at + timedelta(days=30)).date(), by=first, at=at)
    for entry in entries[:3]:
        lists.add_to_list(plan, entry, by=first, at=at)
    for number, entry in reversed(list(enumerate(entries))):
        _study(
            entry,
            by=first,
            share=(1.0, 0.6, 1.0, 0.3)[number],
            at=max(at, timezone.now() - timedelta(days=number, hours=1)),
        )
    if entries:
        _talk(entries[0], first, second, operator, at=at)


def _study(entry: Entry, *, by: User, share: float, at: datetime) -> None:
    """Watches the first part of a film, told by one heartbeat as the player would."""
    try:
        session, progress, _ticket = study.begin_session(entry, 1, by=by, at=at)
    except study.NothingToCount:
        return  # a linked course plays elsewhere
    seen = round(progress.length_s * share, 1)
    received = (at + timedelta(seconds=seen + 1)).timestamp()
    whose = (session.pk.hex, by.pk, entry.resource_id, progress.file, progress.pk, progress.length_s)
    study.take_in([Beat(received, *whose, n=1, spans=((0.0, seen),), speed=1.0, place=seen)])


def _talk(entry: Entry, first: User, second: User, operator: User, *, at: datetime) -> None:
    shelf.write_note(entry, text="这一段要反复看，先记下要点。", second=4, by=first, at=at)
    shown = voices.say(entry, text="讲得清楚，一步一步跟得上。", by=first, at=at)
    voices.decide(shown, to=CommentState.SHOWN, by=operator, at=at + timedelta(hours=2))
    answer = voices.say(
        entry, text="我也觉得，字幕再大一点就更好了。", parent=shown, by=second, at=at + timedelta(hours=5)
    )
    voices.decide(answer, to=CommentState.SHOWN, by=operator, at=at + timedelta(hours=8))
    voices.say(entry, text="看了两遍，绝对值得推荐给邻居。", by=second, at=at + timedelta(days=2))
