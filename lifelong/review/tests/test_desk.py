import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from openpyxl import load_workbook

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.media.lifecycle import ProbeState
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round, Version
from lifelong.review.actions import panels
from lifelong.review.lifecycle import Stage
from lifelong.review.models import Assignment
from lifelong.review.queries.desk import Filters, described_page, neighbours, queue, waiting_numbers
from lifelong.review.tests import desk
from lifelong.web import desk as web_desk
from lifelong.web import workbooks

pytestmark = pytest.mark.django_db
QUEUE = "/work/review/provincial/"


@pytest.fixture
def officer():
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def some():
    clean, failing, blocked = desk.handed_in("清楚的"), desk.handed_in("不合格的"), desk.handed_in("有禁用词的")
    running = desk.handed_in("还在检测的", probe_state=ProbeState.FACTS)
    desk.failing(failing)
    desk.hit(blocked)
    desk.handed_in("已退回的", state=State.RETURNED)
    desk.handed_in("外省的", of=desk.institution("340100-01", "340100"))
    return {"clean": clean, "fail": failing, "block": blocked, "running": running}


@pytest.mark.parametrize("look", ["clean", "fail", "block", "running"])
def test_the_queue_is_narrowed_by_what_is_known_against_a_resource(officer, some, look):
    assert list(queue(officer, Stage.PROVINCIAL, Filters(look=look))) == [some[look]]


def test_the_queue_holds_what_waits_in_the_own_province_oldest_first(officer, some):
    assert list(queue(officer, Stage.PROVINCIAL, Filters())) == list(some.values())
    assert waiting_numbers(officer, Stage.PROVINCIAL) == {"waiting": 4, "clean": 1}


def test_of_rows_that_are_passed_over_nothing_is_counted(officer, some):
    assert "resources_finding" not in str(queue(officer, Stage.PROVINCIAL, Filters()).query)
    last = described_page(queue(officer, Stage.PROVINCIAL, Filters())[3:], Stage.PROVINCIAL).get()
    assert (last.pk, last.fails, last.running) == (some["running"].pk, 0, True)


def test_the_list_page_asks_the_database_a_constant_number_of_times(officer, some, django_assert_max_num_queries):
    client = signed_in(officer)
    client.get(QUEUE)
    with django_assert_max_num_queries(26) as few:
        client.get(QUEUE)
    for number in range(12):
        desk.handed_in(f"更多 {number}")
    with django_assert_max_num_queries(len(few)):
        assert client.get(QUEUE).status_code == 200


def test_the_page_of_a_round_shows_findings_hits_and_the_decision(officer, some):
    page = signed_in(officer).get(reverse("review_round", args=["provincial", some["block"].pk]))
    assert page.status_code == 200
    text = page.content.decode()
    assert "包治百病" in text
    assert "通过并报送终审" in text


def test_officers_and_experts_open_the_licence_that_was_handed_in(officer):
    round = desk.handed_in()
    paper = desk.media_file(round.version.resource.institution)
    handed_in = desk.newest(Round.objects.create(
        version=round.version, number=2, submitted_by=round.submitted_by, submitted_at=round.submitted_at,
        receipt_number="-2", values={"rights_until": "2099-12-31"}, files=[{"id": paper.pk, "name": "x", "size": 9, "sha256": paper.sha256, "kind": "rights_file"}],
    ))  # fmt: skip
    expert, now = holder(Role.EXPERT), timezone.now()
    plan = panels.Plan(title="评审", due_at=now + timedelta(days=5), each=1)
    panel = panels.draft_panel([handed_in], plan, stage=Stage.PROVINCIAL, by=officer, at=now)
    panels.open_panel(panel, by=officer, at=now)
    for who, address in (
        (officer, reverse("review_round", args=["provincial", handed_in.pk])),
        (expert, reverse("scoring_sheet", args=[Assignment.objects.get().pk])),
    ):
        page = signed_in(who).get(address)
        assert "2099-12-31" in page.content.decode()
        assert f'href="{escape(page.context["licence_address"])}"' in page.content.decode()
        assert paper.original_name in page.content.decode()


def test_the_queue_and_its_neighbours_are_those_of_a_naive_reckoning(officer):
    """Several rounds of a version, equal instants, another province, other states."""
    far, now = desk.institution("340100-01", "340100"), timezone.now()
    made = [desk.handed_in(f"课程 {n}", at=now if n < 2 else None, of=far if n == 4 else None) for n in range(7)]
    made += [desk.next_round(made[n].version, made[n].version.files.get().media_file, now) for n in (2, 5)]
    Version.objects.filter(pk=made[3].version_id).update(state=State.FORWARDED)
    newest = {
        round.version_id: round for round in Round.objects.order_by("version", "number").select_related("version")
    }
    here = [one for one in newest.values() if one.version.resource.institution != far]
    for show, states in (("waiting", [State.SUBMITTED]), ("all", list(State))):
        expected = sorted(
            (one for one in here if one.version.state in states), key=lambda one: (one.submitted_at, one.pk)
        )
        assert list(queue(officer, Stage.PROVINCIAL, Filters(show=show))) == expected
        for place, one in enumerate(expected):
            beside = neighbours(officer, Stage.PROVINCIAL, Filters(show=show), one)
            assert beside["previous"] == (expected[place - 1] if place else None)
            assert beside["next"] == (expected[place + 1] if place + 1 < len(expected) else None)


def test_a_round_of_another_province_does_not_exist_here(officer, some):
    elsewhere = holder(Role.DECIDING_OFFICER, code="340000")
    assert signed_in(elsewhere).get(reverse("review_round", args=["provincial", some["clean"].pk])).status_code == 404


def test_a_return_without_a_reason_keeps_what_was_typed(officer, some):
    address = reverse("review_decide", args=["provincial", some["clean"].pk])
    answer = signed_in(officer).post(address, {"outcome": "return", "note": "这句话不能丢"})
    assert answer.status_code == 422
    assert "这句话不能丢" in answer.content.decode()


def test_ticked_rows_are_forwarded_and_the_rest_listed_with_reasons(officer, some):
    ids = [some["clean"].pk, some["fail"].pk]
    answer = signed_in(officer).post(QUEUE, {"id": ids, "do": "forward"})
    assert answer.status_code == 200
    assert "未豁免" in answer.content.decode()
    some["clean"].version.refresh_from_db()
    some["fail"].version.refresh_from_db()
    assert (some["clean"].version.state, some["fail"].version.state) == (State.FORWARDED, State.SUBMITTED)


def test_a_fail_is_waived_with_a_reason_through_its_page(officer, some):
    finding = some["fail"].findings.get()
    waive = reverse("review_waive", args=[finding.pk]) + "?look=fail"
    answer = signed_in(officer).post(waive, {"reason": "课件清晰"}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("?look=fail")  # the filters of the queue stay
    assert "课件清晰" in answer.content.decode()


def test_an_expert_with_nothing_to_score_learns_why_and_what_to_read(client):
    expert = holder(Role.EXPERT)
    texts = [word.text for word in web_desk.words_for(expert)]
    assert any("专家评审" in text for text in texts)
    assert not web_desk.words_for(holder(Role.OPERATOR))
    for word in web_desk.words_for(expert):
        for _title, address in word.links:
            assert client.get(address).status_code == 200


LONG = "长" * 501


@pytest.mark.parametrize("what", ["waive", "clear", "take_back"])
def test_a_reason_that_is_too_long_is_called_too_long(officer, some, what):
    client = signed_in(officer)
    client.post(reverse("review_decide", args=["provincial", some["clean"].pk]), {"outcome": "forward"})
    about = {
        "waive": some["fail"].findings.get(), "clear": some["block"].hits.get(),
        "take_back": some["clean"].decisions.get(),
    }[what]  # fmt: skip
    answer = client.post(reverse(f"review_{what}", args=[about.pk]), {"reason": LONG})
    assert answer.status_code == 422
    assert "最多 500 字，现在有 501 字" in answer.content.decode()


def test_a_reason_of_a_decision_that_is_too_long_says_so_beside_it(officer, some):
    address = reverse("review_decide", args=["provincial", some["clean"].pk])
    answer = signed_in(officer).post(address, {"outcome": "return", "text_0": LONG})
    assert answer.status_code == 422
    assert "501" in answer.content.decode().split('id="decision"')[1].replace(LONG, "")


def test_a_reason_for_many_that_is_too_long_says_so(officer, some):
    answer = signed_in(officer).post(
        QUEUE, {"id": [some["clean"].pk], "do": "return", "reason": LONG}, follow=True
    )  # fmt: skip
    assert "最多 500 字，现在有 501 字" in answer.content.decode()


def test_who_comes_second_reads_who_was_first_and_finds_the_own_words_again(officer, some):
    address = reverse("review_decide", args=["provincial", some["clean"].pk])
    client = signed_in(officer)
    assert client.post(address, {"outcome": "forward"}).status_code == 302
    answer = client.post(address, {"outcome": "return", "text_0": "画面太暗", "note": "请重拍"})
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("目前为“终审中”", "没有提交", "画面太暗", "请重拍"):
        assert words in page


def test_the_button_to_take_back_stands_only_while_it_would_work(officer, some):
    client = signed_in(officer)
    client.post(reverse("review_decide", args=["provincial", some["clean"].pk]), {"outcome": "forward"})
    page = reverse("review_round", args=["provincial", some["clean"].pk])
    assert "收回这个决定" in client.get(page).content.decode()
    final = holder(Role.FINAL_REVIEWER)
    assert signed_in(final).get(reverse("review_round", args=["final", some["clean"].pk])).status_code == 200
    assert "收回这个决定" not in client.get(page).content.decode()


def test_a_reason_about_the_files_is_told_in_words(officer, some):
    client = signed_in(officer)
    address = reverse("review_decide", args=["provincial", some["clean"].pk])
    client.post(address, {"outcome": "return", "field_0": "media", "text_0": "声音太小"})
    page = client.get(reverse("review_round", args=["provincial", some["clean"].pk])).content.decode()
    assert "媒体文件：声音太小" in page


def test_the_queue_leaves_as_a_sheet_with_its_filters(officer, some):
    sheet = signed_in(officer).get(f"{QUEUE}export.xlsx?look=fail").content
    rows = list(workbooks.read(sheet, ["资源名称", "不符合", "状态"]))
    assert [(row["资源名称"], row["不符合"]) for row in rows] == [("不合格的", "1")]
    assert "有不符合项" in [row[0].value for row in load_workbook(io.BytesIO(sheet)).active.iter_rows(max_row=4)]
    assert signed_in(holder(Role.EXPERT)).get(f"{QUEUE}export.xlsx").status_code == 403
