"""The statistics of a call: what the database counts, what its lists hold, who sees whose."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.models import AuthorityKind, Role
from lifelong.accounts.tests.cast import authority, holder, signed_in
from lifelong.calls.lifecycle import CallState
from lifelong.resources.lifecycle import State
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.tests import cast
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import Decision, Waiver
from lifelong.review.queries.statistics import statistics
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db
FIELDS = ["", "title", "series_order"]
HANDED = [
    (State.SUBMITTED, "older", "A01"), (State.FORWARDED, "older", "A01"), (State.RETURNED, "community", "A03"),
    (State.ACCEPTED, "degree", "A02"), (State.PUBLISHED, "older", "A02"), (State.SUPERSEDED, "older", "A02"),
    (State.REFUSED, "training", "A01"), (State.WITHDRAWN, "older", "A01"), (State.UNIT_REVIEW, "older", "A01"),
]  # fmt: skip


@pytest.fixture
def call():
    """The ministry's, answered from Zhengzhou, from a 省直管县, and from Anhui."""
    made = cast.call("national-2026", scope={"older": ["A01"], "degree": ["A02", "A03"]})
    made.issued_by = authority(AuthorityKind.MINISTRY)
    made.save(update_fields=["issued_by"])
    units = [
        desk.institution("410100-01"),
        desk.institution("410181-01", "410181"),
        desk.institution("340100-01", "340100"),
    ]
    desk.institution("410100-02")  # asked, and silent
    units[1].kind = "university"
    units[1].save(update_fields=["kind"])
    for unit in units:
        cast.join(made, unit)
    for state, area, kind in HANDED:
        desk.handed_in(str(state), of=units[0], state=state, call=made, area=area, type=kind)
    for unit in units[1:]:
        waived = desk.handed_in("有豁免的", of=unit, call=made)
        finding = desk.failing(waived)
        Waiver.objects.create(finding=finding, by=desk.reporter(unit), at=timezone.now(), reason="画面清晰")
    desk.handed_in("不属于征集的", of=units[0])
    return made


def page_of(user, call):
    return signed_in(user).get(reverse("call_statistics", args=[call.number]))


def table(page, name):
    """Rows by what names them."""
    found = next(one for one in page.context["tables"] if one.name == name)
    return {str(row[0]): [cell.value for cell in row[1:]] for row in [*found.rows, found.total] if row}


@pytest.mark.parametrize(("role", "asked", "resources"), [(Role.HANDLING_OFFICER, 3, 10), (Role.FINAL_REVIEWER, 4, 11)])
def test_every_number_leads_to_a_list_of_that_length(call, role, asked, resources):
    user = holder(role)
    page = page_of(user, call)
    assert [cell.value for cell, _word in page.context["above"]][:5:4] == [asked, resources]
    client, followed = signed_in(user), set()
    for one in page.context["tables"]:
        for cell in [cell for row in [*one.rows, one.total] for cell in row if cell.url]:
            found = client.get(cell.url).context
            there = len(found["lines"]) if "lines" in found else found["page"].paginator.count
            assert there == cell.value, (one.name, cell.url)
            followed.add(one.name)
    assert followed == {"kinds", "regions", "resources", "waived"}


def test_institutions_and_resources_are_counted_in_their_lines(call):
    page = page_of(holder(Role.HANDLING_OFFICER), call)
    assert table(page, "kinds") == {"其他": [2, 1, 1, 0], "普通本科高校": [1, 1, 1, 1], "合计": [3, 2, 2, 1]}
    assert table(page, "regions") == {"郑州市": [2, 1, 1, 0], "巩义市": [1, 1, 1, 1], "合计": [3, 2, 2, 1]}
    lines = table(page, "resources")
    assert lines["学历继续教育 · 网络课程"][0] == 0  # asked for, and nobody sent any
    assert lines["老年教育 · 音频资源"][:8] == [2, 0, 0, 0, 0, 2, 0, 0]
    assert lines["合计"] == [10, 2, 1, 1, 1, 2, 1, 1, 1, "1:00", "90 B"]


def test_reasons_waits_days_and_officers_count_what_stands(call):
    head, now = holder(Role.DECIDING_OFFICER), timezone.now()
    begun = now - timedelta(days=3)
    unit = desk.institution()
    reasons = [{"field": "title", "text": '说 "field": "series_order"'}, {"field": "", "text": "整体"}]
    for hours in range(1, 11):
        round = desk.handed_in(f"等 {hours} 小时", of=unit, state=State.RETURNED, call=call, at=begun)
        common = {"round": round, "stage": Stage.PROVINCIAL, "by": head, "authority": head.appointments.get().authority}
        early = Decision.objects.create(**common, outcome=Outcome.RETURN, at=begun, reasons=reasons)
        Decision.objects.create(**common, outcome=Outcome.TAKE_BACK, at=begun, takes_back=early)
        Decision.objects.create(**common, outcome=Outcome.RETURN, at=begun + timedelta(hours=hours), reasons=reasons)
    found = statistics(head, Stage.PROVINCIAL, call, fields=FIELDS, officers=True)
    assert found.returns == {"": 10, "title": 10}
    assert (found.waits.decided, found.waits.median, found.waits.ninth) == (10, timedelta(hours=5), timedelta(hours=9))
    assert sum(submits for submits, _province, _final in found.days.values()) == 20
    assert sum(province for _submits, province, _final in found.days.values()) == 10
    assert found.waived == {"video.bit_rate": 1}
    assert [(row["name"], row["outcome"], row["n"]) for row in found.officers] == [(head.name, "return", 10)]
    text = page_of(head, call).content.decode()
    assert "5 小时 0 分" in text
    assert text.count("<svg viewBox") == 3


def test_the_database_is_asked_a_constant_number_of_times(call, django_assert_max_num_queries):
    head = holder(Role.DECIDING_OFFICER)
    client, address = signed_in(head), reverse("call_statistics", args=[call.number])
    client.get(address)
    assert reach_of(head).regions  # asked once for a request
    with django_assert_max_num_queries(8):
        statistics(head, Stage.PROVINCIAL, call, fields=FIELDS, officers=True)
    with django_assert_max_num_queries(26) as few:
        client.get(address)
    for number in range(12):
        unit = desk.institution(f"410300-{number}", "410300")
        cast.join(call, unit)
        desk.handed_in(f"更多 {number}", of=unit, call=call)
    with django_assert_max_num_queries(len(few)):
        assert client.get(address).status_code == 200


def test_who_sees_whose_figures(call):
    address = reverse("call_statistics", args=[call.number])
    assert "officers" not in {one.name for one in page_of(holder(Role.HANDLING_OFFICER), call).context["tables"]}
    assert "officers" in {one.name for one in page_of(holder(Role.DECIDING_OFFICER), call).context["tables"]}
    elsewhere = holder(Role.DECIDING_OFFICER, code="340000")
    assert [cell.value for cell, _word in page_of(elsewhere, call).context["above"]][:5] == [1, 1, 1, 1, 1]
    for nobody in (holder(Role.OPERATOR), holder(Role.EXPERT), desk.reporter(desk.institution())):
        assert signed_in(nobody).get(address).status_code == 403
    henan = cast.call()
    assert page_of(elsewhere, henan).status_code == 404
    assert page_of(holder(Role.FINAL_REVIEWER), henan).status_code == 200  # and nothing in it
    henan.state = CallState.DRAFT
    henan.save(update_fields=["state"])
    assert signed_in(elsewhere).get(reverse("call_statistics_export", args=[henan.number])).status_code == 404


def test_the_workbook_holds_the_tables_of_the_page(call):
    head = holder(Role.DECIDING_OFFICER)
    content = signed_in(head).get(reverse("call_statistics_export", args=[call.number])).content
    book = load_workbook(io.BytesIO(content))
    tables = page_of(head, call).context["tables"]
    assert book.sheetnames == [one.title for one in tables]
    for one in tables:
        rows = [*book[one.title].iter_rows(values_only=True)]
        shown = [[cell.value for cell in row] for row in [*one.rows, one.total] if row]
        start = next(place for place, row in enumerate(rows) if row[0] == one.headings[0])
        assert [["" if value is None else value for value in row] for row in rows[start + 1 :]] == shown
