"""What the door takes and from whom: what a batch says, who a visitor is, who may tell."""

import asyncio
import json
import re
import time

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, person
from lifelong.catalogue.lti.tickets import Launch
from lifelong.config.testing import live_front  # noqa: F401 - a fixture
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.journals import journal as journals
from lifelong.learning.tests.studying import playable
from lifelong.media.tus.rules import Refused
from lifelong.monitoring.intake.marks import ticket_of
from lifelong.monitoring.intake.rules import batch_in, told_in
from lifelong.monitoring.intake.tickets import Ticket, read
from lifelong.monitoring.tests.telling import *  # noqa: F403 - its fixtures
from lifelong.monitoring.tests.telling import AGENT, KEY, TICKET, Browser

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
