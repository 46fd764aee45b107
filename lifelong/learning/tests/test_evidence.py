"""What heartbeats add to a learner's evidence, and what they do not, whatever is sent."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifelong.accounts.actions import agree
from lifelong.catalogue.actions import availability
from lifelong.learning.actions import study
from lifelong.learning.actions.privacy import withdraw_consent
from lifelong.learning.actions.study import MayNotStudy, NothingToCount, TooManySessions, take_in
from lifelong.learning.lifecycle import SessionEnd
from lifelong.learning.models import Progress, StudyDay, StudySession
from lifelong.learning.tests.studying import Player, playable
from lifelong.resources.lifecycle import Availability
from lifelong.resources.models import Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(db):
    return playable()


@pytest.fixture
def player(learner, entry, now):
    return Player(learner, entry, at=now - timedelta(hours=1))


def test_what_was_watched_counts_once(player, learner):
    assert take_in([player.beat(15, (0, 15)), player.beat(30, (15, 30))]) == 2
    assert player.seen() == 30
    assert player.progress.seen == [[0, 30]]
    assert player.progress.place_s == 30
    assert player.row().content_s == 30
    take_in([player.beat(45, (10, 25))])
    assert player.seen() == 30  # seen before: time was spent, nothing new
    assert player.spent() == 45
    day = StudyDay.objects.get(user=learner)
    assert (day.content_s, day.wall_s) == (30, 45)


def test_a_replay_earns_nothing(player):
    beats = [player.beat(15, (0, 15)), player.beat(30, (15, 30))]
    take_in(beats)
    assert take_in(beats) == 0
    assert take_in([player.beat(60, (30, 45), n=2)]) == 0
    assert (player.seen(), player.spent()) == (30, 30)


def test_skipping_earns_nothing_and_time_sets_the_bound(player):
    take_in([player.beat(15, (0, 100))])
    assert player.seen() == 15
    assert take_in([player.beat(15, (50, 90))]) == 0  # no second has passed
    assert player.row().last_n == 1


def test_a_forged_speed_is_worth_two(player):
    take_in([player.beat(10, (0, 100), speed=16)])
    assert player.seen() == 20


def test_a_dropped_line_keeps_what_the_buffer_played_and_no_more_than_ten_minutes(learner, now):
    player = Player(learner, playable(length_s=7200), at=now - timedelta(hours=3))
    take_in([player.beat(400, (0, 390))])
    assert player.seen() == 390
    take_in([player.beat(400 + 7000, (390, 7000))])
    assert player.seen() == 990


def test_a_pause_is_not_time_spent(player):
    take_in([player.beat(300, (0, 15))])
    assert (player.seen(), player.spent()) == (15, 15)


def test_the_time_of_another_session_counts_for_one_only(player, learner, entry):
    """Of two at once the later counts; what was received before it began still does."""
    other = Player(learner, entry, at=player.began + timedelta(seconds=20))
    assert player.row().end == SessionEnd.REPLACED
    assert take_in([player.beat(15, (0, 15)), other.beat(15, (40, 55)), player.beat(40, (15, 40))]) == 2
    assert player.seen() == 30
    assert StudySession.objects.filter(user=learner, ended_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"user": 999_999}, {"resource": 999_999}, {"file": 2}, {"progress": 999_999}, {"n": 0}, {"spans": ((5.0, 5.0),)},
        {"session": "0" * 32}, {"spans": ((-1.0, 5.0),)}, {"spans": ((0.0, 5_000.0),)}, {"spans": ((9.0, 3.0),)}, {"spans": ()},
    ],
)  # fmt: skip
def test_what_does_not_belong_together_moves_nothing(player, forged):
    assert take_in([player.beat(15, (0, 15), **forged)]) == 0
    assert (player.seen(), player.spent()) == (0, 0)
    assert not StudyDay.objects.exists()


def test_the_progress_of_somebody_else_is_out_of_reach(player, stranger, entry):
    theirs = Player(stranger, entry, at=player.began)
    assert take_in([player.beat(15, (0, 15), progress=theirs.progress.pk)]) == 0
    assert theirs.seen() == 0


def test_a_clock_that_steps_back_earns_nothing_and_does_not_stop_the_count(player):
    take_in([player.beat(3000, (0, 15))])
    assert take_in([player.beat(1000, (15, 30))]) == 0  # set back by more than half an hour
    assert take_in([player.beat(1015, (15, 30))]) == 1
    assert player.seen() == 30
    assert take_in([player.beat(1010, (30, 60))]) == 0  # machines that differ by seconds: no time has passed
    assert player.seen() == 30


def test_nine_tenths_are_the_whole(player):
    take_in([player.beat(80, (0, 80))])
    player.progress.refresh_from_db()
    assert player.progress.completed_at is None
    take_in([player.beat(95, (80, 90))])
    player.progress.refresh_from_db()
    assert player.progress.completed_at is not None


def test_the_day_is_that_of_shanghai(learner, entry, now):
    evening = now.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=23, minute=59, second=50) - timedelta(days=2)
    player = Player(learner, entry, at=evening)
    take_in([player.beat(5, (0, 5)), player.beat(15, (5, 15))])
    found = dict(StudyDay.objects.values_list("day", "content_s"))
    assert found == {evening.date(): 5, evening.date() + timedelta(days=1): 10}


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(
    learner, stranger, entry, now, django_assert_num_queries
):
    players = [Player(who, entry, at=now - timedelta(hours=1)) for who in (learner, stranger)]
    one = [players[0].beat(15, (0, 15))]
    with django_assert_num_queries(7):
        take_in(one)
    many = [player.beat(15 + n, (15 + n, 16 + n)) for n in range(1, 40) for player in players]
    with django_assert_num_queries(7):
        take_in(many)


def test_studying_on_brings_it_back_into_the_history(player, learner, now):
    take_in([player.beat(15, (0, 15))])
    study.hide(by=learner, at=now)
    assert player.seen() == 15  # the evidence stays
    take_in([player.beat(30, (15, 30))])
    player.progress.refresh_from_db()
    assert player.progress.hidden_at is None


def test_what_goes_offline_earns_nothing_from_then_on(player, entry, operator):
    hidden_at = player.began + timedelta(seconds=20)
    availability.follow(entry.resource, to=Availability.SUSPENDED, by=operator, reason="权利人投诉", at=hidden_at)
    assert player.row().end == SessionEnd.STOPPED
    assert take_in([player.beat(15, (0, 15)), player.beat(30, (15, 30))]) == 1
    assert player.seen() == 15


def test_who_withdraws_the_consent_or_is_locked_out_is_counted_no_longer(player, learner, stranger, entry):
    agree(learner, by=learner, at=player.began)
    theirs = Player(stranger, entry, at=player.began)
    withdraw_consent(learner, by=learner, at=player.began + timedelta(seconds=20))
    type(stranger).objects.filter(pk=stranger.pk).update(is_active=False)
    assert take_in([player.beat(15, (0, 15)), player.beat(30, (15, 30)), theirs.beat(30, (0, 30))]) == 1
    assert (player.seen(), theirs.seen()) == (15, 0)


def test_nobody_begins_on_what_is_offline_or_has_no_length(learner, entry, now):
    with pytest.raises(NothingToCount):
        study.begin_session(entry, 2, by=learner, at=now)
    entry.visibility = "hidden"
    with pytest.raises(MayNotStudy):
        study.begin_session(entry, 1, by=learner, at=now)


def test_a_script_that_begins_without_end_is_stopped(learner, entry, now, monkeypatch):
    monkeypatch.setattr(study, "MOST_IN_AN_HOUR", 2)
    for _ in range(2):
        study.begin_session(entry, 1, by=learner, at=now)
    with pytest.raises(TooManySessions):
        study.begin_session(entry, 1, by=learner, at=now)


def test_a_session_whose_player_has_long_gone_is_closed(player, now):
    assert study.close_idle(at=now) == 0
    assert study.close_idle(at=now + timedelta(days=2)) == 1
    assert player.row().end == SessionEnd.CLOSED


moment = st.floats(0, 700, allow_nan=False)
second = st.floats(0, 100, allow_nan=False)
sent = st.tuples(
    st.integers(0, 1), moment, st.integers(1, 9), second, second, st.floats(-5, 50, allow_nan=False)
)  # who, when, n, from, to, speed


@given(st.lists(sent, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_in_parallel_a_learner_earns_at_most_twice_the_time(learner, entry, now, batch):
    with transaction.atomic():
        began = now - timedelta(hours=1)
        players = [Player(learner, entry, at=began), Player(learner, entry, at=began + timedelta(seconds=300))]
        beats = [
            players[who].beat(after, (start, stop), n=n, speed=speed, received=began.timestamp() + after)
            for who, after, n, start, stop, speed in batch
        ]
        beats.sort(key=lambda beat: beat.received)
        take_in(beats)
        take_in(beats)
        last = max((after for _who, after, *_rest in batch), default=0)
        found = Progress.objects.get(user=learner)
        days = StudyDay.objects.filter(user=learner).first()
        assert found.seen_s <= min(100, 2 * last) + 1e-6
        assert found.wall_s <= last + 1e-6
        assert days is None or days.content_s == pytest.approx(found.seen_s)
        transaction.set_rollback(True)


def test_the_resource_itself_is_untouched(player):
    before = Resource.objects.values().get(pk=player.ticket.resource)
    take_in([player.beat(15, (0, 15))])
    assert Resource.objects.values().get(pk=player.ticket.resource) == before
