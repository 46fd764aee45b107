"""Near-same titles are seen; parts of one series are not doubles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.screening.titles import NEAR, near_title, similar_titles


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("智能手机使用入门", "《智能手机》使用入门 "), ("智能手機使用入門", "智能手机使用入门"), ("太极拳 第一讲", "太极拳（第1讲）"), ("太极拳第十二课", "太极拳第12课"),
        ("太极拳第01讲", "太极拳第1讲"), ("ABC英语", "ａｂｃ 英语"), ("养生保健（上）", "养生保健(1)"), ("养生保健【高清版】", "养生保健"), ("第二十集", "第20集"), ("第一百零三集", "第103集"),
    ],
)  # fmt: skip
def test_one_title_in_two_spellings_has_one_key(a, b):
    assert near_title(a) == near_title(b)
    assert similar_titles(a, b) == 1.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("太极拳第一讲", "太极拳第二讲"),
        ("太极拳（上）", "太极拳（下）"),
        ("数学 1", "数学 2"),
        ("2022 年鉴", "2023 年鉴"),
        ("书法", "养生"),
        ("", ""),
    ],
)
def test_titles_that_count_differently_are_not_doubles(a, b):
    assert similar_titles(a, b) < 0.5


def test_a_word_more_or_less_is_near():
    assert similar_titles("老年人智能手机使用入门教程", "老年人智能手机使用入门") >= NEAR
    assert similar_titles("老年人智能手机使用入门", "家庭急救常识") == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_between_nothing_and_one_and_the_same_both_ways(a, b):
    assert 0 <= similar_titles(a, b) == similar_titles(b, a) <= 1
    assert similar_titles(a, a) == (1.0 if near_title(a) else 0.0)
