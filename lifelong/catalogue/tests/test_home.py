"""The operator composes the home page."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.catalogue.models import Entry, HomeSection
from lifelong.catalogue.tests import world

pytestmark = pytest.mark.django_db
FORM = {"title": "重阳节", "note": "陪老人学", "resources": "", "query": "", "begins_date": "", "ends_date": ""}


@pytest.fixture
def library(feed, final):
    world.loaded()
    world.published(final, "太极拳起势", "八段锦")
    feed()
    return feed


@pytest.fixture
def desk():
    return signed_in(holder(Role.OPERATOR))


def home() -> str:
    return Client().get("/").content.decode()


def test_chosen_resources_stand_on_the_home_page_in_their_order(library, desk):
    first, second = Entry.objects.filter(title__in=["太极拳起势", "八段锦"]).order_by("title")
    lines = f"http://localhost:8000/resources/{second.identifier}?t=3\n{first.identifier.lower()}"
    assert desk.post("/work/home/", FORM | {"resources": lines}).status_code == 302
    shown = home()
    row = shown[shown.index("重阳节") : shown.index("最近新上")]
    assert 0 < row.index(second.title) < row.index(first.title)
    assert AuditEntry.objects.filter(verb="catalogue.home_section_saved").exists()


def test_a_search_fills_a_row_and_leads_to_all_of_it(library, desk):
    desk.post("/work/home/", FORM | {"query": "http://localhost:8000/search?q=太极拳&sort=newest#main"})
    shown = home()
    assert "太极拳起势" in shown[shown.index("重阳节") : shown.index("最近新上")]
    assert '/search?q=太极拳&amp;sort=newest"' in shown


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"resources": "2222222229"}, "没有找到在线的资源：2222222229"),
        ({}, "两样取一样"),
        ({"query": "sort=best"}, "sort"),
        ({"query": "太极拳"}, "这不是搜索的网址"),
        ({"query": "http://localhost:8000/areas/older"}, "这不是搜索的网址"),
        ({"query": "https://www.example.com/s?wd=太极拳"}, "这不是搜索的网址"),
        ({"query": "q=太极拳&institution=" + "1" * 600}, "条件太多"),
        ({"query": "q=太极拳", "begins_date": "2026-10-02", "ends_date": "2026-10-01"}, "早于开始日期"),
        ({"title": "", "query": "q=太极拳"}, "栏目名称"),
    ],
)
def test_what_cannot_be_shown_is_said_and_nothing_typed_is_lost(library, desk, wrong, word):
    answer = desk.post("/work/home/", FORM | wrong)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert "陪老人学" in answer.content.decode()
    assert ("两样取一样" in answer.content.decode()) is (word == "两样取一样")
    assert not HomeSection.objects.exists()


def test_a_season_begins_and_ends_by_itself():
    section = HomeSection(begins_date=date(2026, 10, 1), ends_date=date(2026, 10, 3))
    days = [date(2026, 9, 30) + timedelta(days=n) for n in range(5)]
    assert [section.is_shown_on(day) for day in days] == [False, True, True, True, False]


def test_rows_are_moved_changed_and_removed(library, desk):
    for title in ("甲", "乙"):
        desk.post("/work/home/", FORM | {"title": title, "query": "q=太极拳"})
    first, second = HomeSection.objects.all()
    desk.post(f"/work/home/{second.pk}/change", {"do": "up"})
    assert [one.title for one in HomeSection.objects.all()] == ["乙", "甲"]
    desk.post(f"/work/home/{first.pk}/", FORM | {"title": "丙", "query": "area=older"})
    assert first.title not in home()
    desk.post(f"/work/home/{second.pk}/change", {"do": "remove"})
    assert [one.title for one in HomeSection.objects.all()] == ["丙"]


@pytest.mark.parametrize("role", Role)
def test_only_the_operator_composes(role):
    assert signed_in(holder(role)).get("/work/home/").status_code == (200 if role == Role.OPERATOR else 403)


def test_a_suspended_resource_leaves_its_row(library, desk, final):
    from lifelong.catalogue.actions import availability

    entry = Entry.objects.get(title="太极拳起势")
    desk.post("/work/home/", FORM | {"resources": entry.identifier})
    availability.suspend(entry.resource, by=final, reason="核实", at=timezone.now())
    library()
    assert "重阳节" not in home()
    listed = desk.get("/work/home/").content.decode()
    assert "显示中" not in listed
    assert "现在没有在线的资源" in listed
    section = HomeSection.objects.get()  # its title may change, and it comes back with its resource
    desk.post(f"/work/home/{section.pk}/", FORM | {"title": "重阳", "resources": entry.identifier})
    availability.restore(entry.resource, by=final, reason="核实无误", at=timezone.now())
    library()
    assert "重阳" in home()


def test_the_home_page_asks_no_more_for_many_rows(library, desk, django_assert_max_num_queries):
    for number in range(6):
        desk.post("/work/home/", FORM | {"title": f"栏目{number}", "query": "q=太极拳"})
    with django_assert_max_num_queries(8):
        home()
