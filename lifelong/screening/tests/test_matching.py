"""Words are found wherever they hide, and nowhere else."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.screening.folding import fold, key, pinyin_of
from lifelong.screening.matching import MOST_HITS, Listed, Matcher


def matcher(*words, allowed=(), severity="look"):
    return Matcher([Listed(word, "类", severity, pinyin_of(key(word))) for word in words], allowed)


def found(text, *words, allowed=()):
    return [(hit.word, hit.found) for hit in matcher(*words, allowed=allowed).screen({"t": text})]


@pytest.mark.parametrize(
    "text",
    [
        "网上赌博害人", "網上賭博害人", "网上赌*博害人", "赌_博", "赌·博", "赌\u200b博", "赌—博", "赌||博", "【赌博】", "赌博",
        "《赌 博》", "赌 博", "，赌 博，",
    ],
)  # fmt: skip
def test_a_word_is_found_in_all_its_disguises(text):
    hits = matcher("赌博").screen({"t": text})
    assert len(hits) == 1
    hit = hits[0]
    assert text[hit.start : hit.end] == hit.found
    assert key(hit.found) == "赌博"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("方法，轮流发言", "法轮"), ("方法 轮流发言", "法轮"), ("方法\n轮流发言", "法轮"), ("方法。轮流", "法轮"), ("这是赌，博取眼球", "赌博"),
        ("website 建设", "site"), ("class 教学", "ass"), ("1964 年", "64"), ("mass", "ass"), ("赌————————博", "赌博"), ("", "赌博"),
        ("㎏", "g"), ("他下了赌注；博士说", "赌博"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_word_is_none(text, word):
    assert found(text, word) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ＱＱ群", "qq群"), ("加QQ群", "QQ群"), ("免 费 领 奖", "免费领奖"), ("免，费，领，奖", "免费领奖"), ("免\n费\n领\n奖", "免费领奖"),
        ("Free  Gift here", "free gift"), ("freegift", "free gift"), ("f u c k", "fuck"), ("F.U.C.K!", "fuck"), ("加微信①②③", "加微信123"),
        ("臺灣", "台湾"), ("《鬼》", "鬼"),
    ],
)  # fmt: skip
def test_words_of_every_script_are_found(text, word):
    assert len(found(text, word)) == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("本品包　治百病", "包治百病"), ("本品包 治百病，", "包治百病"), ("包治\n百病", "包治百病"), ("包，治百病", "包治百病"), ("法　轮功", "法轮功"), ("练 法轮 功", "法轮功"),
        ("赌\u200b\u200b\u200b\u200b\u200b博", "赌博"), ("赌\u3164博", "赌博"), ("赌\u0336博", "赌博"), ("赌🎲博", "赌博"), ("f\u00adu\u00adc\u00adk", "fuck"),
        ("fuсk", "fuck"), ("🅵🆄🅲🅺", "fuck"), ("ｆｕｃｋ", "fuck"), ("骑⻢", "骑马"), ("上网 dubo", "赌博"), ("Dǔ Bó 网站", "赌博"), ("du'bo", "赌博"), ("du博", "赌博"),
        ("赌bo", "赌博"), ("bao zhi bai bing", "包治百病"), ("包zhi百病", "包治百病"),
    ],
)  # fmt: skip
def test_gaps_look_alikes_and_pinyin_hide_nothing(text, word):
    assert len(found(text, word)) == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("方法 轮功课", "法轮功"), ("方法　轮流", "法轮"), ("请添加 微信号", "加微信"), ("很大，学生活泼", "大学生活"), ("抽奖免费。领奖在二楼", "免费领奖"), ("他要读博士", "赌博"),
        ("change the world", "嫦娥"), ("the dubota", "赌博"), ("m\u00adass", "ass"), ("赌" + "\u200b" * 100 + "博", "赌博"),
    ],
)  # fmt: skip
def test_where_two_words_meet_or_another_sounds_alike_there_is_none(text, word):
    assert found(text, word) == []


def test_a_word_spelled_out_is_only_looked_at_for_it_stands_for_many():
    severities = [
        hit.severity
        for text in ("赌博", "du博", "dubo")
        for hit in matcher("赌博", severity="block").screen({"t": text})
    ]
    assert severities == ["block", "block", "look"]


def test_places_are_those_of_the_text_as_given():
    text = "﷽开头㈠，網上賭\u200b博很危險"
    hit = matcher("赌博").screen({"summary": text})[0]
    assert text[hit.start : hit.end] == "賭\u200b博"
    assert (hit.field, hit.word, hit.category, hit.severity) == ("summary", "赌博", "类", "look")
    assert "網上賭" in hit.context


def test_the_context_is_short_and_on_one_line():
    text = "前" * 500 + "\n\n赌博\n" + "后" * 500
    hit = matcher("赌博").screen({"t": text})[0]
    assert hit.context.startswith("…前")
    assert hit.context.endswith("后…")
    assert "\n" not in hit.context
    assert len(hit.context) <= 200


def test_a_word_inside_a_longer_one_is_told_once_unless_it_weighs_more():
    assert found("网络赌博网站", "赌博", "赌博网站") == [("赌博网站", "赌博网站")]
    heavier = Matcher([Listed("赌博", "甲", "block"), Listed("赌博网站", "乙", "look")])
    assert [(h.word, h.severity) for h in heavier.screen({"t": "赌博网站"})] == [
        ("赌博网站", "look"),
        ("赌博", "block"),
    ]


def test_the_same_word_in_two_lists_is_told_for_both_categories():
    both = Matcher([Listed("赌博", "甲", "look"), Listed("赌 博", "乙", "block"), Listed("賭博", "甲", "look")])
    assert [(h.category, h.severity) for h in both.screen({"t": "赌博"})] == [("甲", "look"), ("乙", "block")]


def test_a_hit_wholly_inside_an_allowed_phrase_is_none():
    assert found("男性交流活动", "性交", allowed=["男性交流"]) == []
    assert found("男 性 交 流", "性交", allowed=["男性交流"]) == []
    assert found("性交流", "性交", allowed=["男性交流"]) == [("性交", "性交")]


def test_fields_are_told_apart_and_empty_ones_passed_over():
    hits = matcher("赌博").screen({"title": "赌博", "summary": "", "keywords": "没有；赌博"})
    assert [(h.field, h.start) for h in hits] == [("title", 0), ("keywords", 3)]


def test_no_words_no_hits():
    assert Matcher([]).screen({"t": "赌博"}) == []
    assert matcher("——", "  ").screen({"t": "——"}) == []


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=4), max_size=5))
def test_whatever_the_text_hits_point_into_it_and_fold_to_the_word(text, words):
    for hit in matcher(*words).screen({"t": text}):
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end] == hit.found
        assert key(hit.word) in key(hit.found)


@given(st.text(max_size=80))
def test_every_folded_character_knows_its_place(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.places)
    assert list(folded.places) == sorted(folded.places)
    assert folded.text == key(text)
    assert all(key(text[place]) for place in folded.places)


@settings(max_examples=60)
@given(st.text(st.sampled_from("甲乙丙丁，。 *"), max_size=30), st.sampled_from(["甲乙", "乙丙丁"]))
def test_a_word_that_stands_there_plainly_is_always_found(text, word):
    assert any(hit.found == word for hit in matcher(word).screen({"t": f"{text}，{word}，{text}"}))


def test_a_text_full_of_hits_costs_no_more_than_time_allows():
    began = time.process_time()
    hits = matcher("赌", "赌博", "赌博赌", "博赌博赌博", allowed=["博赌博"]).screen({"t": "赌博" * 20_000})
    assert len(hits) <= MOST_HITS
    assert time.process_time() - began < 2


@pytest.mark.parametrize("piece", ["赌 ", "du ", "1 3 ", "赌\u200b", "0371-", "a@", "a.a", "13812345678 ", "1", "62"])
def test_no_text_is_built_so_that_it_takes_long(piece):
    made = matcher("赌博", "赌博赌", "包治百病", allowed=["博赌"])
    assert _timed(made, piece * (100_000 // len(piece))) < 2


def test_ten_thousand_words_over_twenty_thousand_characters_in_well_under_fifty_milliseconds():
    dice = random.Random(7)
    common = [chr(0x4E00 + n) for n in range(2500)]
    words = {"".join(dice.choices(common, k=dice.randrange(3, 7))) for _n in range(10_000)}
    text = "".join(dice.choices([*common, "，", " ", "。"], k=20_000))
    made = matcher(*words)
    made.screen({"t": text})
    best = min(_timed(made, text) for _run in range(5))
    assert best < 0.05


def _timed(made, text):
    began = time.process_time()
    made.screen({"t": text})
    return time.process_time() - began
