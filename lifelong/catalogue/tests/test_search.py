"""What people type, and what they find. Pure: facts in, ids out."""

from pathlib import Path

import pytest

from lifelong.catalogue.queries.indexing import kind_words
from lifelong.catalogue.search import text
from lifelong.catalogue.search.asking import Question, TooDeep, ask, rolled_up
from lifelong.catalogue.search.everyday import WORDS
from lifelong.catalogue.search.highlight import excerpt, marked
from lifelong.catalogue.search.reading import at_least
from lifelong.catalogue.search.schema import FACETS, Facts
from lifelong.catalogue.search.shelf import IndexMissing, Reader, Shelf, View, Writer, keys_at, view_of
from lifelong.catalogue.search.suggest import suggest

TITLES = {
    1: "二十四式太极拳入门", 2: "智能手机摄影基础", 3: "中医养生保健", 4: "老年大学合唱团", 5: "Photoshop图像处理",
    6: "舞蹈与健身", 7: "Python编程第一课", 8: "八段锦跟练", 9: "養生茶飲", 10: "民法典与生活", 11: "中国画报史话",
}  # fmt: skip


def resource(key: int, title: str, **other: object) -> Facts:
    facts = {
        "id": key, "identifier": f"RES{key:05}", "title": title, "type": "A02" if key % 4 == 0 else "A01",
        "area": "older" if key % 2 else "degree", "keywords": ["健康"] if key % 2 else [], "region": ("410000", "410300"),
        "category": ("older", "older.health") if key % 2 else ("degree",), "published_s": 1_700_000_000 + key,
        "year": 2026, "institution": "4110000001", "duration_s": key * 300, "declared_views": key * 10,
        "speakers": [(1, "张建华")] if key == 1 else [],
        "belongs": (*kind_words("A02" if key % 4 == 0 else "A01", "older" if key % 2 else "degree"), "410103", "河南省 郑州市", "2026-3"),
    }  # fmt: skip
    return Facts(**(facts | other))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return view_on(tmp_path_factory.mktemp("index"), *(resource(key, title) for key, title in TITLES.items()))


def view_on(folder: Path, *facts: Facts) -> View:
    writer = Writer(Shelf(folder).fresh())
    for one in facts:
        writer.put(one, new=True)
    writer.commit(cursor=7)
    return view_of(writer.index, writer.folder)


def found(view: View, text: str, **filters: list[str]) -> list[int]:
    return sorted(ask(view, Question.of(text, filters)).ids)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("手机", [2]),  # inside 智能手机
        ("养生", [3, 9]),
        ("養生", [3, 9]),  # traditional
        ("Ｐｙｔｈｏｎ", [7]),  # full width
        ("PYTHON", [7]),
        ("拳", [1]),  # one character
        ("太极", [1]),
        ("老年合唱", [4]),
        ("智能手机摄影", [2]),  # words without a space
        ("摄影 手机", [2]),
        ("编程python", [7]),  # mixed
        ("taijiquan", [1]),
        ("tai ji quan", [1]),
        ("tjq", [1]),
        ("shoujisheying", [2]),  # several words by sound
        ("太级拳", [1]),  # a homophone
        ("我想学太极拳", [1]),  # as dictated
        ("请问怎么学习手机摄影", [2]),
        ("phtoshop", [5]),  # a slip
        ("张建华", [1]),
        ("res00003", [3]),
        ("a02", [4, 8]),
        ("音频", [4, 8]),
        ("健身视频", [6]),
        ("老年教育 养生", [3, 9]),
        ("郑州 合唱", [4]),
        ("410103 舞蹈", [6]),
        ("2026-3 民法典", [10]),
        ("tàijíquán", [1]),  # with tones
        ("wo xiang xue taijiquan", [1]),
        ("zhinengshou", [2]),  # half typed
        ("woxiangxuetaijiquan", [1]),
        ("老 年 大 学", [4]),  # spaces between the characters
        ("拍照", [2]),  # as people call it: 摄影
        ("我想学跳舞", [6]),
        ("ps教程", [5]),
        ("打官司怎么办", [10]),
        ("要学养生", [3, 9]),  # not the one title that says 要 and 学 as well
        ("太及拳", [1]),  # 及 is no filler here
        ("我想学太及拳", [1]),
        ("舞蹈 AND 健身", [6]),
        ("2026年 舞蹈", [6]),
    ],
)
def test_what_people_type_finds_what_they_mean(view: View, typed: str, keys: list[int]) -> None:
    assert found(view, typed) == keys


def test_a_word_that_only_looks_contained_counts_at_most_as_something_like_it(view: View) -> None:
    assert ask(view, Question.of("国画")).kind == "characters"  # 中国画报史话 holds both characters, not the word


def test_a_long_word_is_found_where_the_cut_of_the_text_runs_across_it(tmp_path: Path) -> None:
    view = view_on(tmp_path, resource(1, "市场营销学导论"), resource(2, "实用市场营销"), resource(3, "市场一角"))
    assert found(view, "市场营销") == [1, 2]


def test_one_character_finds_what_only_a_keyword_holds(tmp_path: Path) -> None:
    view = view_on(tmp_path, resource(1, "品茗入门", keywords=["茶艺"]), resource(2, "插花入门", keywords=["花艺"]))
    assert found(view, "茶") == [1]


def test_where_no_record_has_all_words_one_with_a_part_of_each_comes_before_one_with_any(tmp_path: Path) -> None:
    view = view_on(tmp_path, resource(1, "老年人防骗"), resource(2, "老年手机班"), resource(4, "手机维修"))
    assert found(view, "老年人手机") == [2]


def test_a_correction_says_what_it_was_taken_for(view: View) -> None:
    answer = ask(view, Question.of("太级拳"))
    assert (answer.kind, answer.shown) == ("corrected", "太极拳")


def test_a_word_of_the_language_is_not_taken_for_a_name_that_sounds_alike(tmp_path: Path) -> None:
    names = [(1, "杨华"), (2, "傅强"), (3, "戴海子"), (4, "廖浩")]
    others = [resource(key, "书法") for key in range(1_001, 2_102)]
    view = view_on(
        tmp_path, resource(1, "插花入门", speakers=names), resource(2, "手机支付", keywords=["养生"]), *others
    )
    assert {typed: found(view, typed) for typed in ("养身", "养花", "付钱", "带孩子", "杨花", "退休了干什么好")} == {
        "养身": [2], "养花": [1], "付钱": [2], "带孩子": [], "杨花": [1], "退休了干什么好": []
    }  # fmt: skip
    assert ask(view, Question.of("养花")).shown == "插花"


def test_a_name_finds_who_bears_it_and_not_whoever_shares_its_characters(tmp_path: Path) -> None:
    other = resource(1, "云中漫步", speakers=[(1, "侯志"), (2, "侯云")], belongs=())
    view = view_on(tmp_path, other, resource(2, "茶艺", speakers=[(3, "侯志云"), (4, "王丽丽")], belongs=()))
    assert [found(view, typed) for typed in ("侯志云", "王丽丽 茶艺", "侯志")] == [[2], [2], [1]]


def test_a_number_is_found_as_a_figure_and_as_a_word(tmp_path: Path) -> None:
    titles = {1: "书法（第3讲）", 2: "书法第三讲", 3: "书法（第13讲）", 4: "书法第十三讲", 5: "书法（第77讲）"}
    view = view_on(tmp_path, *(resource(key, title, belongs=()) for key, title in titles.items()))
    asked = ("书法第3讲", "书法 第三讲", "第 13 讲", "第77讲")
    assert [found(view, typed) for typed in asked] == [[1, 2], [1, 2], [3, 4], [5]]


def test_what_is_found_by_its_sound_is_marked_and_ranked_as_the_word_it_is(tmp_path: Path) -> None:
    only_a_keyword, titled = resource(1, "五禽戏", keywords=["广场舞"], views=900), resource(2, "广场舞十讲之一")
    answer = ask(view_on(tmp_path, only_a_keyword, titled), Question.of("guangchangwu"))
    assert (list(answer.ids), "广场舞" in answer.words) == ([2, 1], True)


def test_every_word_of_the_list_of_everyday_words_is_folded_and_leads_somewhere_else() -> None:
    assert [word for word in WORDS if text.asked(word).strip() != word] == []
    assert [word for word, of in WORDS.items() if of in ((), (word,))] == []


def test_a_part_of_a_word_weighs_less_than_a_word(tmp_path: Path) -> None:
    titles = ["英语二十讲", *["太极拳名家"] * 18, *["书法名家"] * 80]
    answer = ask(
        view_on(tmp_path, *(resource(key, of, belongs=()) for key, of in enumerate(titles, 1))),
        Question.of("老年人太极拳二十四式"),
    )
    assert (answer.total, answer.ids[-1]) == (19, 1)


def test_some_of_the_words_are_found_where_all_of_them_are_nowhere(view: View) -> None:
    answer = ask(view, Question.of("手机 合唱团"))
    assert answer.kind == "some"
    assert sorted(answer.ids) == [2, 4]


def test_what_is_nowhere_is_not_invented(view: View) -> None:
    answer = ask(view, Question.of("鳄梨"))
    assert (answer.total, answer.ids, answer.kind) == (0, [], "nothing")


@pytest.mark.parametrize(
    "typed", ["", "   ", "!!!", "。，", "%", "'\"\\", "AND OR NOT", "title:太极拳", "*", "太极拳\x00", "拳" * 5000]
)
def test_no_question_is_an_error(view: View, typed: str) -> None:
    ask(view, Question.of(typed, facets=("area",)))


def test_filters_repeat_for_or_and_combine_for_and(view: View) -> None:
    assert found(view, "", type=["A02"]) == [4, 8]
    assert len(found(view, "", type=["A01", "A02"])) == len(TITLES)
    assert found(view, "", type=["A02"], area=["older"]) == []
    assert found(view, "", region=["410000"]) == found(view, "", region=["410300"]) == sorted(TITLES)
    assert found(view, "", category=["older"]) == found(view, "", category=["older.health"])


def test_a_facet_ignores_its_own_filter_and_obeys_the_others(view: View) -> None:
    answer = ask(view, Question.of("", {"area": ["older"]}, facets=("area", "type")))
    assert dict(answer.facets["area"]) == {"older": 6, "degree": 5}
    assert dict(answer.facets["type"]) == {"A01": 6}


def test_total_is_exact_whatever_the_page(view: View) -> None:
    assert ask(view, Question.of("", limit=3)).total == len(TITLES)
    assert ask(view, Question.of("", limit=3, offset=9)).total == len(TITLES)


@pytest.mark.parametrize("sort", ["relevance", "views", "learners", "newest", "series"])
def test_pages_neither_repeat_nor_skip(view: View, sort: str) -> None:
    pages = [ask(view, Question.of("", sort=sort, limit=4, offset=start)).ids for start in (0, 4, 8)]
    assert sorted(key for page in pages for key in page) == sorted(TITLES)


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_pages_that_are_kept_are_those_of_one_long_list(tmp_path: Path, sort: str) -> None:
    writer = Writer(Shelf(tmp_path).fresh())
    for key in range(1, 261):
        writer.put(resource(key, "书法入门" if key % 3 else "书法", declared_views=key))
    writer.commit(1)
    view = view_of(writer.index, writer.folder)
    places = [(0, 20), (95, 20), (240, 20), (255, 20), (10, 5), (300, 20)]
    pages = [ask(view, Question.of("书法", sort=sort, offset=offset, limit=limit)).ids for offset, limit in places]
    whole = ask(view, Question.of("书法", sort=sort, limit=900)).ids
    assert sorted(whole) == list(range(1, 261))
    assert pages == [whole[offset : offset + limit] for offset, limit in places]


def test_most_viewed_goes_by_measured_then_by_declared(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    writer = Writer(shelf.fresh())
    for key, views, declared in [(1, 0, 90_000), (2, 3, 0), (3, 3, 10), (4, 0, 5)]:
        writer.put(resource(key, "书法", views=views, declared_views=declared))
    writer.commit(1)
    view = view_of(writer.index, writer.folder)
    assert ask(view, Question.of("书法", sort="views")).ids == [3, 2, 1, 4]


def test_declared_figures_move_relevance_a_little_and_never_past_a_title(tmp_path: Path) -> None:
    writer = Writer(Shelf(tmp_path).fresh())
    writer.put(resource(1, "书法入门", declared_views=0))
    writer.put(resource(2, "书法入门", declared_views=1_000_000))
    writer.put(resource(3, "茶艺入门", summary="也谈书法", declared_views=10**9))
    writer.commit(1)
    assert ask(view_of(writer.index, writer.folder), Question.of("书法")).ids == [2, 1, 3]


def test_deeper_than_ten_thousand_is_refused(view: View) -> None:
    with pytest.raises(TooDeep):
        ask(view, Question.of("", offset=9_990, limit=20))


def test_completions_begin_as_typed_or_sound_so(view: View) -> None:
    assert suggest(view, "太") == ["太极拳入门"] or "二十四式太极拳入门" not in suggest(view, "太")
    assert suggest(view, "二十四")[0] == "二十四式太极拳入门"
    assert "太极拳" in suggest(view, "taij")
    assert "张建华" in suggest(view, "zjh")
    assert suggest(view, " ") == []


def test_a_removed_resource_is_found_no_more_and_a_changed_one_only_once(tmp_path: Path) -> None:
    writer = Writer(Shelf(tmp_path).fresh())
    for key in (1, 2):
        writer.put(resource(key, "书法"))
    writer.put(resource(3, "书法名家谈", keywords=["颜体"]))
    writer.put(resource(4, "茶艺入门"))  # what stays keeps the part of the index, and in it the terms of what goes
    writer.commit(1)
    assert suggest(view_of(writer.index, writer.folder), "颜") == ["颜体"]
    writer.put(resource(1, "书法新编"))
    writer.remove(2)
    writer.remove(3)
    writer.commit(2)
    view = view_of(writer.index, writer.folder)
    assert found(view, "书法") == [1]
    assert suggest(view, "书法") == ["书法新编"]
    assert suggest(view, "颜") == suggest(view, "yanti") == []


def test_a_reader_sees_a_commit_and_a_new_build_without_being_told(tmp_path: Path) -> None:
    shelf, reader = Shelf(tmp_path), Reader(tmp_path, every_s=0)
    with pytest.raises(IndexMissing):
        reader.now()
    first = Writer(shelf.fresh())
    first.commit(1)
    shelf.switch(first.folder)
    assert reader.now().cursor == 1
    first.put(resource(1, "书法"))
    first.commit(2)
    assert (reader.now().cursor, found(reader.now(), "书法")) == (2, [1])
    before = reader.now().generation
    second = Writer(shelf.fresh())
    second.commit(2)
    shelf.switch(second.folder)
    assert found(reader.now(), "书法") == []
    assert reader.now().generation != before


def test_an_index_of_another_schema_is_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "0-abc"
    folder.mkdir()
    (folder / "meta.json").write_text("{}")
    Shelf(tmp_path).switch(folder)
    assert Shelf(tmp_path).current() is None


def test_every_document_tells_its_state(tmp_path: Path) -> None:
    writer = Writer(Shelf(tmp_path).fresh())
    for key in (3, 40, 41):
        writer.put(resource(key, "书法", change=key * 2))
    writer.commit(9)
    view = view_of(writer.index, writer.folder)
    assert (view.highest(), view.states(0, 41), view.states(41, 60)) == (41, {3: 6, 40: 80}, {41: 82})


def test_counts_of_paths_add_up_along_the_way() -> None:
    assert rolled_up([("a/b", 2), ("a", 1), ("c", 1)]) == [("a", 3), ("b", 2), ("c", 1)]


def test_facets_counted_together_say_the_same_as_each_alone(tmp_path: Path) -> None:
    writer = Writer(Shelf(tmp_path).fresh())
    for key in range(1, 60):
        where = {"institution": f"i{key % 7}" if key % 5 else "", "region": ("41", f"41{key % 4}") if key % 3 else ()}
        what = {"year": 2019 + key % 5 if key % 6 else 0, "type": f"A0{key % 3 + 1}", "captions": key % 2 == 0}
        writer.put(resource(key, "书法", **where, **what, duration_s=key * 90))
    writer.commit(1)
    view = view_of(writer.index, writer.folder)
    names = tuple(FACETS)
    together = ask(view, Question.of("书法", facets=names)).facets
    alone = {name: ask(view, Question.of("书法", facets=(name,))).facets[name] for name in names}
    assert {name: dict(values) for name, values in together.items()} == {
        name: dict(values) for name, values in alone.items()
    }
    assert len(together["year"]) == 5
    assert sum(dict(together["institution"]).values()) == 48


def test_found_words_are_marked_in_the_text_as_it_was_written() -> None:
    assert marked("養生<b>与Ｙｏｇａ", ("养生", "yoga")) == "<mark>養生</mark>&lt;b&gt;与<mark>Ｙｏｇａ</mark>"


def test_an_excerpt_shows_the_place_where_the_words_stand() -> None:
    text = "开头的话。" * 60 + "这里讲太极拳的起势。" + "结尾的话。" * 60
    shown = excerpt(text, ("太极拳", "起势"))
    assert "<mark>太极拳</mark>" in shown
    assert shown.startswith("…")
    assert len(shown) < 200


@pytest.mark.parametrize(("count", "asked"), [(1, 3), (2, 3), (2, 4), (3, 4), (4, 6), (5, 9)])
def test_so_many_of_the_words_are_the_same_in_every_combination_as_counted(
    tmp_path: Path, count: int, asked: int
) -> None:
    words = ["书法", "摄影", "合唱", "舞蹈", "编程", "养生", "剪纸", "茶艺", "二胡"]
    holds = {key: {word for at, word in enumerate(words) if key >> at & 1} for key in range(0, 512, 5)}
    view = view_on(tmp_path, *(resource(key, "。".join(["课", *held])) for key, held in holds.items()))
    found = view.searcher.search(at_least(count, words[:asked]), 600)
    keys = keys_at(view.searcher, [place for _, place in found.hits])
    assert sorted(keys) == [key for key, held in holds.items() if len(held & set(words[:asked])) >= count]
    assert found.count == len(keys) > 0
