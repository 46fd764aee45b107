"""The operator keeps the lists; every process follows at once."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.audit.models import AuditEntry
from lifelong.screening import actions, events, queries, screen
from lifelong.screening.models import AllowedPhrase, Severity, Word, WordList

pytestmark = pytest.mark.django_db


@pytest.fixture
def gambling(operator):
    made = actions.make_list("赌博词", "赌博", "block", by=operator, at=timezone.now())
    actions.add_words(made, ["赌博", "博彩"], by=operator, at=timezone.now())
    return made


def words_of(made):
    return set(Word.objects.filter(word_list=made).values_list("text", flat=True))


def test_without_lists_nothing_is_found():
    assert screen({"title": "赌博"}) == []


def test_a_change_counts_at_once(operator, gambling):
    assert [(h.word, h.severity, h.category) for h in screen({"title": "網上賭博"})] == [("赌博", "block", "赌博")]
    actions.remove_words(gambling, [Word.objects.get(text="赌博").pk], by=operator, at=timezone.now())
    assert screen({"title": "网上赌博"}) == []
    actions.change_list(gambling, "赌博词", "赌博", "block", False, by=operator, at=timezone.now())
    assert screen({"title": "博彩"}) == []


def test_the_automaton_is_built_once_per_version(operator, gambling, django_assert_num_queries):
    before = queries.matcher()
    with django_assert_num_queries(1):
        assert queries.matcher() is before
    actions.add_words(gambling, ["赌场"], by=operator, at=timezone.now())
    assert queries.matcher() is not before
    assert queries.version() > 1


def test_an_allowed_phrase_lets_a_word_pass(operator, gambling):
    actions.allow_phrase("反赌博宣传", by=operator, at=timezone.now())
    assert screen({"t": "反赌博宣传"}) == []
    assert len(screen({"t": "赌博"})) == 1
    with pytest.raises(actions.WordsRefused):
        actions.allow_phrase("反 賭博 宣傳", by=operator, at=timezone.now())
    actions.disallow_phrases(AllowedPhrase.objects.values_list("pk", flat=True), by=operator, at=timezone.now())
    assert len(screen({"t": "反赌博宣传"})) == 1


def test_words_are_kept_once_however_they_are_written(operator, gambling):
    result = actions.add_words(
        gambling, ["賭博", " 赌 场 ", "赌场", "", "——", "长" * 101], by=operator, at=timezone.now()
    )
    assert (result.added, result.known, len(result.refused)) == (1, 2, 2)
    assert words_of(gambling) == {"赌博", "博彩", "赌 场"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_is_taken_in(operator, gambling, encoding):
    text = "# 词表\r\n赌场  # 备注\r\n\r\n老虎机\r\n赌博\r\n"
    result = actions.import_words(gambling, text.encode(encoding), by=operator, at=timezone.now())
    assert (result.added, result.known) == (2, 1)
    assert words_of(gambling) == {"赌博", "博彩", "赌场", "老虎机"}


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"\xff\xfe\xff\xff\xff", b"x" * (6 << 20)])
def test_what_is_no_text_file_is_refused(operator, gambling, content):
    with pytest.raises(actions.FileUnreadable):
        actions.import_words(gambling, content, by=operator, at=timezone.now())


def test_a_list_needs_a_name_of_its_own(operator, gambling):
    for name, category, severity in (("赌博词", "x", "look"), ("", "x", "look"), ("y", "", "look"), ("y", "x", "hard")):
        with pytest.raises(actions.WordsRefused):
            actions.make_list(name, category, severity, by=operator, at=timezone.now())


def test_every_change_is_audited_and_told(operator, gambling):
    heard = []
    events.words_changed.connect(lambda **news: heard.append(news["by"]), weak=False, dispatch_uid="t")
    try:
        actions.add_words(gambling, ["赌场"], by=operator, at=timezone.now())
        actions.add_words(gambling, ["赌场"], by=operator, at=timezone.now())
    finally:
        events.words_changed.disconnect(dispatch_uid="t")
    assert heard == [operator]
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"screening.list_made", "screening.words_added"} <= verbs


# the pages


def test_the_operator_keeps_a_list_on_the_pages(operator):
    client = signed_in(operator)
    assert "还没有词表" in client.get(reverse("word-lists")).content.decode()
    answer = client.post(reverse("word-lists"), {"name": "广告词", "category": "广告", "severity": "look"})
    made = WordList.objects.get()
    assert answer.url == reverse("word-list", args=[made.pk])
    client.post(answer.url, {"do": "add", "words": "加微信 # 引流\n——"})
    file = BytesIO("免费领奖\n".encode("gb18030"))
    file.name = "words.txt"
    client.post(answer.url, {"do": "add", "words": "扫码领取", "file": file})
    assert words_of(made) == {"加微信", "扫码领取", "免费领奖"}
    page = client.get(answer.url, {"q": "微信"}).content.decode()
    assert "加微信" in page
    assert "扫码领取" not in page
    client.post(reverse("words-remove", args=[made.pk]), {"id": [str(Word.objects.get(text="扫码领取").pk), "x"]})
    client.post(
        answer.url, {"do": "settings", "name": "广告词", "category": "广告", "severity": "block", "is_active": "on"}
    )
    made.refresh_from_db()
    assert (made.severity, words_of(made)) == (Severity.BLOCK, {"加微信", "免费领奖"})
    export = client.get(reverse("words-export", args=[made.pk]))
    assert export.content.decode().split("\n")[1:3] == ["加微信", "免费领奖"]


def test_mistakes_come_back_on_the_form(operator, gambling):
    client = signed_in(operator)
    page = client.post(reverse("word-lists"), {"name": "赌博词", "category": "x", "severity": "look"})
    assert (page.status_code, "已有名为" in page.content.decode()) == (422, True)
    file = BytesIO(b"\x00\x01")
    file.name = "words.txt"
    page = client.post(reverse("word-list", args=[gambling.pk]), {"do": "add", "file": file})
    assert (page.status_code, "这不是文本文件" in page.content.decode()) == (422, True)


def test_a_text_can_be_tried_and_its_hits_are_marked(operator, gambling):
    client = signed_in(operator)
    page = client.post(reverse("words-trial"), {"text": "<b>网上賭*博</b>害人"}).content.decode()
    assert '<mark class="hit-block"' in page
    assert "賭*博</mark>" in page
    assert "<b>网上" not in page
    assert "没有命中" in client.post(reverse("words-trial"), {"text": "太极拳"}).content.decode()


def test_phrases_are_kept_on_their_page(operator):
    client = signed_in(operator)
    assert client.post(reverse("words-allowed"), {"text": "男性交流", "note": "常用"}).status_code == 302
    assert client.post(reverse("words-allowed"), {"text": "男性交流"}).status_code == 422
    assert "男性交流" in client.get(reverse("words-allowed")).content.decode()
    client.post(reverse("words-disallow"), {"id": AllowedPhrase.objects.get().pk})
    assert not AllowedPhrase.objects.exists()


@pytest.mark.parametrize("name", ["word-lists", "words-allowed", "words-trial"])
def test_who_has_no_right_sees_no_words(officer, name):
    assert signed_in(officer).get(reverse(name)).status_code == 403


def test_the_pages_cost_the_same_for_many(operator, gambling, django_assert_max_num_queries):
    actions.add_words(gambling, [f"词{n}" for n in range(500)], by=operator, at=timezone.now())
    client = signed_in(operator)
    for address in (reverse("word-lists"), reverse("word-list", args=[gambling.pk]), reverse("words-allowed")):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200
