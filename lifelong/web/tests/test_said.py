"""What was stored in one language is read in the other."""

import copy

import pytest
from django.utils.translation import override

from lifelong.web.said import SaidField, said, together

COLUMN = SaidField()


def read(stored: str) -> str:
    with override("en"):
        return COLUMN.from_db_value(stored)


def test_words_are_read_in_the_language_of_the_reader():
    with override("zh-hans"):
        words = together("存储的原文件不见了", said("%(name)s 不在存储里。", name="讲座.mp4"))
        assert words == "存储的原文件不见了；讲座.mp4 不在存储里。"
    stored = COLUMN.get_prep_value(words)
    assert read(stored) == "A stored original is missing; 讲座.mp4 is not in storage."
    assert COLUMN.get_prep_value(read(stored)) == stored == COLUMN.get_prep_value(copy.copy(words))


def test_a_constant_is_stored_as_itself_and_old_rows_are_still_read():
    assert COLUMN.get_prep_value(said("已通知")) == "已通知"
    assert read("课程.mp4 的校验值变了（旧记录）") == "课程.mp4 的校验值变了（旧记录）"
    assert read("") == ""


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "1", '"二"', "[[1, {}]]", '[["%(a)s", {"b": 1}]]', '[["%(a)999999999999s", {"a": 1}]]', ' [["已通知", {}]]', "100%", "[[["],
)  # fmt: skip
def test_what_a_person_typed_is_shown_as_it_was_typed(text):
    stored = COLUMN.get_prep_value(text)
    shown = read(stored)
    assert shown == text
    assert COLUMN.get_prep_value(shown) == stored
