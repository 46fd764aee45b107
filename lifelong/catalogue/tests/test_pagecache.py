"""A kept page is nobody's own, never older than the library, and costs almost nothing."""

import gzip
import time

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.catalogue import pagecache
from lifelong.catalogue.actions import availability
from lifelong.catalogue.tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(feed, final):
    world.loaded()
    world.published(final, "太极拳起势")
    feed()
    return feed


def kept() -> int:
    return len(pagecache.pages.rows)


def test_the_second_visitor_costs_no_query_of_the_page(client, library, django_assert_num_queries):
    first = client.get("/")
    with django_assert_num_queries(1):  # the last line of the change log
        second = client.get("/")
    assert first.content == second.content


def test_a_kept_page_is_dropped_with_the_change_even_while_the_feeder_sleeps(client, library, operator):
    entry = world.entry("太极拳起势")
    address = f"/resources/{entry.identifier}"
    assert client.get(address).status_code == 200
    availability.suspend(entry.resource, by=operator, reason="画面有误", at=timezone.now())
    assert client.get(address).status_code == 404


def test_a_kept_page_is_dropped_when_the_index_has_moved(client, library, final):
    before = client.get("/search?q=八段锦").content.decode()
    world.published(final, "八段锦", number="2026-02")
    library()
    after = client.get("/search?q=八段锦").content.decode()
    assert before != after
    assert "<mark>八段锦</mark>" in after


def test_no_copy_is_older_than_eight_seconds(client, library, monkeypatch):
    client.get("/")
    row = next(iter(pagecache.pages.rows.values()))
    assert pagecache.LONGEST_S <= 8
    row.at = time.monotonic() - pagecache.LONGEST_S - 1
    key = next(iter(pagecache.pages.rows))
    assert pagecache.pages.find(key, row.generation) is None


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_who_has_a_session_or_a_message_gets_a_page_of_their_own(client, library, cookie):
    client.cookies[cookie] = "x"
    client.get("/")
    assert kept() == 0


def test_who_works_here_sees_their_desk_link_and_nobody_else_does(client, library):
    assert "工作台" in signed_in(holder(Role.OPERATOR)).get("/").content.decode()
    assert "工作台" not in client.get("/").content.decode()


@pytest.mark.parametrize(("name", "value"), [("elder", "1"), ("theme", "dark"), ("django_language", "en")])
def test_language_elders_edition_and_theme_are_kept_apart(client, library, name, value):
    plain = client.get("/").content
    client.cookies[name] = value
    other = client.get("/").content
    assert plain != other
    del client.cookies[name]
    assert client.get("/").content == plain
    assert kept() == 2


def test_the_order_of_parameters_does_not_make_another_page(client, library):
    client.get("/search?q=a&area=older")
    client.get("/search?area=older&q=a")
    assert kept() == 1


@pytest.mark.parametrize("address", ["/report", "/work/", "/accounts/login/", "/resources/NOPE", "/search?page=9999"])
def test_forms_desks_and_errors_are_not_kept(client, library, address):
    client.get(address)
    assert kept() == 0


def test_a_page_with_a_token_is_not_kept(client, library, rf):
    request = rf.get("/")
    assert not pagecache.may_keep(request, HttpResponse('<input name="csrfmiddlewaretoken" value="x">'))
    assert pagecache.may_keep(request, HttpResponse("<p>"))


def test_a_post_is_never_answered_from_the_cache(client, library):
    client.get("/")
    assert client.post("/").status_code == 405


def test_memory_is_bounded():
    cache = pagecache.PageCache(most_bytes=50_000)
    for number in range(100):
        row = pagecache.Kept("g", time.monotonic(), [], "e", b"x" * 5_000)
        cache.keep(pagecache.Key(f"/{number}", "", "zh", False, ""), row)
    assert cache.bytes <= 50_000
    assert len(cache.rows) == cache.bytes // 6_000
    assert pagecache.Key("/99", "", "zh", False, "") in cache.rows


def test_unchanged_is_304_and_gzip_is_made_once(client, library):
    plain = client.get("/")
    same = client.get("/", headers={"if-none-match": plain["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    small = client.get("/", headers={"accept-encoding": "gzip, br"})
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert client.get("/", headers={"if-none-match": small["ETag"]}).status_code == 304
    assert "Cookie" in plain["Vary"]


def test_head_tells_the_length_and_sends_nothing(client, library):
    body = client.get("/").content
    head = client.head("/")
    assert head.content == b""
    assert int(head["Content-Length"]) == len(body)


def test_the_front_may_ask_without_django(client, library):
    client.get("/")
    pagecache.clock.every_s = 60
    pagecache.clock.now()
    status, headers, body = pagecache.answer("GET", "/", "", {}.get)
    assert (status, body) == (200, client.get("/").content)
    assert pagecache.answer("HEAD", "/", "", {}.get)[2] == body  # who sends the answer counts it and keeps it back
    assert dict(headers)["content-type"].startswith("text/html")
    assert pagecache.answer("POST", "/", "", {}.get) is None
    assert pagecache.answer("GET", "/", "", {"cookie": "sessionid=x"}.get) is None
    pagecache.clock.at = float("-inf")
    assert pagecache.answer("GET", "/", "", {}.get) is None


def test_without_a_database_nothing_is_kept(client, library, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(pagecache, "last_change", gone)
    assert client.get("/about").status_code == 200
    assert kept() == 0
