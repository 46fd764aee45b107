"""Ratings and comments: who may say what, what waits for review, what comes of it."""

import pytest
from django.test import Client
from django.utils import timezone

from lifelong.accounts.actions import agree, withdraw_consent
from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, person, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.learning import policy
from lifelong.learning.actions import shelf, voices
from lifelong.learning.lifecycle import COMMENT_STEPS, CommentState, FlagState
from lifelong.learning.models import Comment, CommentFlag, Note, Rating
from lifelong.learning.queries import voices as queries
from lifelong.notices.models import Notice
from lifelong.screening.actions import add_words, make_list

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def address(entry, name: str) -> str:
    return f"/learning/resources/{entry.identifier}/{name}"


def said(entry, by, text="讲得很清楚", state=CommentState.SHOWN, **more):
    comment = voices.say(entry, text=text, by=by, at=timezone.now(), **more)
    Comment.objects.filter(pk=comment.pk).update(
        state=state, reason="原因", decided_at=None if state == CommentState.WAITING else timezone.now()
    )
    comment.refresh_from_db()
    return comment


@pytest.fixture
def words(db):
    now = timezone.now()
    for severity, word in (("block", "包治百病"), ("look", "绝对")):
        add_words(make_list(severity, "虚假宣传", severity, by=None, at=now), [word], by=None, at=now)


# Ratings


def test_a_learner_has_one_rating_which_can_change_and_go(entry, learner):
    client = signed_in(learner)
    client.post(address(entry, "rating"), {"stars": "3"})
    client.post(address(entry, "rating"), {"stars": "5"})
    assert Rating.objects.get().stars == 5
    client.post(address(entry, "rating"), {"do": "remove"})
    assert not Rating.objects.exists()


@pytest.mark.parametrize("stars", ["", "0", "6", "²", "x"])
def test_what_is_no_number_of_stars_is_refused(entry, learner, stars):
    assert signed_in(learner).post(address(entry, "rating"), {"stars": stars}).status_code == 422
    assert not Rating.objects.exists()


def test_the_average_is_shown_from_three_ratings_on(entry):
    for number, stars in enumerate((5, 4, 4)):
        assert queries.standing(entry, person(f"p{number}@example.org")).average is None
        voices.rate(entry, stars=stars, by=person(f"r{number}@example.org"), at=timezone.now())
    found = queries.standing(entry, person("x@example.org"))
    assert (found.average, found.number, found.mine) == (4.3, 3, 0)
    assert "3 人评分" in Client().get(address(entry, "voices")).content.decode()


# Saying


def test_a_comment_waits_and_only_its_author_sees_it(entry, learner, other):
    signed_in(learner).post(address(entry, "comments"), {"text": "起势一段很好"})
    comment = Comment.objects.get()
    assert (comment.state, comment.author) == (CommentState.WAITING, "张*")
    assert "起势一段很好" in signed_in(learner).get(address(entry, "voices")).content.decode()
    for client in (Client(), signed_in(other)):
        assert "起势一段很好" not in client.get(address(entry, "voices")).content.decode()


@pytest.mark.parametrize("fragment", [True, False])
def test_a_blocked_word_is_named_and_what_was_typed_stays(entry, learner, words, fragment):
    answer = signed_in(learner).post(
        address(entry, "comments"), {"text": "这个包 治 百 病的方法"}, **(FRAGMENT if fragment else {})
    )
    page = answer.content.decode()
    assert "不能发布" in page
    assert "这个包 治 百 病的方法" in page
    assert not Comment.objects.exists()


def test_a_word_to_look_at_goes_to_the_moderator_marked(entry, learner, operator, words):
    voices.say(entry, text="绝对值得一看", by=learner, at=timezone.now())
    page = signed_in(operator).get("/work/comments/").content.decode()
    assert '<mark title="虚假宣传">绝对</mark>' in page


def test_too_many_comments_in_a_short_time_are_refused(entry, learner):
    client = signed_in(learner)
    for number in range(10):
        client.post(address(entry, "comments"), {"text": f"评论 {number}"})
    answer = client.post(address(entry, "comments"), {"text": "再来一条"})
    assert "过于频繁" in answer.content.decode()
    assert Comment.objects.count() == 10


def test_a_reply_takes_no_reply(entry, learner, other):
    first = said(entry, learner)
    answer = said(entry, other, "同意", parent=first)
    with pytest.raises(voices.StateChanged):
        voices.say(entry, text="再回", parent=answer, by=learner, at=timezone.now())
    page = Client().get(address(entry, "voices")).content.decode()
    assert page.index("讲得很清楚") < page.index("同意")


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"text": "啊" * 10_000}, 422, "最多 1000 个字，现在有 10000 个。"),
        ({"text": "a\x00b"}, 422, "不能使用的字符"),
        ({"text": " "}, 422, "请先写下内容。"),
        ({"text": "答复", "parent": "9" * 40}, 404, ""),
    ],
)
def test_what_cannot_be_a_comment_is_refused_in_words(entry, learner, sent, status, words):
    answer = signed_in(learner, both=False).post(f"/learning/resources/{entry.identifier}/comments", sent)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert not Comment.objects.exists()


def test_a_reply_belongs_to_the_resource_of_its_parent(entry, library, learner):
    first = said(entry, learner)
    elsewhere = library["中医养生保健"]
    answer = signed_in(learner).post(address(elsewhere, "comments"), {"text": "串门", "parent": first.pk})
    assert answer.status_code == 404


def test_who_withdrew_the_consent_is_kept_nothing_of_until_they_agree_again(entry, learner):
    now = timezone.now()
    agree(learner, by=learner, at=now)
    withdraw_consent(learner, by=learner, at=now)
    for act in (
        lambda: voices.say(entry, text="评论", by=learner, at=now),
        lambda: voices.rate(entry, stars=5, by=learner, at=now),
        lambda: shelf.keep(entry, by=learner, at=now),
    ):
        with pytest.raises(shelf.MayNotKeep):
            act()
    agree(learner, by=learner, at=now)
    voices.rate(entry, stars=5, by=learner, at=now)


# Who may what: role × state × verb

STATES = list(CommentState)
MAY = {
    "author": {
        "withdraw": set(STATES) - {"withdrawn"},
        "flag": set(),
        "appeal": {"refused", "removed"},
        "reply": {"shown"},
    },
    "other": {"withdraw": set(), "flag": {"shown"}, "appeal": set(), "reply": {"shown"}},
    "operator": {"withdraw": set(), "flag": {"shown"}, "appeal": set(), "reply": {"shown"}},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", list(MAY))
def test_the_matrix_of_what_may_be_done_with_a_comment(entry, learner, other, operator, who, state):
    comment = said(entry, learner, state=state)
    user = {"author": learner, "other": other, "operator": operator}[who]
    found = policy.abilities(user, comment)
    assert found == {verb: state in states for verb, states in MAY[who].items()}


ROLES = [*Role.values, "learner"]


@pytest.mark.parametrize("role", ROLES)
def test_only_the_operator_moderates(entry, learner, other, role):
    user = other if role == "learner" else holder(role)
    comment = said(entry, learner, state=CommentState.WAITING)
    assert policy.can_decide(user, comment, CommentState.SHOWN) == (role == Role.OPERATOR)
    assert signed_in(user).get("/work/comments/").status_code == (200 if role == Role.OPERATOR else 403)
    assert signed_in(user).post(f"/work/comments/{comment.pk}/appeal", {}).status_code == (
        302 if role == Role.OPERATOR else 403
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("to", [CommentState.SHOWN, CommentState.REFUSED, CommentState.REMOVED])
def test_a_decision_goes_only_where_the_lifecycle_leads(entry, learner, operator, state, to):
    comment = said(entry, learner, state=state)
    allowed = to in COMMENT_STEPS[state] and state in {CommentState.WAITING, CommentState.SHOWN}
    assert policy.can_decide(operator, comment, to) == allowed
    if not allowed:
        with pytest.raises(voices.StateChanged):
            voices.decide(comment, to=to, reason="理由", by=operator, at=timezone.now())


def test_nobody_judges_their_own_words(entry, operator):
    comment = said(entry, operator, state=CommentState.WAITING)
    with pytest.raises(voices.MayNotModerate):
        voices.decide(comment, to=CommentState.SHOWN, by=operator, at=timezone.now())
    page = signed_in(operator).get("/work/comments/").content.decode()
    assert f'name="id" value="{comment.pk}"' not in page


# What comes of it


def test_many_are_approved_at_once_and_the_rest_comes_back_with_its_reason(entry, learner, operator):
    waiting = [said(entry, learner, f"评论 {n}", CommentState.WAITING) for n in range(3)]
    mine = said(entry, operator, "我自己的", CommentState.WAITING)
    client = signed_in(operator)
    answer = client.post("/work/comments/", {"id": [c.pk for c in [*waiting, mine]], "do": "shown"})
    assert "须由其他人审核" in answer.content.decode()
    assert Comment.objects.filter(state=CommentState.SHOWN).count() == 3
    assert Notice.objects.filter(user=learner, kind="learning.comment_shown").count() == 3
    assert AuditEntry.objects.filter(verb="learning.comment_shown").count() == 3


def test_a_refusal_needs_a_reason_which_the_author_reads(entry, learner, operator):
    comment = said(entry, learner, state=CommentState.WAITING)
    client = signed_in(operator)
    page = client.post("/work/comments/", {"id": comment.pk, "do": "refused"}).content.decode()
    assert "请写明理由" in page
    client.post("/work/comments/", {"id": comment.pk, "do": "refused", "reason": "与资源无关"})
    assert "与资源无关" in Notice.objects.get(user=learner).text
    assert "与资源无关" in signed_in(learner).get("/learning/comments").content.decode()


def test_a_flag_is_upheld_by_removing_and_dismissed_by_keeping(entry, learner, other, operator):
    first, second = said(entry, learner, "一"), said(entry, learner, "二")
    for comment in (first, second):
        signed_in(other).post(f"/learning/comments/{comment.pk}/flag", {"reason": "广告"})
    page = signed_in(operator).get("/work/comments/?show=flagged").content.decode()
    assert page.count("广告") == 2
    client = signed_in(operator)
    client.post("/work/comments/?show=flagged", {"id": first.pk, "do": "keep"})
    client.post("/work/comments/?show=flagged", {"id": second.pk, "do": "removed", "reason": "广告"})
    assert CommentFlag.objects.get(comment=first).state == FlagState.DISMISSED
    assert CommentFlag.objects.get(comment=second).state == FlagState.UPHELD
    assert "二" not in [c.text for c in queries.threads(entry, other)]
    assert signed_in(other).get(f"/learning/comments/{second.pk}/flag").status_code == 404


def test_an_appeal_brings_a_comment_back_or_is_answered_once(entry, learner, operator):
    comment = said(entry, learner, state=CommentState.REFUSED)
    client, desk = signed_in(learner), signed_in(operator)
    client.post(f"/learning/comments/{comment.pk}/appeal", {"text": "说的是课程内容"})
    assert "说的是课程内容" in desk.get("/work/comments/?show=appealed").content.decode()
    desk.post(f"/work/comments/{comment.pk}/appeal", {"grant": "0", "answer": "仍与资源无关"})
    comment.refresh_from_db()
    assert (comment.state, comment.appeal_answer) == (CommentState.REFUSED, "仍与资源无关")
    assert not policy.can_appeal(learner, comment)
    with pytest.raises(voices.StateChanged):
        voices.answer_appeal(comment, grant=True, answer="改主意", by=operator, at=timezone.now())
    removed = said(entry, learner, "另一条", CommentState.REMOVED)
    voices.appeal(removed, text="请再看", by=learner, at=timezone.now())
    voices.answer_appeal(removed, grant=True, answer="确实没问题", by=operator, at=timezone.now())
    assert "另一条" in Client().get(address(entry, "voices")).content.decode()
    voices.decide(removed, to=CommentState.REMOVED, reason="又被举报", by=operator, at=timezone.now())
    removed.refresh_from_db()
    assert policy.can_appeal(learner, removed)  # against the new removal


def test_the_author_deletes_their_own_and_nobody_elses(entry, learner, other):
    comment = said(entry, learner)
    assert signed_in(other).post(f"/learning/comments/{comment.pk}/delete").status_code == 404
    signed_in(learner).post(f"/learning/comments/{comment.pk}/delete")
    assert "讲得很清楚" not in Client().get(address(entry, "voices")).content.decode()
    assert "讲得很清楚" not in signed_in(learner).get(address(entry, "voices")).content.decode()


@pytest.mark.parametrize("path", ["voices", "/learning/comments", "/work/comments/?show=all", "/work/comments/"])
def test_lists_of_comments_ask_a_constant_number_of_times(
    path, entry, library, learner, operator, django_assert_max_num_queries
):
    client = signed_in(operator if path.startswith("/work") else learner)
    path = path if path.startswith("/") else address(entry, path)
    state = CommentState.WAITING if path == "/work/comments/" else CommentState.SHOWN
    talk(entry, learner, state)
    client.get(path)
    with django_assert_max_num_queries(18) as few:
        client.get(path)
    for one in library.values():
        talk(one, learner, state)
        talk(one, learner, state)
    with django_assert_max_num_queries(len(few)):
        assert client.get(path).status_code == 200


def talk(entry, learner, state) -> None:
    first = said(entry, learner)
    said(entry, learner, "回复", parent=first)
    Comment.objects.update(state=state)


def test_what_is_sent_twice_stands_once(entry, learner):
    client = signed_in(learner)
    for _press in range(2):
        client.post(address(entry, "comments"), {"text": " 讲得很清楚"})
        client.post(address(entry, "notes"), {"text": "这里要记住", "second": "9"})
    assert Comment.objects.count() == Note.objects.count() == 1
    client.post(address(entry, "notes"), {"text": "这里要记住", "second": "10"})
    assert Note.objects.count() == 2
