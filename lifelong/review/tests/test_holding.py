"""Two officers are never on the same one unknowingly, and the same request twice is one decision."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.notices.models import Notice
from lifelong.resources.lifecycle import State
from lifelong.review.actions import holding
from lifelong.review.actions.decisions import AlreadyDecided, decide, take_back
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import Decision, Hold, Opening, Phrase
from lifelong.review.queries.desk import Filters, neighbours, queue
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db
P = Stage.PROVINCIAL


@pytest.fixture
def officer():
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def colleague():
    return holder(Role.DECIDING_OFFICER, email="colleague@example.org")


def forward(round, by, at=None, **more):
    return decide(round, stage=P, outcome=Outcome.FORWARD, by=by, at=at or timezone.now(), **more)


def test_what_a_colleague_has_open_is_not_decided_unknowingly(officer, colleague):
    round = desk.handed_in()
    page = reverse("review_round", args=[P, round.pk])
    assert signed_in(officer).get(page).status_code == 200
    client = signed_in(colleague)
    assert f"{officer} 正在办理这一项" in client.get(page).content.decode()
    answer = client.post(
        reverse("review_decide", args=[P, round.pk]), {"outcome": "return", "text_0": "太暗"}, headers={"X-Desk": "1"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "held_by_other")
    client.post(reverse("review_hold", args=[P, round.pk]), {"do": "over"})
    assert Notice.objects.filter(user=officer, subject__contains="接过去").exists()
    answer = client.post(
        reverse("review_decide", args=[P, round.pk]), {"outcome": "return", "text_0": "太暗"}, headers={"X-Desk": "1"}
    )
    assert "退回" in answer.json()["done"]
    assert not Hold.objects.exists()


def test_a_lease_ends_by_itself_and_opening_the_next_lets_go_of_the_last(officer, colleague):
    first, second = desk.handed_in("一"), desk.handed_in("二")
    now = timezone.now()
    holding.take(first, stage=P, by=officer, at=now, kept=False)
    holding.take(second, stage=P, by=officer, at=now, kept=False)
    forward(first, colleague)
    with pytest.raises(holding.HeldByOther):
        forward(second, colleague)
    forward(second, colleague, at=now + holding.OPEN + timedelta(seconds=1))


def test_taken_by_hand_it_stays_through_other_pages_and_the_queue_says_so(officer, colleague):
    first, second, third = (desk.handed_in(title) for title in ("一", "二", "三"))
    client = signed_in(officer)
    client.post(reverse("review_hold_many", args=[P]), {"id": [second.pk]})
    client.get(reverse("review_round", args=[P, third.pk]))
    assert list(queue(officer, P, Filters(hands="mine"))) == [second, third]
    assert list(queue(colleague, P, Filters(hands="free"))) == [first]
    assert neighbours(colleague, P, Filters(), first)["next"] is None
    assert neighbours(officer, P, Filters(), first)["next"] == second
    assert str(officer) in signed_in(colleague).get(reverse("review_queue", args=[P])).content.decode()
    client.post(reverse("review_hold", args=[P, second.pk]), {"do": "let_go"})
    assert neighbours(colleague, P, Filters(), first)["next"] == second


def test_the_head_hands_over_and_who_only_prepares_blocks_nobody_by_looking(officer, colleague):
    round, handler = desk.handed_in(), holder(Role.HANDLING_OFFICER)
    signed_in(handler).get(reverse("review_round", args=[P, round.pk]))
    assert not Hold.objects.exists()
    with pytest.raises(holding.MayNotHold):
        holding.hand_over(round, stage=P, to=colleague, by=handler, at=timezone.now())
    signed_in(officer).post(reverse("review_hold", args=[P, round.pk]), {"do": "hand_over", "to": colleague.pk})
    assert Hold.objects.get().user == colleague
    assert Notice.objects.filter(user=colleague, subject__contains="移交").exists()
    with pytest.raises(holding.MayNotHold):
        holding.hand_over(round, stage=P, to=holder(Role.OPERATOR), by=officer, at=timezone.now())


def test_a_decision_sent_again_after_a_lost_answer_is_one_decision(officer, colleague):
    round, key = desk.handed_in(), uuid4()
    assert forward(round, officer, request_key=key) == forward(round, officer, request_key=key)
    assert Decision.objects.count() == 1
    with pytest.raises(AlreadyDecided):
        forward(round, officer, request_key=uuid4())
    with pytest.raises(AlreadyDecided):
        forward(round, colleague, request_key=key)
    round.version.refresh_from_db()
    assert round.version.state == State.FORWARDED
    take_back(Decision.objects.get(), by=officer, at=timezone.now())
    with pytest.raises(AlreadyDecided):
        forward(round, officer, request_key=key)  # an old page: what it did was taken back


def test_a_page_fetched_ahead_is_opened_by_nobody_until_it_is_shown(officer):
    round = desk.handed_in()
    client = signed_in(officer)
    assert client.get(reverse("review_round", args=[P, round.pk]), headers={"X-Prefetch": "1"}).status_code == 200
    assert not Opening.objects.exists()
    assert not Hold.objects.exists()
    assert client.post(reverse("review_opened", args=[P, round.pk])).status_code == 204
    assert Opening.objects.get().user == officer
    assert Hold.objects.get().user == officer


def test_phrases_of_ones_own_stand_beside_the_shared_ones(officer, colleague):
    round = desk.handed_in()
    client, page = signed_in(officer), reverse("review_round", args=[P, round.pk])
    client.post(reverse("review_phrases"), {"text": "请补充字幕。", "next": page})
    assert client.post(reverse("review_phrases"), {"text": "再说", "next": "https://example.com/"})[
        "Location"
    ] == reverse("review")
    assert "请补充字幕。" in client.get(page).content.decode()
    assert "请补充字幕。" not in signed_in(colleague).get(page).content.decode()
    signed_in(colleague).post(reverse("review_phrases"), {"drop": Phrase.objects.first().pk})
    assert Phrase.objects.count() == 2


def test_the_page_of_a_round_asks_a_constant_number_of_times_however_long_the_queue(
    officer, django_assert_max_num_queries
):
    rounds = [desk.handed_in(f"件 {n}") for n in range(3)]
    client, page = signed_in(officer), reverse("review_round", args=[P, rounds[1].pk])
    client.get(page)
    with django_assert_max_num_queries(60) as few:
        client.get(page)
    for n in range(12):
        desk.handed_in(f"更多 {n}")
    with django_assert_max_num_queries(len(few)):
        assert client.get(page).status_code == 200
