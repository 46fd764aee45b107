"""What holds for any input at all: no crash, and normalising twice changes nothing."""

from datetime import date, datetime, time, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifelong.standards.categories import packaged
from lifelong.standards.metadata import Context, standard, validate
from lifelong.standards.metadata.text import unseen

NAMES = [field.name for field in standard()]
TODAY = date(2026, 5, 20)

pieces = st.sampled_from(
    ["主讲人:", "主讲人：", "(藏族)", "（汉族）", "张三", "·", "•", ";", "；", "、", ",", " ", "\u3000", "\xa0", "\n", "\t", "\u200b", "\ufeff",
     "\u0301", "\u2028", "\u037e", "<b>", "&nbsp;", "-", "—", "－", "科学文化", "航空知识", "主动健康", "社区教育", "A01", "ａ０２", "01", "1",
     ":", "：", "45", "2022", "/", "年", "月", "日", "万", "%", "'", "=", "http://", "https://", "example.org", "..", "\\", "\x00", "\ud800",
     "视频", "ǆ", "ﬁ", "가", "ᄀ", "ᅡ", "\u3164"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=40), st.lists(pieces, max_size=12).map("".join))
cells = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.lists(texts, max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
records = st.dictionaries(st.sampled_from(NAMES), cells, max_size=len(NAMES))
stages = st.sampled_from(["draft", "sheet", "submit", "load"])


@settings(max_examples=600, deadline=None)
@given(records, stages)
@example({"series_order": 0.0, "series": {}}, "draft")
def test_normalising_twice_changes_nothing(record, stage):
    context = Context(today=TODAY, tree=packaged(), stage=stage)
    first = validate(record, context=context)
    again = validate(first.values, context=context)
    assert again.values == first.values
    # told only when what was wrong beside it is left out: a platform without an address, an order without a series
    spoken = {"missing", "address", "series"}
    fresh = [
        p for p in again.errors if p.code.split(".")[1] not in spoken and p.code not in {q.code for q in first.errors}
    ]
    assert fresh == []


@settings(max_examples=300, deadline=None)
@given(records, stages)
def test_whatever_comes_in_what_is_kept_is_clean_and_of_its_type(record, stage):
    kept = validate(record, context=Context(today=TODAY, tree=packaged(), stage=stage)).values
    for name, value in kept.items():
        wanted = {
            "duration": int,
            "created_date": date,
            "rights_until": date,
            "declared_views": int,
            "declared_learners": int,
        }.get(name, str)
        assert type(value) is wanted, name
        if wanted is str and name not in {"summary", "outline"}:
            assert value == value.strip() != ""
            assert unseen(value) is None
    assert not kept.get("created_date", TODAY) > TODAY


@settings(max_examples=300, deadline=None)
@given(records, stages)
def test_every_problem_can_be_shown(record, stage):
    for problem in validate(record, context=Context(today=TODAY, tree=packaged(), stage=stage)).problems:
        assert problem.message
        assert problem.column == standard().field(problem.field).heading
        assert len(problem.found) <= 60
        assert problem.message.encode("utf-8")
        assert problem.code.startswith((f"{problem.field}.", "todo."))


@given(st.one_of(st.times(), st.timedeltas(), st.datetimes(), st.dates(), st.floats(allow_nan=True)))
def test_any_cell_of_a_spreadsheet_may_stand_in_any_column(cell):
    assert isinstance(cell, time | timedelta | datetime | date | float)
    for name in NAMES:
        validate({name: cell}, context=Context(today=TODAY, tree=packaged(), stage="sheet"))
