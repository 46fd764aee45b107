"""Personal data is found in every way of writing it, and nothing that only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.screening.matching import Matcher
from lifelong.screening.personal import CARD, IDENTITY, LANDLINE, MAIL, MOBILE, personal_in


def kinds(text):
    return [(one.kind, one.masked) for one in personal_in(text)]


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("联系电话：13812345678", MOBILE, "138****5678"), ("138 1234 5678", MOBILE, "138 **** 5678"), ("+86 138-1234-5678", MOBILE, "138-****-5678"),
        ("１３８１２３４５６７８", MOBILE, "138****5678"), ("张老师-13812345678。", MOBILE, "138****5678"), ("1 3 8 1 2 3 4 5 6 7 8", MOBILE, "1 3 8 * * * * 5 6 7 8"),
        ("一三八一二三四五六七八", MOBILE, "138****5678"), ("加wx13812345678", MOBILE, "138****5678"),
        ("①③⑧①②③④⑤⑥⑦⑧", MOBILE, "138****5678"), ("0371-65901234", LANDLINE, "0371-****1234"), ("（0371）6590 1234", LANDLINE, "(0371)**** 1234"),
        ("010-12345678", LANDLINE, "010-****5678"), ("电话：65901234", LANDLINE, "659*1234"), ("身份证11010519491231002X", IDENTITY, "11**************2X"),
        ("110105 19491231 002x", IDENTITY, "11**** ******** **2x"), ("6222021234567890128", CARD, "62***************28"),
        ("卡号 4111 1111 1111 1111", CARD, "41** **** **** **11"), ("zhang.san@henan.edu.cn", MAIL, "z********@henan.edu.cn"), ("ｚｈａｎｇ＠163．com", MAIL, "z****@163.com"),
    ],
)  # fmt: skip
def test_what_is_personal_is_found_and_masked(text, kind, masked):
    assert kinds(text) == [(kind, masked)]


def test_two_in_one_line_are_both_found():
    assert [kind for kind, _masked in kinds("13812345678/13912345679，0371-65901234")] == [MOBILE, MOBILE, LANDLINE]


@pytest.mark.parametrize(
    "text",
    [
        "ISBN 978-7-138-12345-6", "ISBN 9787138123456", "2023-05-20", "20230520 20230521", "7K3M9Q2XA", "1949-2023", "1990—2020 年", "00:13:45 00:14:50",
        "1.1 开机与关机 00:00:00 00:12:30", "共 13812345678 元", "13812345678901", "0.13812345678", "3.1415926535897932384626", "410105199001011234", "110101199013011234",
        "编号20230520123456789", "GB/T 2260-2007", "https://x.cn/13812345678", "https://x.cn/v?id=13812345678", "0a13812345678ff", "2020 2021 2022 2023", "4111111111111111",
        "1234 5678 9012 3456", "020-2021 学年", "1,381,234,567,890", "192.168.100.200", "豫教职成〔2022〕138号", "一二三四五六七八九一二", "box13812345678", "学号 2021021381234", "@老师 好", "12345678901", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_passed_over(text):
    assert kinds(text) == []


def test_a_hit_is_a_look_that_never_shows_the_whole_number():
    text = "报名请打 13812345678 或 0371-65901234"
    hits = Matcher([], ["0371-65901234"]).screen({"summary": text})
    assert [(hit.word, hit.category, hit.severity, hit.found) for hit in hits] == [
        ("手机号码 138****5678", "个人信息", "look", "138****5678")
    ]
    assert "13812345678" not in str(hits)


@given(st.text(st.sampled_from("0123456789 -@.xX（）"), max_size=60))
def test_whatever_the_digits_places_and_masks_fit(text):
    for one in personal_in(text):
        assert len(one.masked) == one.end - one.start
        assert text[one.start : one.end] != one.masked
