"""Figures of use on pages: who sees whose, from roll-ups alone, in a constant number of questions, each with its rule."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.catalogue.models import Entry
from lifelong.institutions.models import Mandate, MandateRole
from lifelong.monitoring.actions import usage_counting
from lifelong.monitoring.models import UsageEvent, UsagePeriod
from lifelong.monitoring.tests.using import happened, visit
from lifelong.monitoring.usage.rules import RULES

AT = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def used(library: dict[str, Entry]) -> Entry:
    day = timezone.localdate()
    entry, second = library["二十四式太极拳入门"], library["中医养生保健"]
    happened(
        visit(entry, day, visitor="v1", person="p1", seconds=95), visit(second, day, visitor="v2", seconds=30),
        visit(second, day, visitor="v3"), visit(entry, day, visitor="r", standing="robot"),
    )  # fmt: skip
    usage_counting.count_day(day, at=timezone.now())
    UsageEvent.objects.all().delete()  # pages ask roll-ups only
    return entry


def reporter_of(entry: Entry, person: User) -> User:
    Mandate.objects.create(user=person, institution=entry.resource.institution, role=MandateRole.REPORTER, begins_at=AT)
    return person


def places(entry: Entry) -> dict[str, str]:
    return {
        "resource": f"/work/usage/resources/{entry.identifier}/", "institution": "/work/usage/inst/4110001/",
        "other institution": "/work/usage/inst/4110002/", "region": "/work/usage/region/410000/",
        "city": "/work/usage/region/410300/", "area": "/work/usage/area/older/",
        "category": f"/work/usage/category/{entry.category.code}/",
    }  # fmt: skip


def test_everyone_sees_the_figures_within_their_reach_and_no_others(
    used: Entry, operator: User, final: User, other: User, stranger: User
) -> None:
    henan, zhejiang = holder(Role.HANDLING_OFFICER), holder(Role.HANDLING_OFFICER, code="330000")
    seen = {
        "operator": (operator, set(places(used))), "final": (final, set(places(used))),
        "henan": (henan, {"resource", "institution", "other institution", "region", "city"}), "zhejiang": (zhejiang, set()),
        "reporter": (reporter_of(used, other), {"resource", "institution"}),
    }  # fmt: skip
    for name, (user, allowed) in seen.items():
        client = signed_in(user)
        for place, address in places(used).items():
            for url in (address, address + "export"):
                assert client.get(url).status_code == (200 if place in allowed else 404), (name, url)
    assert signed_in(stranger).get("/work/usage/").status_code == 403
    assert signed_in(henan).get("/work/usage/").url == "/work/usage/region/410000/"
    assert signed_in(other).get("/work/usage/").url == "/work/usage/inst/4110001/"
    assert signed_in(operator).get("/work/usage/").status_code == 200


def test_the_page_says_what_was_counted_what_was_not_and_how(used: Entry, operator: User) -> None:
    page = signed_in(operator).get("/work/usage/").content.decode()
    for word in ("二十四式太极拳入门", "中医养生保健", "机器人", "河南省", "/about/counting", "2:05"):
        assert word in page, word
    assert f'href="/work/usage/days/{timezone.localdate()}/"' in page
    assert 'href="/work/usage/region/410000/"' in page
    mine = signed_in(operator).get(f"/work/usage/resources/{used.identifier}/").content.decode()
    assert "36,500" in mine  # declared, told apart
    assert "<polygon" in mine
    day = signed_in(operator).get(f"/work/usage/days/{timezone.localdate()}/").content.decode()
    assert "机器人" in day


def test_the_public_page_shows_what_was_measured_with_its_rules(used: Entry) -> None:
    page = Client().get(f"/resources/{used.identifier}").content.decode()
    assert "1 次浏览" in page
    assert 'href="/about/counting"' in page
    rules = Client().get("/about/counting").content.decode()
    for rule in RULES:
        assert rule.words in rules
    assert "30 秒" in rules


def test_the_sheet_holds_the_list_and_every_table(used: Entry, operator: User) -> None:
    answer = signed_in(operator).get("/work/usage/export?sort=seconds")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert book.sheetnames[0] == "资源"
    cells = [cell for row in book["资源"].iter_rows(values_only=True) for cell in row]
    assert "二十四式太极拳入门" in cells
    assert len(book.sheetnames) == 7


def test_nonsense_in_the_address_is_this_month(used: Entry, operator: User) -> None:
    for query in (
        "period=1999-13&unit=%00&sort=;drop&page=-1",
        "period=all&unit=month",
        f"period={date.today():%Y}&unit=week&page=999",
    ):
        assert signed_in(operator).get(f"/work/usage/?{query}").status_code == 200
    for url in ("/work/usage/inst/none/", "/work/usage/region/999999/", "/work/usage/category/x/", "/work/usage/area/x/",
                "/work/usage/days/2026-02-31/", "/work/usage/days/2001-01-01/"):  # fmt: skip
        assert signed_in(operator).get(url).status_code == (200 if "2001" in url else 404), url


def test_a_page_asks_as_much_for_many_resources_as_for_two(
    used: Entry, operator: User, library: dict[str, Entry]
) -> None:
    def asked(url: str) -> int:
        client: Any = signed_in(operator)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    urls = ["/work/usage/", "/work/usage/region/410000/?period=all", f"/work/usage/resources/{used.identifier}/"]
    before = [asked(url) for url in urls]
    month = f"{timezone.localdate():%Y-%m}"
    for entry in library.values():
        for period in (month, "all"):
            UsagePeriod.objects.update_or_create(
                resource=entry.resource,
                period=period,
                defaults={"views": 5, "institution": entry.institution, "region": "410300"},
            )
    assert [asked(url) for url in urls] == before
    assert max(before) <= 22
