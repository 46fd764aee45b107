"""The one validator: every rule of the eighteen fields, as a person would meet it."""

from datetime import date, datetime, time, timedelta

import pytest

from lifelong.standards.categories import packaged
from lifelong.standards.metadata import Context, Media, people, standard, validate
from lifelong.standards.metadata.texts import TEXTS

TODAY = date(2026, 5, 20)
WHOLE = {
    "title": "智能手机使用入门",
    "type": "A01",
    "summary": "面向老年学习者，一步一步演示怎样用手机看病挂号。",
    "rights_holder": "示例开放大学",
    "speakers": "张建华;朱新",
    "area": "老年教育",
}


def context(stage="sheet", **more):
    more.setdefault("attached", frozenset({"cover", "files"}))
    return Context(today=TODAY, tree=packaged(), stage=stage, **more)


def judged(stage="sheet", with_context=None, **values):
    return validate({**WHOLE, **values}, context=with_context or context(stage))


def codes(result):
    return [problem.code for problem in result.problems]


def errors(result):
    return [problem.code for problem in result.errors]


def test_a_whole_record_has_no_problems():
    for stage in ("draft", "sheet", "submit", "load"):
        result = judged(stage)
        assert codes(result) == []
        assert result.values["area"] == "older"


def test_the_standard_names_eighteen_fields_in_order():
    assert [field.name for field in standard().fields] == [
        "resource_id",
        "title",
        "type",
        "host_platform",
        "link",
        "series",
        "series_order",
        "summary",
        "duration",
        "created_date",
        "rights_holder",
        "speakers",
        "declared_views",
        "declared_learners",
        "cover",
        "outline",
        "keywords",
        "category",
    ]
    assert [field.name for field in standard().extras] == ["own_number", "area", "files", "rights_file", "rights_until"]
    assert len(standard().ethnic_groups) == 56


def test_an_error_says_what_was_found_what_is_wanted_and_an_example():
    problem = judged(duration="1:2").errors[0]
    assert (problem.code, problem.severity, problem.column) == ("duration.format", "error", "资源时长")
    assert (problem.found, problem.wanted, problem.example) == ("1:2", "hh:mm:ss", "02:45:32")
    assert problem.message == "「资源时长」写的是「1:2」。应为 hh:mm:ss，例如 02:45:32。"


@pytest.mark.parametrize("name", ["title", "type", "summary", "rights_holder", "speakers"])
@pytest.mark.parametrize("empty", [None, "", "  ", "\u3000", []])
def test_what_is_required_and_absent_depends_on_the_stage(name, empty):
    assert errors(judged("sheet", **{name: empty})) == [f"{name}.missing"]
    assert errors(judged("submit", **{name: empty})) == [f"{name}.missing"]
    draft = judged("draft", **{name: empty})
    assert draft.ok
    assert f"todo.{name}" in codes(draft)
    assert errors(judged("load", **{name: empty})) == ([f"{name}.missing"] if name in {"title", "type"} else [])


def test_what_only_submitting_needs_is_still_to_do_in_a_sheet():
    bare = context("sheet", attached=frozenset())
    result = judged(with_context=bare, area=None)
    assert result.ok
    assert set(codes(result)) == {"todo.cover", "todo.files", "todo.area"}
    submit = judged(with_context=context("submit", attached=frozenset()), area=None)
    assert set(errors(submit)) == {"cover.missing", "files.missing", "area.missing"}


def test_a_named_file_that_came_along_is_not_to_do():
    came = context("sheet", attached=frozenset(), file_names={"0001.jpg", "a.mp4"})
    result = judged(with_context=came, cover="0001.JPG", files="a.mp4; b.mp4")
    assert codes(result) == ["todo.files"]
    assert "b.mp4" in result.problems[0].message


@pytest.mark.parametrize("stage", ["draft", "sheet", "submit", "load"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("太" * 101, "title.length"),
        ("智能\u200b手机", "title.characters"),
        ("智能手机\ufeff", "title.characters"),
        ("智能\n手机", "title.characters"),
        ("智能\t手机", "title.characters"),
        ("智能\u202e手机", "title.characters"),
        ("智能\u3164手机", "title.characters"),
        ({"a": 1}, "title.format"),
    ],
)
def test_a_title_is_one_visible_line_of_at_most_a_hundred_characters(stage, given, code):
    assert errors(judged(stage, title=given)) == [code]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("　智能手机 ", "智能手机"),
        ("\xa0智能手机\xa0", "智能手机"),
        ("好" * 100, "好" * 100),
        ("《论语》：学而（上）", "《论语》：学而（上）"),
        (1984.0, "1984"),
        ("e\u0301cole", "école"),
    ],
)
def test_a_title_is_trimmed_and_otherwise_left_as_it_is(given, kept):
    result = judged(title=given)
    assert (codes(result), result.values["title"]) == ([], kept)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("A01", "A01"), ("a01", "A01"), ("Ａ０１", "A01"), (" a０2 ", "A02"), ("视频资源", "A01"), ("音频", "A02"),
        ("网络课程", "A03"), ("A01 视频资源", "A01"), ("A03（网络课程）", "A03"), ("视频资源(A01)", "A01"), ("Ａ０２－音频资源", "A02"),
    ],
)  # fmt: skip
def test_a_type_is_understood_as_people_write_it(given, kept):
    result = judged("draft", type=given)
    assert result.values["type"] == kept
    assert result.ok


@pytest.mark.parametrize("given", ["B01", "A04", "A01 音频资源", "AO1", "电影", "1", True, 3.0])
def test_an_unknown_type_is_refused(given):
    result = judged(type=given)
    assert errors(result) == ["type.unknown"]
    assert "A01" in result.errors[0].message


def test_a_type_must_fit_the_file():
    audio = context("submit", media=Media(kinds=frozenset({"A02"}), duration_s=60.0))
    result = judged(with_context=audio)
    assert errors(result) == ["type.file"]
    assert "A02 音频资源" in result.errors[0].message
    assert judged(with_context=audio, type="A02").ok
    assert judged(with_context=audio, type="A03").ok


@pytest.mark.parametrize(
    "given",
    [
        "01:02",
        "1:2",
        "2:45:32",
        "02:60:00",
        "02:45:60",
        "165",
        165.0,
        "两小时",
        "02:45:32.5",
        "-1:00:00",
        "٠٢:٤٥:٣٢",
        "00:00",
    ],
)
def test_a_duration_is_hours_minutes_seconds(given):
    assert errors(judged(duration=given)) == ["duration.format"]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("02:45:32", 9932), ("02：45：32", 9932), ("０２：４５：３２", 9932), ("30:00:00", 108000), ("120:00:01", 432001),
        (time(2, 45, 32), 9932), (timedelta(hours=30, seconds=5), 108005), (datetime(1900, 1, 1, 6, 30, 1), 109801),
        (9932, 9932),
    ],
)  # fmt: skip
def test_a_duration_is_kept_in_seconds_however_it_came(given, seconds):
    result = judged(duration=given)
    assert (codes(result), result.values["duration"]) == ([], seconds)


def test_minutes_and_seconds_that_excel_took_for_hours_are_pointed_out():
    result = judged(duration=time(12, 30))
    assert codes(result) == ["duration.excel"]
    assert "00:12:30" in result.problems[0].message


def test_a_duration_of_nothing_is_refused():
    assert errors(judged(duration="00:00:00")) == ["duration.zero"]


def test_a_near_miss_is_shown_as_it_should_be():
    problem = judged(duration="2:45:7").errors[0]
    assert (problem.wanted, problem.example) == ("hh:mm:ss", "02:45:07")


@pytest.mark.parametrize(
    ("declared", "problem"),
    [("00:10:00", []), ("00:10:06", []), ("00:10:07", ["duration.differs"]), ("00:09:00", ["duration.differs"])],
)
def test_a_declared_duration_is_compared_with_the_file(declared, problem):
    measured = context("submit", media=Media(kinds=frozenset({"A01"}), duration_s=600.2))
    assert codes(judged(with_context=measured, duration=declared)) == problem


def test_a_duration_is_filled_from_the_file():
    measured = context("submit", media=Media(kinds=frozenset({"A01"}), duration_s=599.5))
    assert judged(with_context=measured).values["duration"] == 600


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("2023-02-29", "day"), ("2022-13-01", "day"), ("2022-04", "format"), ("23/4/2022", "format"), ("明年", "format"),
        ("2026-05-21", "future"), ("2027/1/1", "future"), ("1899-12-31", "early"), (44674.5, "format"), ("2022-04-23abc", "format"),
    ],
)  # fmt: skip
def test_a_creation_date_is_a_real_day_that_has_been(given, code):
    assert errors(judged(created_date=given)) == [f"created_date.{code}"]


@pytest.mark.parametrize(
    "given",
    [
        "2022/4/23", "2022.4.23", "2022年4月23日", "20220423", "2022-4-23", "２０２２-０４-２３", "2022-04-23 00:00:00",
        date(2022, 4, 23), datetime(2022, 4, 23, 10, 0), 44674.0, "44674",
    ],
)  # fmt: skip
def test_other_ways_to_write_a_day_are_understood_with_a_notice(given):
    result = judged(created_date=given)
    assert result.ok
    assert codes(result) == ["created_date.converted"]
    assert result.values["created_date"] == date(2022, 4, 23)


def test_a_day_as_the_standard_writes_it_needs_no_notice():
    result = judged(created_date="2022-04-23")
    assert codes(result) == []
    assert judged(created_date="2026-05-20").ok


@pytest.mark.parametrize(
    ("stage", "given", "kept", "said"),
    [
        ("submit", "2026-05-20", date(2026, 5, 20), []),  # the last day still counts
        ("draft", "2027年12月31日", date(2027, 12, 31), ["rights_until.converted"]),
        ("sheet", datetime(2027, 12, 31), date(2027, 12, 31), ["rights_until.converted"]),
        ("submit", "长期", None, []),
        ("draft", "2026-05-19", date(2026, 5, 19), ["rights_until.over"]),
        ("submit", "2026-05-19", None, ["rights_until.over"]),
        ("draft", "2027-02-29", None, ["rights_until.day"]),
        ("draft", "明年底", None, ["rights_until.format"]),
    ],
)
def test_a_licence_ends_on_a_day_that_stops_only_what_is_handed_in(stage, given, kept, said):
    with_paper = context(stage, attached=frozenset({"cover", "files", "rights_file"}))
    result = judged(with_context=with_paper, rights_until=given)
    assert (result.values.get("rights_until"), codes(result)) == (kept, said)
    assert result.ok == (kept is not None or given == "长期")


@pytest.mark.parametrize("name", ["declared_views", "declared_learners"])
@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("3.65万", "36500"),
        ("36,500", "36500"),
        ("36，500", "36500"),
        ("36500次", "36500"),
        ("3w", "30000"),
        ("约三万", None),
        ("-5", None),
        (1.5, None),
        ("1e5", None),
        (True, None),
    ],
)
def test_a_count_that_is_no_whole_number_is_refused_with_a_hint(name, given, hint):
    result = judged(**{name: given})
    assert errors(result) == [f"{name}.format"]
    assert hint is None or hint in result.errors[0].wanted


@pytest.mark.parametrize("given", [36500, 36500.0, "36500", "３６５００", " 36500 "])
def test_a_whole_number_is_a_count(given):
    result = judged(declared_views=given)
    assert (codes(result), result.values["declared_views"]) == ([], 36500)
    assert judged(declared_views=0).values["declared_views"] == 0


def test_a_negative_or_senseless_count_is_refused():
    assert errors(judged(declared_views=-5.0)) == ["declared_views.negative"]
    assert errors(judged(declared_views="9" * 5000)) == ["declared_views.large"]


def test_more_learners_than_views_is_worth_a_look():
    assert codes(judged(declared_views=10, declared_learners=11)) == ["declared_learners.more_than_views"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("张建华;朱新;(藏族)班班多杰", "张建华;朱新;(藏族)班班多杰"),
        ("主讲人:张建华；朱新；（藏族）班班多杰", "张建华;朱新;(藏族)班班多杰"),
        ("主讲人：张建华;", "张建华"),
        ("(维吾尔族)艾克拜尔•买买提", "(维吾尔族)艾克拜尔·买买提"),
        ("艾克拜尔・买买提", "艾克拜尔·买买提"),
        ("John Smith; O'Neil", "John Smith;O'Neil"),
        ("张　三", "张三"),
        ("; ;张建华; ", "张建华"),
        (["张建华", "朱新"], "张建华;朱新"),
    ],
)
def test_speakers_are_kept_in_one_form(given, kept):
    result = judged(speakers=given)
    assert (codes(result), result.values["speakers"]) == ([], kept)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("张三、李四", "separator"), ("张三,李四", "separator"), ("张三，李四", "separator"), ("张三\n李四", "separator"),
        ("张三 李四", "separator"), ("(火星族)张三", "ethnic_group"), ("(藏)张三", "ethnic_group"), ("()张三", "ethnic_group"),
        ("张三(教授)", "name"), ("张三13800138000", "name"), ("(藏族)", "name"), ("<b>张三</b>", "separator"), ("1", "name"),
    ],
)  # fmt: skip
def test_speakers_written_otherwise_are_refused(given, code):
    assert errors(judged(speakers=given)) == [f"speakers.{code}"]


def test_a_label_alone_is_no_speaker():
    assert errors(judged(speakers="主讲人:")) == ["speakers.missing"]


def test_a_speaker_written_twice_is_kept_once():
    result = judged(speakers="张三;李四;张三")
    assert (codes(result), result.values["speakers"]) == (["speakers.repeated"], "张三;李四")


def test_an_ethnic_group_without_its_ending_gets_the_right_example():
    assert judged(speakers="(藏)班班多杰").errors[0].example == "(藏族)班班多杰"


def test_kept_speakers_can_be_taken_apart():
    assert [(p.name, p.ethnic_group) for p in people("张建华;(藏族)班班多杰")] == [("张建华", ""), ("班班多杰", "藏族")]


@pytest.mark.parametrize(
    ("given", "kept", "code"),
    [
        ("智能手机;老年人", "智能手机;老年人", []),
        ("智能手机；老年人；", "智能手机;老年人", []),
        ("智能手机，老年人、生活", "智能手机;老年人;生活", ["keywords.separator"]),
        ("手机;手机", "手机", ["keywords.repeated"]),
        ("手\u200b机", "手机", ["keywords.cleaned"]),
    ],
)
def test_keywords_are_separated_and_kept_once(given, kept, code):
    result = judged(keywords=given)
    assert (result.values["keywords"], codes(result)) == (kept, code)


def test_too_many_or_too_long_keywords_are_refused():
    assert errors(judged(keywords=";".join(map(str, range(21))))) == ["keywords.count"]
    assert errors(judged(keywords="长" * 21)) == ["keywords.length"]
    assert judged(keywords=";".join(map(str, range(20)))).ok


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("太短了", "length"),
        ("字" * 2001, "length"),
        ("<p>这是一段网页代码写成的简介</p>", "markup"),
        ("这是一段&nbsp;网页里抄来的简介", "markup"),
    ],
)
def test_a_summary_is_plain_text_of_ten_to_two_thousand_characters(given, code):
    assert errors(judged(summary=given)) == [f"summary.{code}"]


def test_a_summary_keeps_its_lines():
    result = judged(summary="第一行讲的是什么内容\r\n\r\n第二行 3 < 5\u200b ")
    assert result.values["summary"] == "第一行讲的是什么内容\n\n第二行 3 < 5"
    assert codes(result) == ["summary.cleaned"]
    assert judged(summary="字" * 2000).ok


def test_an_order_needs_a_series_and_only_digits():
    assert errors(judged(series_order="01")) == ["series_order.series"]
    for given in ("第1讲", "1.5", 1.5, "一", "1-2", "1234567"):
        assert errors(judged(series="手机课堂", series_order=given)) == ["series_order.format"]
    for given, kept in (("01", "01"), (1.0, "1"), ("０３", "03")):
        assert judged(series="手机课堂", series_order=given).values["series_order"] == kept


def test_an_order_is_unique_in_its_series_as_a_number():
    taken = context("sheet", taken_orders={("手机课堂", 1): "number:7"})
    assert errors(judged(with_context=taken, series=" 手机课堂 ", series_order="01")) == ["series_order.taken"]
    assert judged(with_context=taken, series="手机课堂", series_order="01", own_number=7).ok
    assert judged(with_context=taken, series="手机课堂", series_order="2").ok


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("older", "older"),
        ("老年教育", "older"),
        ("社区教育 ", "community"),
        ("学历继续教育", "degree"),
        ("非学历教育培训", "training"),
        ("OLDER", "older"),
    ],
)
def test_an_area_is_understood_in_chinese_and_by_code(given, kept):
    assert judged(area=given).values["area"] == kept


def test_an_unknown_area_is_refused_with_the_four_names():
    result = judged(area="幼儿教育")
    assert errors(result) == ["area.unknown"] or errors(result)[0] == "area.unknown"
    assert "社区教育" in result.errors[0].message


def test_the_category_fills_the_area():
    result = judged(area=None, category="科学文化-航空知识-航空发动机")
    assert (codes(result), result.values["area"]) == ([], "community")
    assert result.category.node.code == "community.science.aviation.engines"


def test_a_path_with_other_separators_is_told_how_to_write_it():
    result = judged(category="老年教育/技能提升 > 数字生活技能")
    assert errors(result) == ["category.separator"]
    found = next(problem for problem in result.problems if problem.code == "category.separator")
    assert found.wanted == "老年教育-技能提升-数字生活技能"


def test_a_whole_number_written_with_a_point_and_noughts_is_one():
    result = judged(declared_views="36500.0", series="手机课", series_order="2.0")
    assert (errors(result), result.values["declared_views"], result.values["series_order"]) == ([], 36500, "2")
    assert errors(judged(declared_views="36500.5")) == ["declared_views.format"]


def test_an_area_that_contradicts_the_category_is_refused():
    result = judged(area="老年教育", category="科学文化")
    assert errors(result) == ["area.category"]


def test_an_unknown_level_is_kept_with_a_notice_and_an_unknown_tree_is_refused():
    result = judged(category="主动健康—八段锦")
    assert (codes(result), result.values["category"]) == (["category.pending"], "主动健康-八段锦")
    assert errors(judged(category="量子烹饪-入门")) == ["category.unknown"]


def test_an_incoming_resource_id_is_ignored_with_a_notice():
    result = judged(resource_id="ABC123")
    assert codes(result) == ["resource_id.ignored"]
    assert "resource_id" not in result.values


def test_an_old_library_keeps_its_own_ids():
    assert judged("load", resource_id="OLD-17").values["resource_id"] == "OLD-17"


def test_a_course_may_be_linked_but_a_video_needs_its_file():
    bare = context("submit", attached=frozenset({"cover"}))
    linked = {"link": "https://course.example.org/1", "host_platform": "示例课堂"}
    assert judged(with_context=bare, type="A03", area="社区教育", **linked).ok
    assert errors(judged(with_context=bare, type="A03")) == ["files.missing"]
    assert errors(judged(with_context=bare, type="A01", **linked)) == ["files.missing"]


def test_an_old_library_may_hold_a_video_by_its_link_only():
    bare = context("load", attached=frozenset())
    record = {"title": "旧课", "type": "A01", "area": "older", "link": "https://old.example.org/1"}
    assert codes(validate(record, context=bare)) == []


def test_the_host_platform_comes_from_the_register_of_the_links_host():
    register = context("sheet", platform_name={"course.example.org": "示例课堂"}.get)
    link = "https://course.example.org/learn/1"
    assert judged(with_context=register, link=link).values["host_platform"] == "示例课堂"
    assert judged(with_context=register, link=link, host_platform="别的").values["host_platform"] == "别的"
    assert codes(judged(link=link)) == ["host_platform.missing"]


@pytest.mark.parametrize(
    "given",
    [
        "ftp://example.org/a", "javascript:alert(1)", "www.example.org/a", "https://u:p@example.org/", "http://127.0.0.1/",
        "http://localhost/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/", "http://0x7f000001/",
        "http://2130706433/", "http://127.1/", "file:///etc/passwd", "https://", "https://exa mple.org/",
    ],
)  # fmt: skip
def test_a_link_that_the_public_cannot_or_must_not_open_is_refused(given):
    result = judged(link=given)
    assert len(result.errors) == 1
    assert result.errors[0].field == "link"


def test_a_plain_http_link_is_worth_a_word():
    assert "link.insecure" in codes(judged(link="http://course.example.org/1", host_platform="示例"))


def test_a_rights_holder_that_is_not_the_institution_asks_for_a_licence():
    own = context("sheet", owner_names=frozenset({"示例开放大学"}))
    assert codes(judged(with_context=own)) == []
    assert codes(judged(with_context=own, rights_holder="示例开放大学;另一单位")) == ["todo.rights_file"]
    licensed = context(
        "sheet", owner_names=frozenset({"示例开放大学"}), attached=frozenset({"cover", "files", "rights_file"})
    )
    assert codes(judged(with_context=licensed, rights_holder="另一单位")) == []


def test_rights_holders_are_separated_like_everything_else():
    assert judged(rights_holder="甲大学；乙大学\n丙大学；甲大学").values["rights_holder"] == "甲大学;乙大学;丙大学"
    assert errors(judged(rights_holder="甲" * 101)) == ["rights_holder.length"]


@pytest.mark.parametrize("given", ["../a.mp4", "C:\\课件\\a.mp4", "/etc/passwd", "a\x00.mp4"])
def test_a_file_name_is_only_a_name(given):
    assert errors(judged(files=given)) == ["files.name"]


def test_file_names_may_lie_in_folders_of_the_archive():
    assert judged(files="第一章\\01.mp4；第一章/02.mp4").values["files"] == "第一章/01.mp4;第一章/02.mp4"


def test_a_bad_outline_says_where_and_a_good_one_is_kept_in_one_form():
    assert errors(judged(outline="<catalog><item")) == ["outline.not_xml"]
    assert errors(judged(outline='<!DOCTYPE a><catalog version="1"/>')) == ["outline.doctype"]
    result = judged(
        outline='<?xml version="1.0"?>\n<catalog version="1">\n <item no="1" title=" 第一章 " start="00：00：05"/></catalog>'
    )
    assert result.values["outline"] == '<catalog version="1"><item no="1" title="第一章" start="00:00:05"/></catalog>'


def test_a_chapter_beyond_the_end_is_a_notice():
    outline = '<catalog version="1"><item no="1" title="一" start="00:20:00"/><item no="2" title="二" start="00:01:00"/></catalog>'
    result = judged(duration="00:10:00", outline=outline)
    assert result.ok
    assert codes(result) == ["outline.beyond", "outline.order"]


def test_every_text_of_the_standard_can_be_translated():
    shown = {text for field in standard() for text in (field.heading, field.format, field.help)}
    assert set(TEXTS) == shown | {kind.label for kind in standard().types}
