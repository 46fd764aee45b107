"""What holds for any text that anybody types."""

import html
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifelong.catalogue.forms import BadQuery, wanted
from lifelong.catalogue.pagecache import key_of
from lifelong.catalogue.search import text
from lifelong.catalogue.search.asking import Question, ask
from lifelong.catalogue.search.highlight import excerpt, marked
from lifelong.catalogue.search.schema import Facts
from lifelong.catalogue.search.shelf import Shelf, View, Writer, view_of
from lifelong.catalogue.search.suggest import suggest

chinese = st.text("太极拳养生手机摄影書法學習我想老年大学的了重庆长春 abcx12，。", max_size=40)
anything = st.text(max_size=200)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    writer = Writer(Shelf(tmp_path_factory.mktemp("index")).fresh())
    for key, title in enumerate(["太极拳入门", "智能手机摄影", "中医养生", "书法学习", "老年大学合唱", "Photoshop"], 1):
        writer.put(Facts(id=key, identifier=f"R{key}", title=title, type="A01", area="older", keywords=[title[:2]]))
    writer.commit(1)
    return view_of(writer.index, writer.folder)


@given(anything | chinese)
def test_folding_twice_changes_nothing_more(words: str) -> None:
    assert text.fold(text.fold(words)) == text.fold(words)


@settings(deadline=None)
@given(anything | chinese)
@example("\x00")
@example("拳" * 300)
@example("a" * 300)
def test_any_question_gets_an_answer(view: View, words: str) -> None:
    answer = ask(view, Question.of(words, facets=("area",)))
    assert len(answer.ids) == min(answer.total, 20)
    assert answer.total <= 6
    suggest(view, words)


@settings(deadline=None, max_examples=30)
@given(st.text("太级拳样生首机设影我想学的了重庆", min_size=60, max_size=120))
def test_a_long_mistaken_text_costs_no_long_time(view: View, words: str) -> None:
    begun = time.process_time()
    ask(view, Question.of(words))
    assert time.process_time() - begun < 0.3


@given(anything | chinese, st.lists(st.text(min_size=1, max_size=4), max_size=4))
def test_marking_adds_marks_and_nothing_else(original: str, words: list[str]) -> None:
    shown = str(marked(original, tuple(words)))
    assert html.unescape(re.sub("</?mark>", "", shown)) == html.unescape(html.escape(original))
    assert shown.count("<mark>") == shown.count("</mark>")


@given(anything, st.lists(st.text(min_size=1, max_size=4), max_size=4))
def test_an_excerpt_is_short_and_safe(original: str, words: list[str]) -> None:
    shown = str(excerpt(original, tuple(words), length=40))
    plain = html.unescape(re.sub("</?mark>", "", shown))
    assert len(plain) <= 42
    assert "<" not in re.sub("</?mark>", "", shown)


names = st.sampled_from(
    ["q", "area", "type", "region", "sort", "page", "size", "year", "length", "captions", "series", "batch"]
)


@pytest.mark.django_db
@settings(deadline=None)
@given(st.dictionaries(names, st.lists(anything, min_size=1, max_size=3), max_size=5))
def test_any_address_is_understood_or_refused_in_words(given_: dict[str, list[str]]) -> None:
    lenient = wanted(given_, strict=False)
    assert lenient.page >= 1
    assert 1 <= lenient.size <= 100
    said = "读懂了"
    try:
        wanted(given_)
    except BadQuery as refusal:
        said = str(refusal)
    assert re.search("[\u4e00-\u9fff]", said)


@given(st.permutations(["q=a", "area=older", "page=2", "type=A01"]))
def test_the_order_of_parameters_is_no_matter_to_a_kept_page(parts: list[str]) -> None:
    first = key_of("GET", "/search", "q=a&area=older&page=2&type=A01", {}.get)
    assert key_of("GET", "/search", "&".join(parts), {}.get) == first
