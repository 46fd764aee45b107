"""Heartbeats on their way: what the door takes, what the journal keeps, what the drain hands in and how often."""

import fcntl
import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from lifelong.config.testing import LiveFront, live_front  # noqa: F401 - a fixture
from lifelong.config.tests.wire import ask
from lifelong.journals.draining import duty
from lifelong.learning.actions.study import take_in
from lifelong.learning.beats import drain as draining
from lifelong.learning.beats import tickets
from lifelong.learning.beats.drain import drain
from lifelong.learning.beats.keeper import Keeper
from lifelong.learning.beats.rules import beat_in, beat_of
from lifelong.learning.models import StudySession
from lifelong.learning.tests.studying import Player, playable
from lifelong.media.tus.rules import Refused

MADE = {"session": "ab" * 16, "user": 1, "resource": 2, "file": 1, "progress": 3, "length_s": 100.0}


def ticket(*, age: timedelta = timedelta(0)) -> str:
    return tickets.issue(**MADE, at=timezone.now() - age)


def told(**changes) -> bytes:
    said = {"ticket": ticket(), "n": 1, "from": 0, "to": 15, "speed": 1, "place": 15, **changes}
    return json.dumps({name: value for name, value in said.items() if value is not ...}).encode()


# The door


def test_a_heartbeat_is_read_and_survives_its_line():
    beat = beat_of(told(also=[[20, 30.5]]), 1000.5)
    assert (beat.user, beat.spans, beat.place) == (1, ((0, 15), (20, 30.5)), 15)
    assert beat_in(beat.line()) == beat
    assert beat_in(beat.line()[:-9]) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"\xff\xfe", 400), (b"[]", 400), (b"[" * 2000, 400), (b'"x"', 400),
        (told(ticket=...), 403), (told(ticket=7), 403), (told(ticket="forged"), 403), (told(ticket="学"), 403),
        (told(n=...), 422), (told(n=0), 422), (told(n=True), 422), (told(n=1.5), 422), (told(n=10**30), 422),
        (told(to=0), 422), (told(to=101.5), 422), (told(to="15"), 422), (told(to=None), 422), (told(to=True), 422),
        (told(**{"from": -1}), 422), (told(**{"from": float("nan")}), 422), (told(to=float("inf")), 422), (told(to=10**400), 422),
        (told(speed="fast"), 422), (told(place=[]), 422), (told(also={}), 422), (told(also=[[1]]), 422), (told(also=[[0, 1]] * 100), 422),
    ],
)  # fmt: skip
def test_what_is_no_heartbeat_is_refused_in_words(body, status):
    with pytest.raises(Refused) as refused:
        beat_of(body, 0)
    assert refused.value.answer.status == status
    assert len(refused.value.answer.body.decode()) > 5


def test_a_ticket_lives_a_day_and_cannot_be_altered():
    with pytest.raises(Refused) as refused:
        beat_of(told(ticket=ticket(age=timedelta(days=2))), 0)
    assert refused.value.answer.status == 410
    with pytest.raises(Refused) as refused:
        beat_of(told(ticket=ticket()[:-1] + "x"), 0)
    assert refused.value.answer.status == 403


# The drain


@pytest.fixture
def player(db, learner):
    return Player(learner, playable(), at=timezone.now() - timedelta(hours=1))


def journal_of(folder: Path, name: str, *beats, ending: str = "jsonl", torn: bytes = b"") -> Path:
    path = folder / f"{int(beats[0].received * 1000):013d}-{name}.{ending}"
    path.write_bytes(b"".join(beat.line() for beat in beats) + torn)
    return path


def test_two_workers_beats_are_taken_in_the_order_they_were_received(player, tmp_path):
    first, second, third = (player.beat(15 * n, (15 * n - 15, 15 * n)) for n in (1, 2, 3))
    journal_of(tmp_path, "b", second)
    journal_of(tmp_path, "a", first, third, torn=b"[17957")
    assert drain(tmp_path, take_in) == 3
    assert player.seen() == 45
    assert not list(tmp_path.glob("*.jsonl"))


def test_what_may_still_be_preceded_waits(player, tmp_path):
    early, late = player.beat(15, (0, 15)), player.beat(30, (15, 30))
    path = journal_of(tmp_path, "a", early, late)
    assert drain(tmp_path, take_in, now=lambda: late.received + 1) == 1
    assert path.exists()
    assert drain(tmp_path, take_in, now=lambda: late.received + 3) == 2
    assert player.seen() == 30
    assert not path.exists()


def test_a_kill_between_commit_and_removal_counts_nothing_twice(player, tmp_path, monkeypatch):
    journal_of(tmp_path, "a", player.beat(15, (0, 15)), player.beat(45, (5, 35)))

    def killed(self: Path, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            drain(tmp_path, take_in)
    before = (player.seen(), player.spent())
    assert drain(tmp_path, take_in) == 2
    assert (player.seen(), player.spent()) == before == (35, 45)


def test_a_kill_between_two_batches_loses_nothing(player, tmp_path, monkeypatch):
    monkeypatch.setattr(draining, "BATCH", 1)
    journal_of(tmp_path, "a", player.beat(15, (0, 15)), player.beat(30, (15, 30)))
    calls = []

    def dies_at_the_second(beats):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return take_in(beats)

    with pytest.raises(KeyboardInterrupt):
        drain(tmp_path, dies_at_the_second)
    assert player.seen() == 15
    drain(tmp_path, take_in)
    assert player.seen() == 30


def test_a_database_that_is_away_leaves_the_journals_where_they_are(player, tmp_path):
    path = journal_of(tmp_path, "a", player.beat(15, (0, 15)))

    def away(_beats):
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        drain(tmp_path, away)
    assert path.exists()


def test_one_beat_that_cannot_be_taken_does_not_hold_up_the_others(player, tmp_path):
    good, bad = player.beat(15, (0, 15)), player.beat(30, (15, 30))
    journal_of(tmp_path, "a", good, bad)

    def picky(beats):
        if any(beat.n == bad.n for beat in beats):
            raise ValueError("poison")
        return take_in(beats)

    drain(tmp_path, picky)
    assert player.seen() == 15
    assert beat_in((tmp_path / "refused.log").read_bytes()) == bad
    assert not list(tmp_path.glob("*.jsonl"))


def test_the_journal_of_a_killed_writer_is_adopted_that_of_a_living_one_is_not(player, tmp_path):
    path = journal_of(tmp_path, "a", player.beat(15, (0, 15)), ending="part")
    with path.open("rb") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        assert drain(tmp_path, take_in) == 0
    assert drain(tmp_path, take_in) == 1
    assert player.seen() == 15


def test_one_process_drains_at_a_time(player, tmp_path):
    journal_of(tmp_path, "a", player.beat(15, (0, 15)))
    with duty(tmp_path) as mine:
        assert mine
        assert drain(tmp_path, take_in) == 0
    assert drain(tmp_path, take_in) == 1


def test_a_journal_of_a_day_that_is_yet_to_come_is_taken_when_the_clock_was_set_back(player, tmp_path):
    beat = player.beat(15, (0, 15))
    journal_of(tmp_path, "a", beat)
    assert drain(tmp_path, take_in, now=lambda: beat.received - 3600) == 1


def test_a_drain_without_a_folder_does_nothing(tmp_path):
    assert drain(tmp_path / "none", take_in) == 0


def test_a_replaced_session_is_told_so(player, learner, tmp_path):
    keeper = Keeper(tmp_path)
    keeper.look()
    hexed = player.session.pk.hex
    assert hexed not in keeper.ended
    Player(learner, playable(), at=timezone.now())
    keeper.look()
    assert hexed in keeper.ended
    assert StudySession.objects.get(ended_at__isnull=True).pk.hex not in keeper.ended


# Over a real line

WORLD = """
from datetime import timedelta
from django.utils import timezone
from lifelong.accounts.tests.cast import person
from lifelong.learning.tests.studying import Player, playable
user = person("beats@example.org", "张三")
entry = playable()
result = Player(user, entry, at=timezone.now() - timedelta(seconds=60)).text
"""
AGAIN = """
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.learning.tests.studying import Player, playable
result = Player(User.objects.get(email="beats@example.org"), playable(), at=timezone.now()).text
"""
SEEN = """
from lifelong.learning.models import Progress
result = list(Progress.objects.values_list("seen_s", flat=True))
"""


def send(front: LiveFront, **said):
    return ask(front, "POST", "/beats", body=json.dumps(said).encode())


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_power_cut_and_a_replaced_player_is_told(live_front):  # noqa: F811
    ticket = live_front.python(WORLD)
    answer = send(live_front, ticket=ticket, n=1, **{"from": 0, "to": 15})
    assert (answer.status, json.loads(answer.body)) == (200, {"ok": True, "counting": True})
    assert answer["content-security-policy"]
    live_front.kill()
    live_front.start()
    time.sleep(1)  # what the second earns has to pass by the server's clock
    send(live_front, ticket=ticket, n=2, **{"from": 15, "to": 16})
    deadline = time.monotonic() + 15
    while live_front.python(SEEN) != [16] and time.monotonic() < deadline:
        time.sleep(0.3)
    assert live_front.python(SEEN) == [16]
    live_front.python(AGAIN)
    counting, n = True, 3
    while counting and time.monotonic() < deadline + 15:
        counting = json.loads(send(live_front, ticket=ticket, n=n, **{"from": 30, "to": 31}).body)["counting"]
        n += 1
        time.sleep(0.3)
    assert not counting


@pytest.mark.slow
def test_the_door_answers_in_words(live_front):  # noqa: F811
    assert ask(live_front, "GET", "/beats").status == 405
    assert ask(live_front, "POST", "/beats", body=b"x" * 5000).status == 413
    answer = ask(live_front, "POST", "/beats", body=b"{}")
    assert answer.status == 403
    assert "学习凭证" in answer.body.decode()
