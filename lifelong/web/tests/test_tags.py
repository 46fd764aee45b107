"""The words of the look, each in a template as pages use it."""

from datetime import datetime, timedelta

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from lifelong.web import assets
from lifelong.web.desk import Entry


def drawn(source: str, path: str = "/", **context: object) -> str:
    return engines["django"].from_string(source).render(context, RequestFactory().get(path))


@pytest.fixture
def built(tmp_path, monkeypatch: pytest.MonkeyPatch):
    def build(names: str | None) -> None:
        if names is not None:
            (tmp_path / "manifest.json").write_text(names, encoding="utf-8")
        monkeypatch.setattr(assets, "BUILT", tmp_path)
        assets._names.cache_clear()

    yield build
    assets._names.cache_clear()


def test_an_asset_is_found_under_its_hashed_name(built) -> None:
    built('{"site.css": "site-12345678.css"}')
    assert drawn('{% asset "site.css" %}') == "/static/built/site-12345678.css"
    assert assets.front_end_is_built(None) == []


def test_an_asset_that_was_never_built_is_named_with_what_is_there(built) -> None:
    built('{"site.css": "site-12345678.css"}')
    with pytest.raises(KeyError, match=r"sight\.css.*known: site\.css"):
        drawn('{% asset "sight.css" %}')


def test_pages_open_before_anything_is_built_and_the_check_says_so(built, caplog: pytest.LogCaptureFixture) -> None:
    built(None)
    assert drawn('{% asset "site.css" %}') == "/static/built/site.css"
    assert "npm run build" in caplog.text
    assert [warning.id for warning in assets.front_end_is_built(None)] == ["web.W001"]


def test_an_icon_with_a_label_speaks_and_one_without_is_silent() -> None:
    assert 'aria-hidden="true"' in drawn('{% icon "play" %}')
    assert 'aria-label="&lt;移除&gt;"' in drawn('{% icon "close" word %}', word="<移除>")


def test_a_state_has_its_word_and_may_be_given_another() -> None:
    assert drawn('{% state "returned" %}') == '<span class="state state-returned">已退回</span>'
    assert ">逾期 2 天<" in drawn('{% state "late" "逾期 2 天" %}')


def test_an_address_that_no_chapter_serves_is_empty() -> None:
    assert drawn('{% address "no-such-view" %}|{% address "elder" %}') == "|/elder"


def test_the_query_keeps_the_filters_and_forgets_the_page() -> None:
    path = "/search?area=older&area=degree&q=a&page=4"
    assert drawn("{% query q='b' %}", path) == "?area=older&amp;area=degree&amp;q=b"
    assert drawn("{% query page=5 %}", path) == "?area=older&amp;area=degree&amp;q=a&amp;page=5"
    assert drawn("{% query_without 'area' 'older' %}", path) == "?area=degree&amp;q=a"
    assert drawn("{% query_with 'area' 'training' %}", path) == "?area=older&amp;area=degree&amp;area=training&amp;q=a"
    assert drawn("{% query_with 'area' 'older' %}", path) == "?area=older&amp;area=degree&amp;q=a"


def test_the_menu_marks_the_nearest_entry() -> None:
    menu = [
        Entry("资源", "/work/resources/", "报送"),
        Entry("系列", "/work/resources/series/", "报送"),
        Entry("队列", "/work/queue/", "审核"),
    ]
    source = "{% menu_groups as groups %}{% for g in groups %}{{ g.title }}:{% for e in g.entries %}{{ e.title }}{% if e.current %}*{% endif %} {% endfor %}{% endfor %}"
    assert drawn(source, "/work/resources/series/3/", menu=menu) == "报送:资源 系列* 审核:队列 "
    assert "*" not in drawn(source, "/elsewhere/", menu=lambda: menu)


@pytest.mark.parametrize(
    ("number", "shown"), [(1, [1, 2, None, 62]), (7, [1, None, 6, 7, 8, None, 62]), (62, [1, None, 61, 62])]
)
def test_few_page_numbers_are_offered(number: int, shown: list[int | None]) -> None:
    from lifelong.web.templatetags.web import page_numbers

    assert page_numbers(Paginator(range(1240), 20).page(number)) == shown


def test_the_foot_of_a_list_leads_on_with_its_filters() -> None:
    page = Paginator(range(45), 20).page(2)
    html = drawn('{% include "web/_pages.html" %}', "/work/?state=draft", page=page)
    assert "共 45 条，本页 21–40" in html
    assert 'href="?state=draft&amp;page=3"' in html
    assert '<span aria-current="page">2</span>' in html


def test_dates_are_said_as_people_say_them() -> None:
    now = timezone.localtime()
    deadline = now + timedelta(days=3, hours=1)
    assert drawn("{{ x|left }}", x=deadline) == "还有 3 天"
    assert drawn("{{ x|left }}", x=now + timedelta(minutes=61, seconds=5)) == "还有 1 小时 1 分"
    assert drawn("{{ x|left }}", x=now - timedelta(minutes=1)) == "已过期"
    assert drawn("{{ x|ago }}", x=now - timedelta(hours=5)) == "5 小时前"
    assert (
        drawn("{{ x|moment }}", x=datetime(2022, 5, 20, 17, tzinfo=timezone.get_default_timezone()))
        == "2022 年 5 月 20 日 17:00"
    )
    midnight = datetime(now.year + 1, 1, 1, tzinfo=timezone.get_default_timezone())
    assert drawn("{{ x|deadline }}", x=midnight) == "12 月 31 日 24:00"
    assert ">12 月 31 日 24:00（" in drawn("{% due x %}", x=midnight)
    assert drawn("{{ x|deadline }}", x=midnight + timedelta(hours=17)) == f"{now.year + 1} 年 1 月 1 日 17:00"
    assert "（还有 3 天）</time>" in drawn("{% due x %}", x=deadline)
    assert drawn("{% due x %}{% when x %}{{ x|day }}{{ x|ago }}", x=None) == ""


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (65, "1:05"), (3661.4, "1:01:01"), (90_000, "25:00:00"), (None, "")]
)
def test_lengths_read_like_a_clock(seconds: float | None, said: str) -> None:
    assert drawn("{{ x|clock }}", x=seconds) == said


def test_sizes_are_in_the_unit_a_person_would_use() -> None:
    assert [drawn("{{ x|bytesize }}", x=size) for size in (0, 2048, 5_242_880, 2_254_857_830)] == [
        "0 B",
        "2 KB",
        "5.0 MB",
        "2.1 GB",
    ]
    assert drawn("{{ x|count }}", x=36500) == "36,500"
