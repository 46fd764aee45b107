from hypothesis import given
from hypothesis import strategies as st

from lifelong.resources.contents import as_typed, as_xml, from_lines, to_lines
from lifelong.standards.outline import Item, Outline, parse, to_xml

TYPED = """1 第一章 认识手机
1.1 开机与关机 00:00:00 00:12:30
1.2 充电 12:30

2 第二章 打电话 [第二讲.mp4]
"""


def test_numbered_lines_become_the_standards_xml():
    assert as_xml(TYPED) == (
        '<catalog version="1"><item no="1" title="第一章 认识手机">'
        '<item no="1.1" title="开机与关机" start="00:00:00" duration="00:12:30"/>'
        '<item no="1.2" title="充电" start="00:12:30"/></item>'
        '<item no="2" title="第二章 打电话" file="第二讲.mp4"/></catalog>'
    )


def test_lines_without_numbers_are_numbered_by_their_indentation():
    assert to_lines(from_lines("绪论\n  起源\n　发展\n\t近况\n结语")) == "1 绪论\n1.1 起源\n1.2 发展\n1.3 近况\n2 结语"


def test_a_level_that_was_skipped_hangs_under_the_last_line():
    assert [level for level, _ in from_lines("1 甲\n1.1.1 乙\n2 丙").walk()] == [1, 2, 1]


def test_a_title_that_is_only_a_number_stays_a_title():
    assert from_lines("1 2024").items == (Item("1", "2024"),)
    assert from_lines("2024").items == (Item("1", "2024"),)


def test_xml_stays_as_it_was_given():
    assert as_xml(' <catalog version="1"/> ') == '<catalog version="1"/>'


def test_lines_pasted_with_invisible_characters_lose_only_these():
    assert [item.title for item in parse(as_xml("1 第\0一\x01章\n2 第二\ufffe章")).items] == ["第一章", "第二章"]


def test_xml_with_other_numbers_is_shown_as_xml():
    xml = '<catalog version="1"><item no="第一章" title="绪论"/></catalog>'
    assert as_typed(xml) == xml


def test_broken_xml_is_shown_as_it_was_typed():
    assert as_typed("<catalog><item") == "<catalog><item"


titles = st.text(alphabet="甲乙丙丁 ab1.:[]-", min_size=1, max_size=12).map(lambda t: " ".join(t.split())).filter(bool)
times = st.none() | st.integers(0, 100_000)


@given(st.lists(st.tuples(titles, times, times), max_size=8))
def test_whatever_is_shown_as_lines_gives_the_same_outline_again(entries):
    outline = Outline(tuple(Item(str(n), title, start, length) for n, (title, start, length) in enumerate(entries, 1)))
    shown = as_typed(to_xml(outline))
    assert parse(as_xml(shown) or "<catalog/>") == outline
