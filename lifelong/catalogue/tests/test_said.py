"""What is said in a resource is found, at its second, by the same rules as what is written; and leads there."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lifelong.catalogue import feeder as feeding
from lifelong.catalogue.actions import availability, snapshots
from lifelong.catalogue.actions.log import note_changes
from lifelong.catalogue.feeder import Feeder
from lifelong.catalogue.lifecycle import ChangeKind
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.listing import the_reader
from lifelong.catalogue.search import speech
from lifelong.catalogue.search.asking import Question, ask
from lifelong.catalogue.search.said import places
from lifelong.catalogue.search.schema import Facts
from lifelong.catalogue.search.shelf import Shelf, View, Writer, view_of
from lifelong.catalogue.search.speech import Line, Speech, Track
from lifelong.catalogue.tests import world
from lifelong.media import actions as media
from lifelong.media.captions import Cue, webvtt
from lifelong.resources.models import Caption


def of(*lines: tuple[float, str], file: int = 1, language: str = "zh-Hans", source: int = 7) -> Speech:
    return Speech(source, lambda: [Track(file, language, [Line(start, words) for start, words in lines])])


def view_on(folder: Path, *facts: Facts) -> View:
    writer = Writer(Shelf(folder).fresh())
    for one in facts:
        writer.put(one)
    writer.commit(1)
    return view_of(writer.index, writer.folder)


def resource(key: int, title: str, said: Speech | None = None, **other: Any) -> Facts:
    return Facts(id=key, identifier=f"41-{key:06}", title=title, type="A01", area="older", speech=said, **other)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return view_on(
        tmp_path_factory.mktemp("index"),
        resource(1, "太极拳入门", of((3, "今天讲第三把钥匙"), (29.2, "手腕放松 太极"), (33.5, "拳要慢慢打"), (4000, "喝茶也有讲究")), year=2024),
        resource(2, "书法", of((12.7, "請用智慧手機拍照"), (70, "ＰＨＯＴＯＳＨＯＰ 里打开"), (95, "赵心怡老师的太极拳"), (200, ""))),
        resource(3, "没有字幕的太极拳课"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("钥匙", {1: [3]}),
        ("第三把钥匙", {1: [3]}),
        ("手机", {2: [12]}),  # traditional characters, inside a longer word
        ("photoshop", {2: [70]}),  # full width
        ("茶", {1: [4000]}),  # one character, beyond the first hour
        ("太极拳", {1: [29], 2: [95]}),  # across the border of two lines and of two stretches
        ("taijiquan", {1: [29], 2: [95]}),
        ("我想学太极拳", {1: [29], 2: [95]}),
        ("手腕 慢慢", {1: [29]}),  # said within half a minute of each other, though not in one stretch of it
        ("赵心怡", {2: [95]}),  # a name that is no word
        ("钥匙 喝茶", {}),  # an hour apart is not together
        ("飞船", {}),
    ],
)
def test_words_are_found_at_the_second_at_which_they_are_said(
    view: View, typed: str, where: dict[int, list[int]]
) -> None:
    answer = ask(view, Question.of(typed, where="said"))
    assert {key: [place.second for place in places(view, key, answer.said)] for key in answer.ids} == where
    assert answer.total == answer.totals["said"] == len(where)


def test_filters_facets_sorts_and_pages_hold_for_what_is_said_too(view: View) -> None:
    asked = Question.of("太极拳", where="said", facets=("year",), sort="newest")
    assert sorted(ask(view, asked).ids) == [1, 2]
    assert ask(view, asked).facets["year"] == [("2024", 1)]
    filtered = ask(view, Question.of("太极拳", {"year": ["2024"]}, where="said"))
    assert (filtered.ids, filtered.totals) == ([1], {"said": 1, "about": 1})
    written = ask(view, Question.of("太极拳", {"year": ["2024"]}))
    assert (written.ids, written.totals) == ([1], {"about": 1, "said": 1})
    pages = [ask(view, Question.of("太极拳", where="said", offset=at, limit=1)).ids for at in (0, 1, 2)]
    assert sorted(key for page in pages for key in page) == [1, 2]
    assert ask(view, Question.of("飞船", {"year": ["2024"]}, where="said")).total == 0


def test_a_place_is_marked_and_told_once_however_many_languages_say_it(tmp_path: Path) -> None:
    lines = [Line(25, "<b>&穴位</b>"), Line(31, "穴位"), *(Line(60 + at, "穴位") for at in range(40))]
    both = Speech(9, lambda: [Track(2, "zh-Hans", lines), Track(2, "zh-Hant", lines)])
    view = view_on(tmp_path, resource(1, "按摩", both))
    found = places(view, 1, ask(view, Question.of("穴位", where="said")).said)
    assert [(place.file, place.second) for place in found] == [(2, 25), (2, 31), (2, 60)]
    assert found[0].piece.startswith("&lt;b&gt;&amp;<mark>穴位</mark>")


def test_twenty_thousand_lines_are_a_document_each_half_minute() -> None:
    lines = [Line(at * 0.5, f"第{at}句") for at in range(20_000)]
    stretches = list(speech.stretches(lines))
    assert [start for start, _ in stretches] == list(range(0, 10_000, 30))
    assert all(len(some) <= 60 + 20 for _, some in stretches)


# With the library


def captioned(title: str, *cues: tuple[float, str], language: str = "zh-Hans") -> Entry:
    entry = world.entry(title)
    file = entry.version.files.get()
    content = webvtt([Cue(start, start + 2, words) for start, words in cues]).encode()
    kept = media.store_caption(
        institution=entry.institution, name="a.vtt", content=content, length_s=None, by=None, at=timezone.now()
    )
    Caption.objects.update_or_create(file=file, language=language, defaults={"media_file": kept})
    snapshots.renew_media(file.media_file_id, at=timezone.now())
    note_changes([entry.resource_id], kind=ChangeKind.PUBLISHED, at=timezone.now())
    return Entry.objects.get(pk=entry.pk)


def said_in(words: str) -> list[str]:
    ids = ask(the_reader().now(), Question.of(words, where="said")).ids
    return sorted(Entry.objects.filter(resource_id__in=ids).values_list("title", flat=True))


@pytest.fixture
def shown(final) -> Entry:
    """Online, while no feeder is at work."""
    world.published(final, "八段锦", "太极拳起势")
    return captioned("八段锦", (1, "先把双手托起"), (95.4, "现在说<i>三焦</i>在哪里"), (99, "记住了"))


@pytest.fixture
def film(shown, feed) -> Entry:
    feed()
    return shown


def test_captions_follow_the_log_like_everything_else(film, feed, final, operator) -> None:
    assert said_in("三焦") == ["八段锦"]
    availability.suspend(film.resource, by=operator, reason="画面有误", at=timezone.now())
    feed()
    assert said_in("三焦") == []
    view = the_reader().now()
    assert not view.captions(0, view.highest() + 1)[1]
    availability.restore(film.resource, by=final, reason="已核实", at=timezone.now())
    feed()
    assert said_in("三焦") == ["八段锦"]
    captioned("八段锦", (5, "换了一段话讲脾胃"))
    feed()
    assert (said_in("三焦"), said_in("脾胃")) == ([], ["八段锦"])


def test_a_kill_between_the_two_commits_loses_nothing_and_doubles_nothing(shown, monkeypatch) -> None:
    feeder = Feeder()
    feeder.catch_up()
    captioned("太极拳起势", (2, "双手与肩同宽"))
    writer = feeder.open()
    monkeypatch.setattr(writer, "writer", None)  # the first index never comes to its commit
    with pytest.raises(AttributeError):
        feeder.step()
    feeder.writer = None
    del writer
    monkeypatch.undo()
    feeder = Feeder()
    feeder.catch_up()
    assert said_in("肩") == ["太极拳起势"]
    view = view_of(feeder.open().index, feeder.open().folder)
    here, there = view.captions(0, view.highest() + 1)
    assert here == there
    assert len(here) == 2
    assert view.speech.num_docs == 3  # one stretch, and two of the other film
    feeder.close()


def test_nightly_comparison_mends_what_is_missing_or_left_over_among_the_captions(shown) -> None:
    feeder = Feeder()
    feeder.catch_up()
    writer = feeder.open()
    writer.speech.put(shown.resource_id, None)
    writer.speech.put(4_711, of((1, "无主的话")))
    writer.commit(feeder.cursor)
    assert feeding.differences(view_of(writer.index, writer.folder)) == {shown.resource_id, 4_711}
    assert feeder.reconcile() == 2
    assert feeder.reconcile() == 0
    assert (said_in("三焦"), said_in("无主")) == (["八段锦"], [])
    feeder.close()


def test_captions_are_read_again_only_where_they_are_others(film, feed, monkeypatch) -> None:
    monkeypatch.setattr(speech, "documents", None)  # would be called
    note_changes([film.resource_id], kind=ChangeKind.COUNTED, at=timezone.now())
    feed()
    assert said_in("三焦") == ["八段锦"]


def test_search_shows_the_sentence_and_its_second_without_a_script(client, film) -> None:
    page = client.get("/search", {"q": "三焦"}).content.decode()
    assert "在讲解中说到（1）" in page
    page = client.get("/search", {"q": "三焦", "in": "said"}).content.decode()
    assert f'href="/resources/{film.identifier}?t=95"' in page
    assert "现在说<mark>三焦</mark>在哪里" in page
    assert '<input type="hidden" name="in" value="said">' in page
    written = client.get("/search", {"q": "八段锦"}).content.decode()
    assert "在讲解中说到" not in written


def test_the_page_opened_at_a_second_stands_there_and_shows_what_is_said(client, film) -> None:
    page = client.get(film.get_absolute_url(), {"t": "95"}).content.decode()
    assert 'data-start-at="95"' in page
    assert "#t=95" in page
    assert "现在说三焦在哪里" in page
    assert "先把双手托起" in page
    assert f'hx-get="{film.get_absolute_url()}/transcript?file=1&amp;t=95&amp;part=1"' in page


@pytest.mark.parametrize("given", [{}, {"part": "1"}, {"page": "99"}, {"t": "9999"}, {"lang": "xx", "file": "7"}])
def test_the_transcript_leads_line_by_line_into_the_film(client, film, given) -> None:
    page = client.get(f"{film.get_absolute_url()}/transcript", given).content.decode()
    assert f'<a href="/resources/{film.identifier}?t=95" data-second="95"><time>1:35</time>' in page
    assert ("<html" in page) == ("part" not in given)


def test_the_transcript_is_searched_and_gone_with_its_resource(
    client, film, operator, django_assert_max_num_queries
) -> None:
    address = f"{film.get_absolute_url()}/transcript"
    with django_assert_max_num_queries(8):
        page = client.get(address, {"find": "三焦 <i>"}).content.decode()
    assert "<i>" not in page
    assert "说到 0 处" in page
    page = client.get(address, {"find": "三焦"}).content.decode()
    assert "<mark>三焦</mark>" in page
    assert "先把双手托起" not in page
    assert client.get(f"{world.entry('太极拳起势').get_absolute_url()}/transcript").status_code == 404
    availability.suspend(film.resource, by=operator, reason="画面有误", at=timezone.now())
    assert client.get(address).status_code == 404


def test_the_interface_tells_the_seconds(client, film, settings) -> None:
    found = client.get("/api/v1/resources", {"q": "三焦", "in": "said"}).json()
    assert (found["total"], found["totals"]) == (1, {"about": 0, "said": 1})
    [item] = found["items"]
    assert item["said"] == [
        {
            "file": 1, "second": 95, "text": "现在说三焦在哪里 记住了",
            "url": f"{settings.SITE_URL}/resources/{film.identifier}?t=95",
        }
    ]  # fmt: skip
    assert client.get("/api/v1/resources", {"q": "三焦", "in": "heard"}).status_code == 400
