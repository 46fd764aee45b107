"""What the drain brings into rows and how often, what is forgotten; what pages carry; over a real line."""

import json
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, person
from lifelong.catalogue import pagecache
from lifelong.catalogue.lifecycle import Visibility
from lifelong.config.testing import live_front  # noqa: F401 - a fixture
from lifelong.config.tests.wire import ask, get
from lifelong.learning.actions import shelf, voices
from lifelong.learning.actions.study import DAY_ZONE
from lifelong.learning.tests.studying import playable
from lifelong.monitoring.actions import usage_intake
from lifelong.monitoring.intake import drain as draining
from lifelong.monitoring.intake.drain import drain
from lifelong.monitoring.intake.marks import ticket_of
from lifelong.monitoring.intake.rules import batch_in
from lifelong.monitoring.intake.tickets import Ticket, read
from lifelong.monitoring.models import UsageEvent, UsageJournal, UsageSalt
from lifelong.monitoring.tests.telling import *  # noqa: F403 - its fixtures
from lifelong.monitoring.tests.telling import AGENT, KEY, Browser

# Into the database


def written(folder: Path, *received: float, name: str = "a") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{int(received[0] * 1000):013d}-{name}.jsonl"
    batches = [
        batch_in(
            json.dumps([at, 7, 1, 100.0, "public", "", "n" * 32, "s" * 24, [[f"key-{at:.3f}", "view", []]]]).encode()
        )
        for at in received
    ]
    path.write_bytes(b"".join(batch.line() for batch in batches))
    return path


@pytest.mark.django_db
def test_a_kill_between_commit_and_removal_adds_nothing_twice(folder, monkeypatch):
    written(folder, *(time.time() + n / 100 - 60 for n in range(10)))

    def killed(self: Path, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            drain(folder)
    assert UsageEvent.objects.count() == 10
    drain(folder)
    assert (UsageEvent.objects.count(), UsageJournal.objects.count()) == (10, 0)
    assert not list(folder.glob("*.jsonl"))


@pytest.mark.django_db
def test_a_kill_between_two_batches_or_a_database_that_is_away_loses_nothing_and_adds_nothing_twice(
    folder, monkeypatch
):
    written(folder, *(time.time() + n / 100 - 60 for n in range(10)))
    monkeypatch.setattr(draining, "BATCH", 4)
    really, calls = usage_intake.take_in, []

    def dies(lines):
        calls.append(1)
        if len(calls) in {2, 3}:
            raise OperationalError("database is locked")
        return really(lines)

    monkeypatch.setattr(usage_intake, "take_in", dies)
    for expected in (4, 4):
        with pytest.raises(OperationalError):
            drain(folder)
        assert UsageEvent.objects.count() == expected
    drain(folder)
    assert UsageEvent.objects.values("key").distinct().count() == UsageEvent.objects.count() == 10


@pytest.mark.django_db
def test_one_line_that_cannot_be_taken_stays_aside_and_a_torn_one_was_promised_to_nobody(folder, monkeypatch):
    path = written(folder, *(time.time() + n / 100 - 60 for n in range(9)))
    lines = path.read_bytes().splitlines()
    path.write_bytes(
        b"\n".join(
            [
                *lines[:4],
                lines[4].replace(b'"view"', b'"none-that-fits"'),
                *lines[5:],
                lines[0][:30],
            ]
        )
    )
    really = usage_intake.rows_of

    def picky(batch, *given):
        if batch.events[0].kind != "view":
            raise ValueError("poison")
        return really(batch, *given)

    monkeypatch.setattr(usage_intake, "rows_of", picky)
    drain(folder)
    assert UsageEvent.objects.count() == 8
    assert b"none-that-fits" in (folder / "refused.log").read_bytes()


@pytest.mark.django_db
def test_a_batch_costs_the_same_statements_whatever_its_size(folder, django_assert_num_queries):
    for name, size in (("a", 1), ("b", 300)):
        written(folder, *(time.time() + n / 100 - 60 for n in range(size)), name=name)
    usage_intake.salts_of({timezone.localdate()})
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_size):
        lines = [draining.Line(path.name, n, line) for n, line in enumerate(path.read_bytes().splitlines(), 1)]
        with django_assert_num_queries(6):  # savepoint and release among them
            assert usage_intake.take_in(lines) == len(lines)


# Clocks and salts


@pytest.mark.django_db
def test_a_clock_that_jumps_loses_nothing_and_the_future_is_of_now_once_it_is_known_to_be_none(site, monkeypatch):
    really, ahead = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: really() + ahead[0])
    for jump in (0, 40 * 86_400, -3600, 0):
        ahead[0] = jump
        Browser(site).tells("view")
        site.door.journal.close()
    ahead[0] = 0
    before = timezone.now() - timedelta(minutes=2)
    rows = site.rows()
    assert len(rows) == 4
    assert {row.day for row in rows if row.at > before} == {timezone.localdate()}
    assert [row.at > before for row in rows] == [False, True, True, True], (
        "journals are read in the order of their names"
    )
    assert all(row.day == row.at.astimezone(DAY_ZONE).date() for row in rows)


@pytest.mark.django_db
def test_an_event_belongs_to_the_day_in_china_and_another_day_is_another_name(folder):
    midnight = datetime.combine(timezone.localdate(), datetime.min.time(), DAY_ZONE).timestamp()
    written(folder, midnight - 0.5, midnight + 0.5)
    drain(folder)
    before, after = UsageEvent.objects.order_by("at")
    assert after.day - before.day == timedelta(days=1)
    assert after.day == timezone.localdate()
    assert before.visitor != after.visitor


@pytest.mark.django_db
def test_all_machines_use_one_salt_a_day_and_it_is_forgotten(folder):
    written(folder, time.time() - 60, name="a")
    drain(folder)
    elsewhere = folder.parent / "other-machine"
    written(elsewhere, time.time() - 60, name="b")
    drain(elsewhere)
    assert UsageEvent.objects.values("visitor").distinct().count() == 1
    today = timezone.localdate()
    UsageSalt.objects.bulk_create([UsageSalt(day=today - timedelta(days=n)) for n in (2, 3, 9)])
    assert usage_intake.forget(at=timezone.now()) == 2
    assert set(UsageSalt.objects.values_list("day", flat=True)) == {today, today - timedelta(days=2)}


# What learners do with an account


def test_who_keeps_and_rates_is_told_of_once_under_the_same_name_as_their_page(db):
    entry, learner, now = playable(), person("learner@example.org"), timezone.now()
    for _time in range(2):
        shelf.keep(entry, by=learner, at=now)
    voices.rate(entry, stars=4, by=learner, at=now)
    voices.rate(entry, stars=5, by=holder(Role.EXPERT), at=now)
    rows = list(UsageEvent.objects.order_by("pk").values_list("kind", "resource_id", "standing", "person"))
    mine = read(ticket_of(entry, 1, user=learner)).person
    assert rows[:2] == [(kind, entry.resource_id, "public", mine) for kind in ("keep", "rate")]
    assert [row[:3] for row in rows[2:]] == [("rate", entry.resource_id, "staff")]


# Pages


@pytest.mark.django_db
def test_a_page_carries_one_ticket_for_all_who_come_without_a_session_and_is_kept_with_it(client):
    entry = playable(files=2)
    address = f"/resources/{entry.identifier}"
    pages = [Client(headers={"user-agent": AGENT}).get(address + query) for query in ("", "", "?file=2")]
    assert pages[0].content == pages[1].content
    assert not any(page.cookies for page in pages)
    tickets = [read(re.search(r'data-use="([^"]+)"', page.content.decode())[1]) for page in pages]
    assert tickets[0] == tickets[1] == Ticket(entry.resource_id, 1, 100.0)
    assert tickets[2] == Ticket(entry.resource_id, 2, 100.0)
    assert "/events/view.gif?use=" in pages[0].content.decode()
    frame = client.get(f"/embed/{entry.identifier}").content.decode()
    assert "data-framed" in frame
    entry.visibility, entry.out_at = Visibility.HIDDEN, timezone.now()
    entry.save()
    pagecache.pages.clear()
    assert "data-use" not in client.get(address).content.decode()


# Over a real line


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_power_cut_once_and_the_operator_sees_what_was_refused(live_front):  # noqa: F811
    entry_ticket = live_front.python(
        "from lifelong.monitoring.intake.tickets import Ticket\nresult = Ticket(7).written()"
    )
    body = json.dumps({"use": entry_ticket, "session": KEY, "events": [{"key": KEY, "kind": "view"}]}).encode()
    headers = {"Origin": live_front.url, "User-Agent": AGENT}
    answer = ask(live_front, "POST", "/events", headers, body)
    assert (answer.status, json.loads(answer.body)) == (200, {"ok": True})
    assert answer["set-cookie"].startswith("visitor=")
    live_front.kill()
    live_front.start()
    assert ask(live_front, "POST", "/events", {**headers, "Origin": "https://elsewhere.example"}, body).status == 403
    again = ask(live_front, "POST", "/events", {**headers, "Cookie": answer["set-cookie"].partition(";")[0]}, body)
    assert "set-cookie" not in again.headers
    rows = "from lifelong.monitoring.models import UsageEvent\nresult = list(UsageEvent.objects.values_list('key', 'visitor', 'standing'))"
    deadline = time.monotonic() + 30
    while len(found := live_front.python(rows)) < 2 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert len(found) == 2
    assert found[0] == found[1], "sent twice under one key, by one visitor: the rules count it once"
    assert found[0][2] == "public"
    told = get(live_front, "/metrics").body.decode()
    assert 'lifelong_event_batches_total{outcome="taken"} 1' in told
    assert 'lifelong_event_batches_total{outcome="origin"} 1' in told
