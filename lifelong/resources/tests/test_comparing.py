"""Two versions of a resource side by side, field by field and file by file."""

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.resources.actions import attachments, drafts, files, submission
from lifelong.resources.actions.publication import mark_published
from lifelong.resources.actions.steps import move
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Resource, Version
from lifelong.resources.queries import comparing
from lifelong.resources.queries.comparing import Piece, compare, words_apart
from lifelong.resources.tests import cast
from lifelong.web.refusals import NotAllowed

NOW = timezone.now
KEPT, GONE, NEW = "same", "gone", "new"


def ops(pieces):
    return [(piece.op, piece.text) for piece in pieces]


def test_long_texts_are_marked_word_by_word():
    apart = words_apart("一步一步演示怎样用手机看病挂号。", "一步一步演示怎样用手机预约挂号。")
    assert ops(apart) == [(KEPT, "一步一步演示怎样用手机"), (GONE, "看病"), (NEW, "预约"), (KEPT, "挂号。")]


@given(st.text("的了手机。 \na1", max_size=60), st.text("的了手机。 \na1", max_size=60))
@settings(max_examples=80, deadline=None)
def test_both_texts_can_be_read_out_of_the_marks(before, after):
    apart = words_apart(before, after)
    assert "".join(piece.text for piece in apart if piece.op != NEW) == before
    assert "".join(piece.text for piece in apart if piece.op != GONE) == after


def test_a_text_of_any_shape_is_compared_within_a_bound(monkeypatch):
    monkeypatch.setattr(comparing, "MOST_STEPS", 10)
    apart = words_apart("第一句没有变。第二句要改。", "第一句没有变。第二句改了。")
    assert ops(apart)[0] == (KEPT, "第一句没有变。")


def values(**changes):
    return {
        "title": "太极拳",
        "keywords": "太极拳;健身",
        "category": "老年教育-健康-运动",
        "declared_views": 3,
    } | changes


def fields(before, after):
    return {change.name: change for change in compare(before, after, [], [], lambda key: {}).fields}


def test_each_kind_of_field_is_compared_as_what_it_is():
    found = fields(values(), values(keywords="健身；养生", category="老年教育-健康-养生", declared_views=None))
    assert set(found) == {"keywords", "category", "declared_views"}
    assert set(found["keywords"].pieces) == {Piece(KEPT, "健身"), Piece(NEW, "养生"), Piece(GONE, "太极拳")}
    assert ops(found["category"].pieces) == [(KEPT, "老年教育"), (KEPT, "健康"), (GONE, "运动"), (NEW, "养生")]
    assert (found["declared_views"].before, found["declared_views"].after) == ("3", "")


def outline(*lines):
    items = "".join(f'<item no="{no}" title="{title}" start="{start}"/>' for no, title, start in lines)
    return f'<catalog version="1">{items}</catalog>'


def test_the_outline_is_compared_as_a_tree_of_lines():
    same = [(str(n), f"第 {n} 节", f"00:0{n}:00") for n in range(1, 9)]
    changed = [*same[:6], ("7", "第 7 节", "00:09:00"), ("8", "新的一节", "00:08:00"), ("9", "第 8 节", "00:08:00")]
    lines = fields(values(outline=outline(*same)), values(outline=outline(*changed)))["outline"].lines
    assert [line.op for line in lines] == ["skip", "same", "same", "changed", "new", "same"]
    assert lines[0].skipped == 4
    assert (lines[3].start_before, lines[3].start_after) == (420, 540)
    broken = fields(values(outline="<catalog"), values(outline=outline(*same)))["outline"]
    assert broken.kind == "values"


def file(name, sha, **more):
    return {"id": int(sha), "name": name, "size": 9, "sha256": sha.rjust(64, "0"), "position": 1, "title": "", **more}


def test_files_are_matched_by_content_then_by_place():
    slow = {"width": 1280, "height": 720, "codec": "h264", "frame_rate": "30000/1001"}
    facts = {1: {"duration_s": 60.0, "video": slow, "audio": [{"codec": "aac"}]},
             2: {"duration_s": 61.5, "video": {"width": 1920, "height": 1080, "codec": "h264"}, "audio": [{"codec": "aac"}]}}  # fmt: skip
    captions = [{"id": 9, "name": "字幕.vtt", "sha256": "9" * 64, "language": "zh-Hans"}]
    before = [file("一.mp4", "1"), file("二.mp4", "3", position=2), file("封面.jpg", "5", kind="cover")]
    after = [file("二.mp4", "3", captions=captions), file("新.mp4", "2", position=2), file("三.mp4", "4", position=3)]
    found = compare(values(), values(), before, after, lambda key: facts.get(key, {}))
    assert [change.op for change in found.media] == ["changed", "replaced", "new"]
    replaced = {row.label: (row.before, row.after) for row in found.media[1].rows if row.changed}
    assert replaced["时长"] == ("00:01:00.0", "00:01:01.5")
    assert replaced["分辨率"] == ("1280×720", "1920×1080")
    assert replaced["帧率"] == ("29.97 (30000/1001) fps", "")
    assert "视频编码" not in replaced
    assert "字幕" in {row.label for row in found.media[0].rows if row.changed}
    assert found.cover.op == GONE
    assert found.headings == ["媒体文件", "资源封面"]


# the pages


@pytest.fixture
def second(ready, call, reporter) -> Version:
    """Version 2 of what is online since its first round, with another summary, file and cover."""
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=NOW())
    Version.objects.filter(pk=ready.pk).update(state=State.ACCEPTED)
    online = Version.objects.select_related("resource").get(pk=ready.pk)
    mark_published(online, at=NOW(), by=None, batch_number="2026-01")
    made = drafts.start_version(Version.objects.get(pk=ready.pk), by=reporter, at=NOW())
    texts = cast.WHOLE | {"summary": "面向老年学习者，从开机、拨号到网上购物，一步一步演示。", "keywords": "手机;购物"}
    made = drafts.save_draft(made, values=texts, revision=made.revision, by=reporter, at=NOW())
    files.remove_file(made, entry_id=made.files.get().pk, by=reporter, at=NOW())
    cast.measure(cast.sent(made, reporter, name="第二讲.mp4", seed="2"), cast.good_facts(duration_s=75.0))
    attachments.set_cover(made, name="新封面.jpg", content=cast.jpeg((1920, 1080)), by=reporter, at=NOW())
    return Version.objects.get(pk=made.pk)


def compared(client, resource, **ends):
    return client.get(
        reverse("resources:compare", args=[resource.resource_id]), {k.rstrip("_"): v for k, v in ends.items()}
    )


def test_the_reporter_sees_what_the_new_version_changes_before_handing_it_in(second, reporter):
    client, resource = signed_in(reporter), second.resource
    assert "与在线版本比较" in client.get(reverse("resources:edit", args=[resource.resource_id, 2])).content.decode()
    answer = compared(client, resource)
    page = answer.content.decode()
    assert (answer.context["before"].key, answer.context["after"].key) == ("v1r1", "v2")
    assert "<del>看病挂号</del><ins>网上购物</ins>" in page
    assert "<ins>购物</ins>" in page
    assert "<del>生活</del>" in page
    assert "<del>00:01:00.0</del>" in page
    assert "<ins>00:01:15.0</ins>" in page
    assert page.count("<video") == 2  # the two films beside each other, and the two covers
    assert page.count("<figure>") == 4
    assert compared(client, resource, from_="v2", to="online").context["after"].key == "v1r1"


def test_versions_and_rounds_tell_who_when_and_what_was_decided(second, reporter, call):
    resource, officer = second.resource, holder(Role.DECIDING_OFFICER)
    submission.submit(second, call=call, signature=cast.signed(second, reporter), by=reporter, at=NOW())
    second.refresh_from_db()
    move(
        second, to=State.RETURNED, verb="returned", by=officer, at=NOW(), reasons=[{"field": "summary", "text": "太短"}]
    )
    page = signed_in(reporter).get(reverse("resources:versions", args=[resource.resource_id])).content.decode()
    for words in ("第 1 版", "第 2 版", "第 1 轮", "现在的草稿", "退回修改", "资源简介：太短", "上线", "开始新版本"):
        assert words in page
    official = signed_in(officer)
    theirs = official.get(reverse("resources:versions", args=[resource.resource_id])).content.decode()
    assert "现在的草稿" not in theirs
    assert compared(official, resource).context["after"].key == "v2r1"
    assert compared(official, resource, to="v2").context["after"].key == "v2r1"


def test_a_stranger_compares_nothing_and_nonsense_is_not_found(second, reporter, rival):
    assert compared(signed_in(rival), second.resource).status_code == 404
    client = signed_in(reporter)
    assert {compared(client, second.resource, to=key).status_code for key in ("v9", "v1r7", "x", "v2r1\x00")} == {404}


def test_pages_cost_the_same_however_many_versions(second, reporter, call, django_assert_max_num_queries):
    client, address = signed_in(reporter), reverse("resources:versions", args=[second.resource.resource_id])
    client.get(address)
    with django_assert_max_num_queries(30) as before:
        client.get(address)
    submission.submit(second, call=call, signature=cast.signed(second, reporter), by=reporter, at=NOW())
    with django_assert_max_num_queries(len(before)):
        client.get(address)


def test_a_deleted_draft_does_not_come_back_beside_a_newer_one(second, reporter):
    drafts.delete_draft(second, by=reporter, at=NOW())
    third = drafts.start_version(Resource.objects.get().online_version, by=reporter, at=NOW())
    assert third.number == 3
    second.refresh_from_db()
    with pytest.raises(NotAllowed, match="第 3 版正在办理"):
        drafts.restore_draft(second, by=reporter, at=NOW())
