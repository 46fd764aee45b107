"""xAPI out, against a small LRS on loopback that holds statements to the letter of the specification."""

import base64
import json
import re
import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.catalogue.tests.school import HOST, school
from lifelong.learning import tasks, xapi
from lifelong.learning.actions import certificates, forwarding, privacy, statements, study, voices
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import DeliveryState, StatementConsent, StatementDelivery, StatementStore
from lifelong.learning.tests.studying import Player, playable

pytestmark = pytest.mark.django_db
ENDPOINT = f"https://{HOST}/xapi"
KEY = "Basic " + base64.b64encode(b"key:geheim").decode()
IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.I)
DURATION = re.compile(r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?")
TOP = {"id", "actor", "verb", "object", "result", "context", "timestamp"}
RESULT = {"score", "success", "completion", "response", "duration", "extensions"}
CONTEXT = {"registration", "contextActivities", "revision", "platform", "language", "extensions"}


def check(said):
    """As xAPI 1.0.3, part two, 2.4 wants it; an AssertionError says what is wrong."""
    assert set(said) <= TOP
    assert str(uuid.UUID(said["id"])) == said["id"]
    agent = said["actor"]
    assert len({"mbox", "account", "openid", "mbox_sha1sum"} & set(agent)) == 1
    assert agent.get("mbox", "mailto:x@y").startswith("mailto:")
    if "account" in agent:
        assert set(agent["account"]) == {"homePage", "name"}
        assert IRI.fullmatch(agent["account"]["homePage"])
    assert IRI.fullmatch(said["verb"]["id"])
    assert all(re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", tag) for tag in said["verb"]["display"])
    about = said["object"]
    if about["objectType"] == "StatementRef":
        uuid.UUID(about["id"])
        assert "context" not in said
    else:
        assert about["objectType"] == "Activity"
        assert IRI.fullmatch(about["id"])
        assert IRI.fullmatch(about["definition"]["type"])
        assert set(about["definition"]) <= {"name", "description", "type", "moreInfo", "extensions"}
    assert datetime.fromisoformat(said["timestamp"]).tzinfo
    result, context = said.get("result", {}), said.get("context", {})
    assert set(result) <= RESULT
    assert set(context) <= CONTEXT
    assert DURATION.fullmatch(result.get("duration", "PT0S"))
    if score := result.get("score"):
        assert -1 <= score["scaled"] <= 1
        assert score["min"] <= score["raw"] <= score["max"]
    for part in (result, context):
        assert all(IRI.fullmatch(name) for name in part.get("extensions", {}))


class Lrs:
    """Stores and answers as the specification says; ``answers`` are given instead, one a request."""

    def __init__(self):
        self.kept, self.batches, self.answers = {}, [], []
        self.poison, self.breaking = set(), set()  # verbs that are judged wrong; at which it fails

    def answer(self, path, headers, body):
        if path == "/xapi/about":
            return 200, {"version": ["1.0.3"]}
        if headers.get("Authorization") != KEY:
            return 401, {}
        assert headers["X-Experience-API-Version"] == "1.0.3"
        if not body:
            wanted = parse_qs(urlsplit(path).query).get("statementId")
            if wanted:
                return (200, self.kept[wanted[0]]) if wanted[0] in self.kept else (404, {})
            return 200, {"statements": []}
        assert path == "/xapi/statements"
        if self.answers:
            return self.answers.pop(0), {}
        told = json.loads(body)
        self.batches.append(len(told))
        if any(one["verb"]["id"].rpartition("/")[2] in self.breaking for one in told):
            return 500, {}
        try:
            for one in told:
                check(one)
                assert one["verb"]["id"].rpartition("/")[2] not in self.poison, "not liked here"
        except AssertionError as error:
            return 400, {"error": str(error)[:60]}
        if any(one["id"] in self.kept for one in told):
            return 409, {}
        self.kept |= {one["id"]: one for one in told}
        return 200, [one["id"] for one in told]


@pytest.fixture
def lrs(tmp_path, monkeypatch):
    with school(tmp_path, monkeypatch) as server:
        found = Lrs()
        server.answer = found.answer
        yield found


@pytest.fixture
def store(operator, lrs):
    facts = {"name": "区域学习记录库", "endpoint": ENDPOINT, "key": "key", "secret": "geheim", "is_open": True}
    return forwarding.save_store(**facts, by=operator, at=timezone.now() - timedelta(days=2))


@pytest.fixture
def willing(learner, store):
    statements.agree(learner, by_email=False, at=timezone.now() - timedelta(days=1))
    return learner


def studied(learner, entry, *, whole=True):
    player = Player(learner, entry, at=timezone.now() - timedelta(hours=1))
    study.take_in([player.beat(60, (0, 60)), *([player.beat(100, (60, 95))] if whole else [])])
    return player


def send():
    return tasks.send_statements.func()


def verbs(lrs):
    return [one["verb"]["id"].rpartition("/")[2] for one in lrs.kept.values()]


def test_what_a_willing_learner_did_arrives_once_in_the_shape_of_the_specification(willing, operator, lrs, store):
    entry = playable()
    studied(willing, entry)
    Player(willing, entry, at=timezone.now())  # the later session ends the earlier one
    voices.rate(entry, stars=4, by=willing, at=timezone.now())
    comment = voices.say(entry, text="讲得很清楚", by=willing, at=timezone.now())
    certificates.issue(
        name="张建华", from_date=timezone.localdate() - timedelta(days=1), to_date=timezone.localdate(), by=willing,
        at=timezone.now(),
    )  # fmt: skip
    assert send() == 6
    assert verbs(lrs) == ["initialized", "completed", "terminated", "initialized", "rated", "earned"]
    assert lrs.batches == [6]
    assert send() == 0
    done = next(one for one in lrs.kept.values() if one["verb"]["id"].endswith("completed"))
    assert done["result"]["completion"] is True
    assert done["result"]["duration"] == "PT95.00S"
    extensions = done["result"]["extensions"]
    assert extensions["https://w3id.org/xapi/video/extensions/progress"] == 0.95
    assert extensions["https://w3id.org/xapi/video/extensions/played-segments"] == "0.000[.]95.000"
    consent = StatementConsent.objects.get()
    whole = json.dumps(list(lrs.kept.values()), ensure_ascii=False)
    assert done["actor"]["account"]["name"] == str(consent.pseudonym)
    assert "张建华" not in whole
    assert willing.email not in whole
    voices.decide(comment, to=CommentState.SHOWN, by=operator, at=timezone.now())  # public only now
    assert send() == 1
    voices.decide(comment, to=CommentState.REMOVED, reason="不宜公开", by=operator, at=timezone.now())
    assert send() == 1
    said, void = list(lrs.kept.values())[-2:]
    assert said["result"]["response"] == "讲得很清楚"
    assert void["object"] == {"objectType": "StatementRef", "id": said["id"]}
    mine = signed_in(willing).get("/learning/statements.json").json()
    for one in mine:
        check(one)
    assert {one["id"] for one in mine} <= set(lrs.kept)
    assert StatementStore.objects.get().sent == 8


def test_a_part_of_a_course_is_never_told_as_the_course():
    files = [{"position": n, "title": f"第 {n} 讲", "kind": "mp4"} for n in (1, 2)]
    course = SimpleNamespace(identifier="7K3M9Q2XA", title="园艺", type="A03", files=files)
    session = SimpleNamespace(pk=1, file=1, began_at=timezone.now())
    told = xapi.begun(session, course, 30.0, xapi.agent("x"))
    whole = xapi.resource(course)
    assert told["object"]["id"] == whole["id"] + "?file=1"
    assert told["object"]["definition"]["type"].endswith("/video")
    assert told["context"]["contextActivities"]["parent"] == [whole]
    assert whole["definition"]["name"] == {"zh-CN": "园艺"}


def test_nothing_is_written_down_without_a_yes_to_this_receiver(learner, other, operator, store, lrs):
    entry = playable()
    studied(learner, entry)
    assert not StatementDelivery.objects.exists()
    statements.agree(learner, by_email=True, at=timezone.now())
    forwarding.save_store(
        name="后来的", endpoint=f"{ENDPOINT}2", key="k", secret="s", is_open=True, by=operator,
        at=timezone.now() + timedelta(seconds=1),
    )  # fmt: skip
    voices.rate(entry, stars=5, by=learner, at=timezone.now())
    voices.rate(entry, stars=5, by=other, at=timezone.now())
    [waiting] = StatementDelivery.objects.all()
    assert waiting.store == store
    assert waiting.body["actor"] == {"objectType": "Agent", "mbox": f"mailto:{learner.email}"}
    privacy.withdraw_consent(learner, by=learner, at=timezone.now())
    assert not StatementDelivery.objects.exists()
    page = signed_in(learner)
    page.post("/learning/statements", {"do": "agree", "by": "account"})
    assert "只看到一个假名" in page.get("/learning/statements").content.decode()
    page.post("/learning/statements", {"do": "withdraw"})
    assert StatementConsent.objects.get().withdrawn_at
    assert AuditEntry.objects.filter(verb="learning.statements_withdrawn").count() == 2


def test_a_poisoned_statement_is_set_aside_with_its_answer_and_the_others_go_on(willing, operator, lrs, store):
    lrs.poison = {"completed"}
    studied(willing, playable())
    voices.rate(playable(), stars=3, by=willing, at=timezone.now())
    assert send() == 2
    [refused] = StatementDelivery.objects.filter(state=DeliveryState.REFUSED)
    assert refused.kind == "completed"
    assert "not liked here" in refused.answer
    desk = signed_in(operator)
    assert "not liked here" in desk.get(f"/work/statements/{store.pk}/").content.decode()
    lrs.poison = set()
    desk.post(f"/work/statements/{store.pk}/refused", {"do": "again"})
    assert send() == 1
    assert sorted(verbs(lrs)) == ["completed", "initialized", "rated"]


def later(*, hours):
    """A turn after all patience."""
    return forwarding.send_due(at=timezone.now() + timedelta(hours=hours))


def test_a_statement_at_which_the_store_always_fails_holds_nothing_up_for_good(willing, lrs, store):
    lrs.breaking = {"initialized", "completed"}
    studied(willing, playable())
    for stars in range(1, 6):
        voices.rate(playable(), stars=stars, by=willing, at=timezone.now() + timedelta(seconds=stars))
    assert [later(hours=turn * 7) for turn in range(3)] == [0, 0, 0]  # perhaps it is the store
    assert lrs.batches == [7, 7, 7]
    assert later(hours=28) == 5
    refused = StatementDelivery.objects.filter(state=DeliveryState.REFUSED)
    assert {one.kind for one in refused} == lrs.breaking
    assert all("500" in one.answer for one in refused)
    assert StatementStore.objects.get().trouble == ""
    assert send() == 0


def test_a_store_that_is_out_of_order_loses_nothing_and_is_not_asked_statement_by_statement(willing, lrs, store):
    lrs.breaking = {"initialized", "completed", "rated"}
    studied(willing, playable())
    for second in range(30):
        voices.rate(playable(), stars=1 + second % 5, by=willing, at=timezone.now() + timedelta(seconds=second))
    StatementStore.objects.update(failures=forwarding.SUSPICIOUS)
    assert later(hours=7) == 0
    assert len(lrs.batches) < 12
    assert StatementStore.objects.get().failures == 4
    assert not StatementDelivery.objects.exclude(state=DeliveryState.WAITING).exists()
    lrs.breaking = set()
    assert later(hours=14) == 32
    assert not StatementDelivery.objects.exclude(state=DeliveryState.SENT).exists()


def test_half_an_hour_away_is_the_end_told_once_and_the_session_counts_on(willing, lrs, store):
    entry = playable()
    player = studied(willing, entry, whole=False)
    away = player.row().last_at
    assert statements.note_idle(at=away + timedelta(minutes=29)) == 0
    assert statements.note_idle(at=away + timedelta(minutes=31)) == 1
    statements.note_idle(at=away + timedelta(minutes=36))
    assert send() == 2
    assert verbs(lrs) == ["initialized", "terminated"]
    assert list(lrs.kept.values())[-1]["result"]["duration"] == "PT60.00S"
    mine = signed_in(willing).get("/learning/statements.json").json()
    assert {one["id"] for one in mine} == set(lrs.kept)
    study.take_in([player.beat(60 + 2000, (60, 100))])  # what the line held back
    assert player.row().content_s == 100
    Player(willing, entry, at=timezone.now())
    send()
    assert verbs(lrs)[2:] == ["completed", "initialized"]


def test_a_conflict_about_the_same_statement_is_none_and_about_another_is_one(willing, lrs, store):
    entry = playable()
    voices.rate(entry, stars=3, by=willing, at=timezone.now())
    body = StatementDelivery.objects.get().body
    lrs.kept[body["id"]] = body  # it arrived; our row was lost in a crash
    assert send() == 1
    voices.rate(entry, stars=4, by=willing, at=timezone.now())
    body = StatementDelivery.objects.get(state=DeliveryState.WAITING).body
    lrs.kept[body["id"]] = {**body, "verb": {"id": "http://adlnet.gov/expapi/verbs/failed"}}
    assert send() == 0
    assert StatementDelivery.objects.get(state=DeliveryState.REFUSED).answer.startswith("409")


def test_a_store_that_is_busy_or_locked_is_waited_for_and_nothing_is_lost(willing, lrs, store, monkeypatch):
    voices.rate(playable(), stars=3, by=willing, at=timezone.now())
    for status, words in ((503, "忙"), (401, "密码"), (302, "302"), (500, "500")):
        lrs.answers = [status]
        StatementStore.objects.update(wait_until=None)
        assert send() == 0
        assert words in StatementStore.objects.get().trouble
        assert send() == 0  # not asked again before its time
        assert lrs.answers == []
    told = forwarding.Answer(429, {"retry-after": "7200"}, b"")
    with monkeypatch.context() as patch:
        patch.setattr(forwarding, "ask", lambda *_given, **_named: told)
        StatementStore.objects.update(wait_until=None)
        send()
    assert StatementStore.objects.get().wait_until > timezone.now() + timedelta(minutes=119)
    assert forwarding.send_due(at=timezone.now() + timedelta(hours=3)) == 1
    assert StatementStore.objects.get().trouble == ""


def test_the_desk_tests_a_store_keeps_its_secret_and_leads_to_no_machine_inside(operator, lrs, store, client):
    desk = signed_in(operator)
    given = {"name": "新", "endpoint": "https://10.0.0.1/xapi", "key": "k", "secret": "s", "is_open": "on"}
    for endpoint in (
        "https://10.0.0.1/xapi",
        "https://localhost/x",
        "http://lrs.example.org/",
        "javascript:1",
        f"{ENDPOINT}?a",
    ):
        assert desk.post("/work/statements/new/", {**given, "endpoint": endpoint}).status_code == 422
    assert desk.post("/work/statements/new/", {**given, "endpoint": ENDPOINT}).status_code == 422  # known
    assert desk.post(f"/work/statements/{store.pk}/test").status_code == 302
    assert "1.0.3" in tasks.test_store.func(store.pk)
    page = desk.get(f"/work/statements/{store.pk}/").content.decode()
    assert "连接正常" in page
    assert "geheim" not in page
    assert desk.post(
        f"/work/statements/{store.pk}/", {**given, "name": "改名", "endpoint": ENDPOINT, "key": "key", "secret": ""}
    ).status_code == 302  # fmt: skip
    assert StatementStore.objects.get().secret == "geheim"
    StatementStore.objects.update(key="wrong")
    assert "密码不被接受" in tasks.test_store.func(store.pk)
    assert "geheim" not in str(list(AuditEntry.objects.values()))
    assert client.get("/work/statements/").status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_only_operator_and_system_administrator_come_to_the_stores(role, db):
    wanted = 200 if role in {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR} else 403
    assert signed_in(holder(role)).get("/work/statements/").status_code == wanted
