"""Use on its way in: what the door takes and from whom, what the drain brings into rows and how often, what is forgotten."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
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
from lifelong.catalogue.lti.tickets import Launch
from lifelong.catalogue.queries.categories import forget_tree
from lifelong.catalogue.queries.labels import forget_names
from lifelong.config.testing import live_front  # noqa: F401 - a fixture
from lifelong.config.tests.wire import ask, get
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.journals import journal as journals
from lifelong.learning.actions import shelf, voices
from lifelong.learning.actions.study import DAY_ZONE
from lifelong.learning.tests.studying import playable
from lifelong.media.ranges import Answer
from lifelong.media.tus.rules import Refused
from lifelong.monitoring.actions import usage_intake
from lifelong.monitoring.intake import drain as draining
from lifelong.monitoring.intake.door import Events
from lifelong.monitoring.intake.drain import drain
from lifelong.monitoring.intake.marks import ticket_of
from lifelong.monitoring.intake.rules import batch_in, told_in
from lifelong.monitoring.intake.tickets import Ticket, read
from lifelong.monitoring.models import UsageEvent, UsageJournal, UsageSalt

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
TICKET = Ticket(resource=7, file=2, length_s=100.0)
KEY = "k" * 24


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.DATA, settings.FILES, settings.INDEX = tmp_path, tmp_path / "files", tmp_path / "index"
    pagecache.pages.clear()
    pagecache.clock = pagecache.Clock(every_s=0)
    forget_tree()
    forget_names()
    return tmp_path / "events"


class Site:
    """A door, and who stands before it. ``room`` is for how many newcomers of one address there is."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.room, self.outcomes, self.count = folder, 10**6, [], 0
        self.loop = asyncio.new_event_loop()
        self.door = Events(self.loop, self.may_be_new, self.outcomes.append)
        self.door.keeper.wake = lambda: None

    def may_be_new(self, _address: str) -> bool:
        self.room -= 1
        return self.room >= 0

    def key(self) -> str:
        self.count += 1
        return f"key-of-a-page-{self.count:06}"

    def ask(
        self, method: str, path: str = "/events", query: str = "", *, body: bytes = b"", address: str, **headers: str
    ) -> Answer:
        async def pieces():
            yield body

        told = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
        asked = self.door.answer(method, path, query, told.get, address, pieces())
        return self.loop.run_until_complete(asked)

    def rows(self) -> list[UsageEvent]:
        """Everything that was acknowledged, brought into the database."""
        self.door.journal.close()
        drain(self.folder)
        return list(UsageEvent.objects.order_by("pk"))


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    yield site
    site.door.journal.close()
    site.loop.close()


class Browser:
    """Keeps its cookie, unless it drops them."""

    def __init__(self, site: Site, *, address: str = "203.0.113.7", drops: bool = False, **headers: str) -> None:
        self.site, self.address, self.drops, self.cookie = site, address, drops, ""
        self.headers = {"user_agent": AGENT, "host": "site.example", "origin": "https://site.example", **headers}

    def tells(self, *kinds: str, ticket: Ticket = TICKET, **more: object) -> Answer:
        events = [
            {"key": self.site.key(), "kind": kind, **({"spans": [[0, 20]]} if kind == "watch" else {})}
            for kind in kinds
        ]
        said = {
            "use": ticket.written(),
            "session": self.site.key(),
            "events": events or [{"key": KEY, "kind": "view"}],
            **more,
        }
        return self.sends(json.dumps(said).encode())

    def sends(self, body: bytes) -> Answer:
        cookie = {"cookie": f"elder=1; {self.cookie}"} if self.cookie else {}
        answer = self.site.ask("POST", body=body, address=self.address, **self.headers, **cookie)
        given = dict(answer.headers).get("set-cookie", "")
        if given and not self.drops:
            self.cookie = given.partition(";")[0]
        return answer


# What a batch says


def told(**changes: object) -> bytes:
    said = {"use": TICKET.written(), "session": KEY, "events": [{"key": KEY, "kind": "view"}], **changes}
    return json.dumps({name: value for name, value in said.items() if value is not ...}).encode()


def ran(*spans: object, **more: object) -> bytes:
    return told(events=[{"key": KEY, "kind": "watch", "spans": spans, **more}])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"\xff", 400), (b"[]", 400), (b"[" * 4000, 400),
        (told(use=...), 403), (told(use=7), 403), (told(use="forged"), 403), (told(use="资源"), 403), (told(use=TICKET.written()[:-1]), 403),
        (told(use=Ticket(7, person="a" * 32, until=1000).written()), 410),
        (told(at=1_900_000_000), 422), (told(standing="public"), 422), (told(person="a" * 32), 422),
        (told(session=...), 422), (told(session="short"), 422), (told(session="<script>alert(1)"), 422), (told(session=["k" * 24]), 422),
        (told(visitor=7), 422), (told(events=[]), 422), (told(events={}), 422), (told(events=[{"key": KEY, "kind": "view"}] * 21), 422),
        (told(events=[7]), 422), (told(events=[{"kind": "view"}]), 422), (told(events=[{"key": KEY, "kind": "keep"}]), 422),
        (told(events=[{"key": KEY, "kind": "view", "at": 1}]), 422), (told(events=[{"key": KEY, "kind": ["view"]}]), 422),
        (told(events=[{"key": KEY, "kind": "play", "spans": [[0, 5]]}]), 422), (told(events=[{"key": KEY, "kind": "watch"}]), 422),
        (ran([0, 102]), 422), (ran([-1, 5]), 422), (ran([5, 5]), 422), (ran([0, "5"]), 422), (ran([0, 1e400]), 422), (ran([0]), 422),
        (ran([0, 0.04]), 422), (ran(*[[0, 5]] * 21), 422), (ran([0, 5], file=3), 422), (ran([0, 5], resource=8), 422),
    ],
)  # fmt: skip
def test_what_no_page_of_ours_says_is_refused_in_words(body, status):
    with pytest.raises(Refused) as refused:
        told_in(body)
    assert refused.value.answer.status == status
    assert len(refused.value.answer.body.decode()) > 5


def test_stretches_are_joined_and_what_was_told_survives_its_line(site):
    assert told_in(ran([5, 20], [0, 5], [10, 12.04], [50, 60])).events[0].spans == ((0.0, 20.0), (50.0, 60.0))
    Browser(site).sends(ran([5, 20], [50, 60]))
    site.door.journal.close()
    (path,) = site.folder.glob("*.jsonl")
    line = path.read_bytes()
    batch = batch_in(line)
    assert batch.line() == line
    assert (batch.resource, batch.file, batch.length_s, batch.standing) == (7, 2, 100.0, "public")
    assert batch_in(line[:-9]) is None


# Who a visitor is


@pytest.mark.django_db
def test_two_hundred_behind_one_address_are_two_hundred_and_who_reloads_is_one(site):
    campus = [Browser(site) for _learner in range(200)]
    for browser in campus:
        browser.tells("view")
    for browser in campus[:20]:
        browser.tells("view")
    rows = site.rows()
    assert (len(rows), len({row.visitor for row in rows}), len({row.session for row in rows})) == (220, 200, 220)
    assert {row.day for row in rows} == {timezone.localdate()}


@pytest.mark.django_db
def test_who_drops_every_cookie_is_one_with_the_others_there_once_too_many_came(site):
    site.room = 3
    for _time in range(10):
        Browser(site, drops=True).tells("view")
    Browser(site, drops=True, user_agent=AGENT + " Edg/131").tells("view")
    Browser(site, address="203.0.113.8").tells("view")
    rows = site.rows()
    assert len(rows) == 12, "what was refused to nobody is kept"
    assert len({row.visitor for row in rows}) == 3 + 1 + 1 + 1
    assert site.outcomes.count("merged") == 9


@pytest.mark.django_db
def test_nothing_leads_from_a_row_or_a_journal_to_an_address_or_a_cookie(site):
    browser = Browser(site, dnt="1")
    assert "set-cookie" not in dict(browser.tells("view").headers), "who asks not to be followed gets no number"
    browser.tells("view")
    known = Browser(site)
    answer = dict(known.tells("view").headers)["set-cookie"]
    known.tells("view")
    site.door.journal.close()
    written = b"".join(path.read_bytes() for path in site.folder.glob("*.jsonl"))
    assert b"203.0.113" not in written
    assert b"Mozilla" not in written
    rows = site.rows()
    assert len({row.visitor for row in rows}) == 2
    number = re.match(r"visitor=([0-9a-f]{32}):", answer)[1]
    assert number not in {row.visitor for row in rows}
    assert re.search(r"; Path=/events; Max-Age=\d+; HttpOnly; SameSite=Lax$", answer)
    assert int(re.search(r"Max-Age=(\d+)", answer)[1]) <= 86_400


@pytest.mark.django_db
def test_a_number_that_was_forged_or_is_of_another_day_is_none(site, monkeypatch):
    browser = Browser(site)
    browser.tells("view")
    old = browser.cookie
    forged = Browser(site)
    forged.cookie = old[:-1] + ("A" if old[-1] != "A" else "B")
    assert "set-cookie" in dict(forged.tells("view").headers)
    assert "set-cookie" not in dict(browser.tells("view").headers)
    tomorrow = time.time() + 86_400
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: tomorrow)
        assert "set-cookie" in dict(browser.tells("view").headers)


@pytest.mark.django_db
def test_in_another_sites_frame_the_number_lies_in_the_tab_and_no_cookie_is_set(site):
    frame = Browser(site)
    answer = frame.tells("view", visitor="")
    number = json.loads(answer.body)["visitor"]
    again = frame.tells("watch", visitor=number)
    assert json.loads(again.body) == {"ok": True}
    assert not any("set-cookie" in dict(each.headers) for each in (answer, again))
    assert len({row.visitor for row in site.rows()}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("agent", "standing"),
    [
        (AGENT, "public"), ("", "robot"), ("  ", "robot"), ("curl/8.5", "robot"), ("python-requests/2.32", "robot"),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "robot"),
        (AGENT.replace("Chrome/", "HeadlessChrome/"), "robot"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0.50", "public"),
    ],
)  # fmt: skip
def test_robots_are_known_by_the_public_list_and_kept_as_such(site, agent, standing):
    Browser(site, user_agent=agent).tells("view")
    assert [row.standing for row in site.rows()] == [standing]


def test_staff_and_the_resources_own_institution_are_not_the_public(db):
    entry = playable()
    own = reporter(entry.institution)
    other = reporter(institution("另一所学院"))
    learner = person("learner@example.org")
    found = {
        name: read(ticket_of(entry, 1, user=user))
        for name, user in {"staff": holder(Role.EXPERT), "own": own, "other": other, "learner": learner}.items()
    }
    assert {name: one.standing for name, one in found.items()} == {
        "staff": "staff", "own": "own", "other": "public", "learner": "public"
    }  # fmt: skip
    assert len({one.person for one in found.values()}) == 4
    assert all(re.fullmatch(r"[0-9a-f]{32}", one.person) for one in found.values())


def test_who_took_the_consent_back_is_counted_as_nobody_and_a_schools_learner_by_the_school(db):
    from django.contrib.auth.models import AnonymousUser

    from lifelong.accounts.models import Consent

    entry = playable()
    learner = person("learner@example.org")
    for to in ("terms", "privacy"):
        Consent.objects.create(user=learner, to=to, version="1", given_at=timezone.now(), withdrawn_at=timezone.now())
    assert read(ticket_of(entry, 1, user=learner)).person == ""
    launches = [Launch(1, entry.identifier, sub, "", 0).written() for sub in ("x", "x", "y")]
    names = [read(ticket_of(entry, 1, user=AnonymousUser(), launch=each)).person for each in [*launches, "forged"]]
    assert names[0] == names[1] != names[2]
    assert (bool(names[0]), names[3]) == (True, "")


# Who may tell


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "", "https://site.example.evil.example", "http://[", "site.example"]
)
def test_the_page_of_another_site_is_refused_and_counted(site, origin):
    answer = Browser(site, origin=origin).tells("view")
    assert (answer.status, site.outcomes) == (403, ["origin"])
    assert "本平台" in answer.body.decode()
    assert not list(site.folder.glob("*"))


def test_what_is_too_big_cut_short_or_slow_is_refused_and_counted(site, monkeypatch):
    browser = Browser(site)
    assert browser.sends(b"x" * 9000).status == 413
    headers = {**browser.headers, "content_length": "50"}
    assert site.ask("POST", body=b"{}", address="203.0.113.7", **headers).status == 400
    assert site.ask("GET", address="203.0.113.7").status == 405
    from lifelong.media.tus import bodies

    monkeypatch.setattr(bodies, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(bodies, "LONGEST_SECONDS", 0.05)

    async def drops():
        for _time in range(1000):
            yield b"."
            await asyncio.sleep(0.002)

    slow = site.door.answer("POST", "/events", "", {"content-length": "1000"}.get, "203.0.113.7", drops())
    assert site.loop.run_until_complete(slow).status == 408
    assert site.outcomes == ["size", "form", "form", "slow"]


def test_what_could_not_be_written_is_not_acknowledged(site, monkeypatch):
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journals.os, "fdatasync", full)
    assert Browser(site).tells("view").status == 507
    assert site.outcomes == ["disk"]


@pytest.mark.django_db
def test_without_a_script_a_picture_tells_of_the_view_to_our_own_pages_alone(site):
    asked = {"user_agent": AGENT, "host": "site.example", "address": "203.0.113.7"}
    query = f"use={TICKET.written()}"
    ours = site.ask("GET", "/events/view.gif", query, sec_fetch_site="same-origin", **asked)
    old = site.ask("GET", "/events/view.gif", query, referer="https://site.example/resources/L1", **asked)
    assert [ours.status, old.status, dict(ours.headers)["content-type"]] == [200, 200, "image/gif"]
    assert "set-cookie" in dict(ours.headers)
    for elsewhere in (
        {"sec_fetch_site": "cross-site", "referer": "https://site.example/"},
        {"referer": "https://x.example/"},
        {},
    ):
        assert site.ask("GET", "/events/view.gif", query, **elsewhere, **asked).status == 403
    assert site.ask("GET", "/events/view.gif", "use=forged", sec_fetch_site="same-origin", **asked).status == 403
    assert [(row.kind, row.resource_id) for row in site.rows()] == [("view", 7), ("view", 7)]


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
