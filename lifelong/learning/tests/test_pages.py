"""What learners, strangers and the operator see of study time."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.learning import policy
from lifelong.learning.actions import certificates as acts
from lifelong.learning.actions.study import take_in
from lifelong.learning.beats import tickets
from lifelong.learning.models import Certificate, Progress, StudySession
from lifelong.learning.tests.studying import Player, playable
from lifelong.notices.models import Notice

pytestmark = pytest.mark.django_db
PAGES = ["/learning/", "/learning/history", "/learning/record", "/learning/record.xlsx", "/learning/certificates"]


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def studied(learner, now):
    """Ninety seconds of one resource and a whole other."""
    player = Player(learner, playable(), at=now - timedelta(minutes=30))
    take_in([player.beat(90, (0, 85))])
    other = Player(learner, playable("太极拳进阶"), at=now - timedelta(minutes=20))
    take_in([other.beat(100, (0, 100))])
    return player


@pytest.fixture
def client(learner):
    return signed_in(learner)


@pytest.fixture
def certificate(studied, learner, now):
    today = timezone.localdate()
    return acts.issue(name="张建华", from_date=today - timedelta(days=7), to_date=today, by=learner, at=now)


def begin(client, resource: str, **more):
    return client.post(
        "/learning/sessions", json.dumps({"resource": resource, **more}), content_type="application/json"
    )


def test_a_session_begins_with_a_ticket_and_the_place(client, learner):
    entry = playable(files=2)
    answer = begin(client, entry.identifier, file=2).json()
    assert (answer["beat_url"], answer["every_s"], answer["place_s"]) == ("/beats", 15, 0)
    ticket = tickets.read(answer["ticket"])
    assert (ticket.user, ticket.resource, ticket.file, ticket.length_s) == (learner.pk, entry.resource_id, 2, 100)
    begin(client, entry.identifier)
    assert StudySession.objects.filter(user=learner, ended_at=None).count() == 1


@pytest.mark.parametrize("body", ["", "[]", "7", '{"resource": 7}', '{"resource": "X", "file": "1"}', '{"file": 1}'])
def test_what_makes_no_sense_begins_nothing(client, body):
    answer = client.post(
        "/learning/sessions", body, content_type="application/json", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 400
    assert not StudySession.objects.exists()


def test_nobody_begins_without_an_account_or_on_nothing(client, django_user_model):
    from django.test import Client

    entry = playable()
    assert begin(Client(), entry.identifier).status_code == 302
    assert begin(client, "NOTHING00").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert begin(strict, entry.identifier).status_code == 403


def test_the_place_follows_the_person(client, studied):
    entry = playable(load=False)
    told = client.get("/learning/place", {"resource": entry.identifier}).json()
    assert told["place_s"] == 85
    assert abs(told["at"] / 1000 - studied.began.timestamp() - 90) < 1
    assert client.get("/learning/place", {"resource": "x", "file": "९"}).json() == {
        "place_s": None,
        "at": None,
        "file": 0,
    }
    done = playable("太极拳进阶", load=False)
    assert client.get("/learning/place", {"resource": done.identifier}).json()["place_s"] == 0  # from the start again
    last = studied.progress
    last.refresh_from_db()
    last.pk, last.file, last.place_s, last.changed_at = None, 2, 7, last.changed_at + timedelta(seconds=1)
    last.save()
    latest, first = (
        client.get("/learning/place", {"resource": entry.identifier, **asked}).json() for asked in ({}, {"file": 1})
    )
    assert (latest["file"], latest["place_s"], first["file"], first["place_s"]) == (2, 7, 1, 85)


def test_the_player_of_who_is_signed_in_asks_and_that_of_others_does_not(client, studied):
    from django.test import Client

    address = f"/resources/{playable(load=False).identifier}"
    page = text(client.get(address))
    assert 'data-learn="/learning/sessions" data-place="/learning/place"' in page
    assert "csrfmiddlewaretoken" in page
    page = text(Client().get(address))
    assert "data-learn" not in page
    assert "csrfmiddlewaretoken" not in page


@pytest.mark.parametrize("address", PAGES)
def test_a_learners_pages_are_their_own_and_open_empty_too(client, address):
    from django.test import Client

    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address", PAGES)
def test_the_number_of_queries_is_small_and_does_not_grow(
    client, learner, studied, now, address, django_assert_max_num_queries
):
    for title in ("智能手机摄影基础", "中医养生保健"):
        player = Player(learner, playable(title, files=3), at=now - timedelta(minutes=10), file=2)
        take_in([player.beat(60, (0, 50))])
    with django_assert_max_num_queries(10):
        client.get(address)


def test_my_learning_shows_what_goes_on_what_is_done_and_the_week(client, studied):
    page = text(client.get("/learning/"))
    assert re.search(r'href="/resources/\w+\?t=85">二十四式太极拳入门', page)
    assert "学到 1:25，已学 85%" in page
    assert "已学完" in page
    assert "太极拳进阶" in page
    assert "本周学了 3 分钟" in page
    assert 'class="study-bar"' in page


def test_in_large_letters_a_page_of_ones_own_says_first_what_it_is(client, learner):
    address = "/learning/record"
    plain = text(client.get(address))
    assert plain.index('class="mine-nav"') < plain.index("<h1>")
    client.cookies["elder"] = "1"
    large = text(client.get(address))
    assert large.index("<h1>") < large.index('href="#mine-nav"') < large.index('<nav class="mine-nav" id="mine-nav"')
    assert large.count("学时证明") == plain.count("学时证明")


def test_the_header_leads_a_learner_to_their_learning_and_staff_to_their_desk_too(client, learner):
    page = text(client.get("/help"))
    assert "我的学习" in page
    assert "工作台" not in page
    page = text(signed_in(holder(Role.OPERATOR)).get("/help"))
    assert "我的学习" in page
    assert "工作台" in page


def test_what_is_taken_out_of_the_history_is_out_of_sight_only(client, learner, studied):
    assert "二十四式太极拳入门" in text(client.get("/learning/history"))
    client.post("/learning/history/hide", {"resource": studied.ticket.resource})
    page = text(client.get("/learning/history"))
    assert "二十四式太极拳入门" not in page
    assert "太极拳进阶" in page
    client.post("/learning/history/hide")
    assert "列表是空的" in text(client.get("/learning/history"))
    assert "二十四式太极拳入门" in text(client.get("/learning/record"))
    assert Progress.objects.get(pk=studied.progress.pk).seen_s == 85


def test_nobody_hides_what_is_anothers(stranger, studied):
    signed_in(stranger).post("/learning/history/hide", {"resource": studied.ticket.resource})
    assert Progress.objects.get(pk=studied.progress.pk).hidden_at is None
    assert signed_in(stranger).post("/learning/history/hide", {"resource": "x"}).status_code == 404


def test_a_record_tells_seen_and_spent_of_a_period(client, studied):
    page = text(client.get("/learning/record"))
    assert "学习时长 <b>3 分钟</b>" in page
    assert "洛" in page or "二十四式太极拳入门" in page
    page = text(client.get("/learning/record?since=2020-01-01&until=2020-02-01"))
    assert "这段时间没有学习记录" in page
    page = text(client.get("/learning/record?since=2030-01-01&until=x"))
    assert "处需要修改" in page
    sheet = client.get("/learning/record.xlsx")
    assert sheet.content[:2] == b"PK"


def test_a_resource_that_is_offline_stays_in_the_record_without_a_link(client, studied):
    entry = playable(load=False)
    entry.visibility = "hidden"
    entry.save()
    page = text(client.get("/learning/record"))
    assert "二十四式太极拳入门" in page
    assert entry.identifier not in page
    assert "已下架" in text(client.get("/learning/history"))


def test_a_certificate_is_frozen_recorded_and_printed(client, learner, certificate, studied, now):
    assert certificate.content_s == 185
    assert {item["title"] for item in certificate.items} == {"二十四式太极拳入门", "太极拳进阶"}
    assert AuditEntry.objects.filter(verb="learning.certificate_issued", target_id=str(certificate.pk)).exists()
    player = Player(learner, playable("中医养生保健"), at=now - timedelta(minutes=10))
    take_in([player.beat(60, (0, 50))])
    assert Certificate.objects.get(pk=certificate.pk).content_s == 185
    paper = client.get(f"/learning/certificates/{certificate.number}.pdf")
    assert paper.content[:5] == b"%PDF-"
    assert paper.content == client.get(f"/learning/certificates/{certificate.number}.pdf").content


def test_the_form_issues_one_and_says_what_is_wrong(client, studied):
    today = timezone.localdate()
    days = {"since": (today - timedelta(days=1)).isoformat(), "until": today.isoformat()}  # midnight may lie in between
    answer = client.post("/learning/certificates", {"name": "  张  建华 ", **days}, follow=True)
    made = Certificate.objects.get()
    assert made.name == "张 建华"
    assert made.number in text(answer)
    client.post("/learning/certificates", {"name": "张 建华", **days})  # pressed twice, or asked for again
    assert Certificate.objects.get() == made
    for wrong in (
        {"name": ""},
        {"since": "2999-01-01"},
        {"until": "2999-01-01"},
        {"since": "2020-01-01", "until": "2020-01-02"},
        {"name": "张\x07三"},
        {"name": "赵𠮷"},  # would be printed as an empty box
    ):
        answer = client.post("/learning/certificates", {"name": "张建华", **days, **wrong})
        assert answer.status_code == 422, wrong
    assert Certificate.objects.count() == 1


def test_a_day_has_so_many_certificates(learner, studied, now, monkeypatch):
    monkeypatch.setattr(acts, "MOST_IN_A_DAY", 1)
    today = timezone.localdate()
    days = {"from_date": today - timedelta(days=1), "to_date": today}
    acts.issue(name="张建华", **days, by=learner, at=now)
    with pytest.raises(acts.TooManyCertificates):
        acts.issue(name="张健华", **days, by=learner, at=now)


def test_anybody_may_ask_whether_a_number_is_genuine_and_sees_no_whole_name(certificate, operator, now):
    from django.test import Client

    anybody = Client()
    page = text(anybody.get(f"/verify/{certificate.number}"))
    assert "这份证明是真的" in page
    assert "张*" in page
    assert "张建华" not in page
    assert "3 分钟" in page
    assert (
        anybody.get("/verify", {"number": f" {certificate.number[:4].lower()}-{certificate.number[4:]} "})["Location"]
        == f"/verify/{certificate.number}"
    )
    for unknown in ("/verify/7K3M9Q2XA", "/verify/nonsense", "/verify?number=nonsense"):
        answer = anybody.get(unknown)
        assert answer.status_code == 404
        assert "没有编号为" in text(answer)
    acts.revoke(certificate, reason="冒用他人账号", by=operator, at=now)
    page = text(anybody.get(f"/verify/{certificate.number}"))
    assert "这份证明已作废" in page
    assert "冒用" not in page


def test_the_operator_revokes_with_a_reason_and_the_holder_learns_of_it(certificate, operator, learner):
    client = signed_in(operator)
    assert certificate.number in text(client.get("/work/certificates/", {"text": "张建"}))
    address = f"/work/certificates/{certificate.number}"
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "冒用他人账号"}).status_code == 302
    assert AuditEntry.objects.filter(verb="learning.certificate_revoked", target_id=str(certificate.pk)).exists()
    assert Notice.objects.filter(user=learner).exists()
    assert client.post(address, {"reason": "再来一次"}).status_code == 409
    assert "冒用他人账号" in text(signed_in(learner).get("/learning/certificates"))


@pytest.mark.parametrize("who", [*Role.values, "learner", "stranger"])
def test_who_may_do_what_with_a_certificate(certificate, learner, stranger, now, who):
    people = {"learner": learner, "stranger": stranger}
    user = people.get(who) or holder(who, email=f"the-{who}@example.org")
    assert policy.can_read_certificate(user, certificate) == (who == "learner")
    assert policy.can_revoke(user, certificate) == (who == Role.OPERATOR)
    client = signed_in(user)
    paper = client.get(f"/learning/certificates/{certificate.number}.pdf").status_code
    desk = client.get(f"/work/certificates/{certificate.number}").status_code
    assert paper == (200 if who == "learner" else 404)
    assert desk == (200 if who == Role.OPERATOR else 403)
    if who != Role.OPERATOR:
        with pytest.raises(acts.MayNotRevoke):
            acts.revoke(certificate, reason="不该", by=user, at=now)
    assert policy.can_study(user, playable(load=False))
    hidden = playable(load=False)
    hidden.visibility = "hidden"
    assert not policy.can_study(user, hidden)
