"""What may be the same resource once more stands beside the round; an opinion on it is kept and stops nothing."""

import pytest
from django.urls import reverse

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.media.models import Rendition
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round, ScreeningHit, Version
from lifelong.review.lifecycle import Stage
from lifelong.review.models import DoubleVerdict
from lifelong.review.queries.doubles import doubles_of
from lifelong.review.queries.obstacles import obstacles_of
from lifelong.review.tests import desk
from lifelong.screening.models import Likeness

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return holder(Role.HANDLING_OFFICER)


def file_of(round: Round):
    return round.version.files.get().media_file


def alike(one: Round, other: Round, picture: float = 0.93, sound: float = 0.8) -> Likeness:
    a, b = sorted((file_of(one), file_of(other)), key=lambda file: file.pk)
    return Likeness.objects.create(one=a, other=b, picture=picture, sound=sound)


@pytest.fixture
def pair():
    mine, theirs = desk.handed_in("太极拳起势"), desk.handed_in("二十四式", of=desk.institution("410300-01", "410300"))
    for round in (mine, theirs):
        Rendition.objects.create(media_file=file_of(round), kind="poster", path="a.jpg", size=1, sha256="a")
    alike(mine, theirs)
    return mine, theirs


def address(round: Round) -> str:
    return reverse("review_round", args=[Stage.PROVINCIAL, round.pk])


def test_a_likeness_stands_beside_the_round_with_both_pictures(officer, pair):
    mine, theirs = pair
    shown = signed_in(officer).get(address(mine)).content.decode()
    assert "可能重复的资源" in shown
    assert "《二十四式》" in shown
    assert "画面 93%" in shown
    assert "声音 80%" in shown
    assert shown.split("side-by-side", 1)[1].count("<img") >= 2
    assert [one.version for one in doubles_of(theirs, officer)] == [mine.version]
    assert obstacles_of(mine, Stage.PROVINCIAL) == []


def test_an_opinion_is_kept_with_its_maker_and_the_newest_stands_last(officer, pair):
    mine, theirs = pair
    client = signed_in(officer)
    target = reverse("review_judge_double", args=[mine.pk, theirs.version.resource_id])
    client.post(target, {"verdict": "double", "note": "同一部片子"})
    client.post(target, {"verdict": "allowed", "note": ""})
    assert list(DoubleVerdict.objects.values_list("verdict", "note", "by")) == [
        ("double", "同一部片子", officer.pk),
        ("allowed", "", officer.pk),
    ]
    assert AuditEntry.objects.filter(verb="review.double_judged").count() == 2
    assert "同一部片子" in client.get(address(mine)).content.decode()
    assert client.post(target, {"verdict": "block"}).status_code == 422
    stranger = desk.handed_in("八段锦")
    unasked = reverse("review_judge_double", args=[mine.pk, stranger.version.resource_id])
    assert client.post(unasked, {"verdict": "double"}).status_code == 404


def test_another_provinces_is_a_fact_without_title_or_picture(officer, pair):
    mine, _theirs = pair
    far = desk.handed_in("外省的名称", of=desk.institution("420100-01", "420100"))
    alike(mine, far, 0.7, 0.0)
    shown = signed_in(officer).get(address(mine)).content.decode()
    assert "库中已有（不在您的审核范围）" in shown
    assert "外省的名称" not in shown
    assert far.version.resource.resource_id not in shown


def test_a_draft_of_somebody_else_is_nobodys_business(officer, pair):
    mine, theirs = pair
    theirs.version.state, theirs.version.first_submitted_at = State.DRAFT, None
    theirs.version.save()
    assert doubles_of(mine, officer) == []


def test_near_titles_and_the_very_same_file_are_told_too_at_a_constant_price(officer, django_assert_max_num_queries):
    mine = desk.handed_in("太极拳 起势")
    others = [desk.handed_in("太极拳起势"), desk.handed_in("八段锦")]
    Version.objects.filter(pk=others[0].version_id).update(title_key="太极拳起势")
    same = file_of(others[1])
    same.sha256 = file_of(mine).sha256
    same.save()
    found = {one.version: (one.title, one.file) for one in doubles_of(mine, officer)}
    assert found == {others[0].version: (100, False), others[1].version: (0, True)}
    for _more in range(5):
        alike(mine, desk.handed_in("五禽戏"))
    officer.__dict__.pop("_reach", None)
    with django_assert_max_num_queries(12):
        assert len(doubles_of(mine, officer)) == 7


def test_a_hit_in_the_captions_plays_from_its_second(officer, pair):
    mine, _theirs = pair
    file = file_of(mine)
    ScreeningHit.objects.create(
        round=mine,
        field="captions",
        start=0,
        end=4,
        word="包治百病",
        severity="look",
        context="能包治百病",
        media_file=file,
        second=75.5,
    )
    shown = signed_in(officer).get(address(mine)).content.decode()
    assert f'href="#player-{file.pk}" data-second="75.5"' in shown
    assert f'id="player-{file.pk}"' in shown
