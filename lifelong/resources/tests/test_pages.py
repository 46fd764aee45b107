"""The pages of a reporter, asked for as a browser asks."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.institutions.models import MandateRole
from lifelong.notices.models import Notice
from lifelong.resources.actions import drafts, submission
from lifelong.resources.actions.steps import move
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Resource, Round, Series, Version
from lifelong.resources.tests import cast
from lifelong.screening.models import Likeness

NOW = timezone.now
AUTOSAVE = {"HTTP_X_AUTOSAVE": "1", "HTTP_ACCEPT": "application/json, text/html;q=0.9"}


@pytest.fixture
def client(reporter) -> Client:
    return signed_in(reporter)


def at(version: Version, name: str = "edit", *more) -> str:
    return reverse(f"resources:{name}", args=[version.resource.resource_id, version.number, *more])


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_first_visit_invites(client):
    assert "还没有资源" in page(client, reverse("resources:index"))


def test_a_draft_is_begun_with_a_title_and_leads_to_its_form(client, college):
    assert "新建资源" in page(client, reverse("resources:new"))
    answer = client.post(reverse("resources:new"), {"title": "微信入门", "type": "A01", "area": "older"})
    version = Version.objects.get()
    assert answer.url == at(version)
    shown = page(client, answer.url)
    assert 'value="微信入门"' in shown
    assert "必填" in shown


def typed(version: Version, **changes) -> dict[str, str]:
    return {"title": version.title, "type": version.type, "revision": str(version.revision), **changes}


def test_a_saved_form_shows_its_errors_where_they_happened(client, draft):
    answer = client.post(at(draft), typed(draft, duration="1:2"), follow=True)
    shown = answer.content.decode()
    assert "有 1 处需要修改" in shown
    assert 'value="1:2"' in shown


def test_autosave_answers_with_the_new_revision_and_the_sentences(client, draft):
    answer = client.post(at(draft), typed(draft, title="手机入门", duration="1:2"), **AUTOSAVE)
    said = answer.json()
    assert said["revision"] == draft.revision + 1
    assert set(said["errors"]) == {"duration"}
    assert Version.objects.get().title == "手机入门"


@pytest.mark.parametrize("number", ["²", "9" * 30, "9" * 5000])
def test_a_number_that_is_none_is_passed_over(client, draft, number):
    assert client.get(reverse("resources:index"), {"series": number}).status_code == 200
    assert client.get(reverse("resources:submit-many"), {"version": number}).status_code < 500
    assert client.post(at(draft), typed(draft, title="改过的标题") | {"revision": number}).status_code == 409
    assert client.post(at(draft, "files-change"), {"remove": number}).status_code == 404
    assert client.post(at(draft, "files-explain"), {f"explanation-{number}": "说明"}).status_code < 500


def test_two_tabs_never_overwrite_each_other_and_the_second_sees_both(client, draft):
    client.post(at(draft), typed(draft, title="第一个标签页"), **AUTOSAVE)
    answer = client.post(at(draft), typed(draft, title="第二个标签页"), **AUTOSAVE)
    assert answer.status_code == 409
    assert answer["X-Revision"] == str(draft.revision + 1)
    shown = answer.content.decode()
    assert "第一个标签页" in shown
    assert "第二个标签页" in shown
    without_script = client.post(at(draft), typed(draft, title="第二个标签页"))
    assert without_script.status_code == 409
    shown = without_script.content.decode()
    assert 'value="第二个标签页"' in shown
    assert f'name="revision" value="{draft.revision + 1}"' in shown
    assert Version.objects.get().title == "第一个标签页"


def test_a_new_series_is_only_made_when_the_form_is_sent(client, draft):
    client.post(at(draft), typed(draft, series="", series_new="手机生"), **AUTOSAVE)
    assert not Series.objects.exists()
    assert 'value="手机生"' in page(client, at(draft))
    draft.refresh_from_db()
    client.post(at(draft), typed(draft, series="", series_new="手机生活课堂"))
    assert Series.objects.get().title == "手机生活课堂"


def test_a_category_is_chosen_and_may_go_deeper(client, draft):
    shown = page(client, at(draft))
    assert '<optgroup label="老年教育">' in shown
    code = draft.category.code
    client.post(at(draft), typed(draft, category=code, category_more="看病挂号"))
    assert Version.objects.get().category_path.endswith("数字生活技能-看病挂号")
    shown = page(client, at(draft))
    assert f'<option value="{code}" selected>' in shown
    assert 'value="看病挂号"' in shown


def test_a_cover_that_is_no_jpg_is_refused_and_the_texts_are_kept(client, draft):
    wrong = SimpleUploadedFile("封面.jpg", b"\x89PNG\r\n\x1a\n....")
    shown = client.post(at(draft), typed(draft, title="手机入门", cover=wrong), follow=True).content.decode()
    assert "文字已保存，文件没有收下" in shown
    right = SimpleUploadedFile("封面.jpg", cast.jpeg())
    draft.refresh_from_db()
    client.post(at(draft), typed(draft, cover=right))
    version = Version.objects.get()
    assert (version.title, version.cover.original_name) == ("手机入门", "封面.jpg")
    client.post(at(version), typed(version, cover_remove="1"))
    assert Version.objects.get().cover is None


def test_a_file_comes_without_a_script(client, draft):
    film = SimpleUploadedFile("第一讲.mp4", cast.content())
    shown = client.post(at(draft, "files-send"), {"files": [film]}, follow=True).content.decode()
    assert "已收到“第一讲.mp4”" in shown
    assert "正在检测参数" in shown
    assert draft.files.get().media_file.original_name == "第一讲.mp4"


def test_an_upload_is_opened_for_the_island_and_goes_on_where_it_stopped(client, draft):
    asked = {"name": "第一讲.mp4", "size": 5_000_000_000 // 1000}
    first = client.post(at(draft, "files-open"), json.dumps(asked), content_type="application/json")
    again = client.post(at(draft, "files-open"), json.dumps(asked), content_type="application/json")
    assert first.json()["id"] == again.json()["id"]
    assert urlsplit(first.json()["url"]).path == f"/uploads/{first.json()['id']}"
    moving = client.get(at(draft, "files-state")).json()["files"]
    assert [(file["name"], file["state"]) for file in moving] == [("第一讲.mp4", "uploading")]
    client.post(at(draft, "files-cancel", first.json()["id"]))
    assert client.get(at(draft, "files-state")).json()["files"] == []


@pytest.mark.parametrize("asked", [{"name": "空.mp4", "size": 0}, {"name": "大.mp4", "size": 10**15}, {}])
def test_an_upload_that_cannot_be_is_refused_in_words(client, draft, asked):
    answer = client.post(
        at(draft, "files-open"),
        json.dumps(asked),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code in {400, 413}
    assert answer.json()["title"]


def test_findings_stand_side_by_side_and_a_sentence_goes_along(client, college, reporter):
    version = cast.ready(college, reporter, facts=cast.good_facts(bit_rate=112_000))
    shown = page(client, at(version, "files"))
    assert "平均码率不低于 2Mbps" in shown
    assert "≥ 2 Mbps" in shown
    finding = version.findings.get(rule="video.bit_rate")
    client.post(at(version, "files-explain"), {f"explanation-{finding.pk}": "画面是静止的课件"})
    finding.refresh_from_db()
    assert finding.explanation == "画面是静止的课件"
    assert 'value="画面是静止的课件"' in page(client, at(version, "files-list"))


def test_lessons_stand_in_order_and_can_be_moved_named_and_taken_out(client, college, reporter):
    version = cast.draft(college, reporter, type="A03", area="degree", category="")
    for number in ("第十讲", "第二讲", "第一讲"):
        cast.sent(version, reporter, name=f"{number}.mp4", seed=number)
    assert [entry.title for entry in version.files.all()] == ["第一讲", "第二讲", "第十讲"]
    first, second, third = version.files.all()
    client.post(at(version, "files-change"), {"down": str(first.pk)})
    assert [entry.pk for entry in version.files.all()] == [second.pk, first.pk, third.pk]
    client.post(
        at(version, "files-change"),
        {
            f"position-{second.pk}": "3",
            f"position-{first.pk}": "1",
            f"position-{third.pk}": "2",
            f"title-{first.pk}": "开篇",
        },
    )
    assert [entry.title for entry in version.files.all()] == ["开篇", "第十讲", "第二讲"]
    client.post(at(version, "files-change"), {"remove": str(third.pk)})
    assert version.files.count() == 2


def test_the_same_file_is_told_and_a_strangers_is_not_revealed(client, college, reporter, rival_college, rival, call):
    theirs = cast.ready(rival_college, rival, title="机密的名称")
    mine = cast.draft(college, reporter)
    cast.sent(mine, reporter)
    assert "已有内容相同的文件" not in page(client, at(mine, "files"))
    submission.submit(theirs, call=call, signature=cast.signed(theirs, rival), by=rival, at=NOW())
    shown = page(client, at(mine, "files"))
    assert "资源库中已有内容相同的文件" in shown
    assert "机密的名称" not in shown
    other = cast.draft(college, reporter, title="微信入门")
    cast.sent(other, reporter)
    assert "用在《智能手机使用入门》" in page(client, at(other, "files"))


def test_a_film_that_looks_alike_is_told_and_a_strangers_is_not_revealed(
    client, college, reporter, rival_college, rival, call
):
    theirs, mine = cast.ready(rival_college, rival, title="机密的名称"), cast.draft(college, reporter)
    own = cast.ready(college, reporter, title="微信入门", seed="3")
    here = cast.sent(mine, reporter, seed="2")
    for other, picture, sound in ((theirs, 0.9, 0.0), (own, 0.0, 0.64)):
        one, two = sorted((here, other.files.get().media_file), key=lambda file: file.pk)
        Likeness.objects.create(one=one, other=two, picture=picture, sound=sound)
    shown = page(client, at(mine, "files"))
    assert "与本单位《微信入门》内容相近，声音 64%" in shown
    assert "资源库中已有内容相近" not in shown
    submission.submit(theirs, call=call, signature=cast.signed(theirs, rival), by=rival, at=NOW())
    shown = page(client, at(mine, "submit"))
    assert "资源库中已有内容相近的资源" in shown
    assert "机密的名称" not in shown
    series = Series.objects.create(institution=college, title="手机")
    Version.objects.filter(pk__in=[mine.pk, own.pk]).update(series=series)
    Likeness.objects.filter(sound__gt=0).update(picture=0.9, sound=0.0)
    assert "微信入门" not in page(client, at(mine, "files"))  # lessons of one series look alike


def test_nearly_the_same_titles_are_told(client, college, reporter):
    cast.draft(college, reporter, title="智能手机使用入门（上）")
    version = cast.draft(college, reporter, title="智能手机 使用入门 (上)")
    assert "名称相近的资源" in page(client, at(version, "beside"))
    other = cast.draft(college, reporter, title="智能手机使用入门（下）")
    assert "名称相近的资源" not in page(client, at(other, "beside"))


def test_the_preview_is_the_public_page(client, ready):
    shown = page(client, at(ready, "preview"))
    assert "这是预览" in shown
    assert "/media/s/" in shown
    assert ready.title in shown
    assert "qr.svg" not in shown


def sign_with(**changes) -> dict[str, str]:
    return {f"answer-{item}": "yes" for item in cast.all_yes()} | {"name": "苗秀兰", **changes}


def test_the_way_from_what_is_missing_to_the_receipt(client, ready, call):
    shown = page(client, at(ready, "submit"))
    assert "所需内容都已齐备" in shown
    assert call.title in shown
    assert "承诺书" in page(client, at(ready, "sign"))
    wrong = client.post(at(ready, "sign"), {"call": call.number})
    assert wrong.status_code == 422
    assert "有 10 处需要修改" in wrong.content.decode()
    answer = client.post(at(ready, "sign"), sign_with(call=call.number))
    round = Round.objects.get()
    assert answer.url == at(ready, "receipt", round.receipt_number)
    assert round.receipt_number in page(client, answer.url)
    overview = page(client, reverse("resources:overview", args=[ready.resource.resource_id]))
    assert "河南省教育厅" in overview
    assert "省级审核中" in overview
    again = client.post(at(ready, "sign"), sign_with(call=call.number))
    assert again.status_code == 403


def test_what_is_missing_is_listed_first_with_links(client, draft, call):
    shown = page(client, at(draft, "submit"))
    assert f'href="{at(draft)}#field-cover"' in shown
    assert "逐项自审" not in shown
    answer = client.post(at(draft, "submit"), {"call": call.number})
    assert answer.status_code == 422
    assert "还不能报送" in answer.content.decode()


def test_a_list_is_handed_in_with_one_signature_and_each_is_told(client, college, reporter, ready, call):
    other = cast.draft(college, reporter, title="微信入门")
    address = reverse("resources:submit-many") + f"?version={ready.pk}&version={other.pk}"
    shown = page(client, address)
    assert "签署并报送 1 项" in shown
    told = client.post(address, sign_with(call=call.number, version=[ready.pk, other.pk])).content.decode()
    assert Round.objects.get().receipt_number in told
    assert "未报送" in told


def test_the_bar_below_the_list_deletes_and_leads_to_submitting(client, college, reporter, draft):
    many = reverse("resources:many")
    assert client.post(many, {"do": "submit", "version": [draft.pk]}).url.endswith(f"?version={draft.pk}")
    client.post(many, {"do": "delete", "version": [draft.pk]})
    assert Version.objects.get().deleted_at is not None
    assert "智能手机使用入门" in page(client, reverse("resources:trash"))
    client.post(at(draft, "restore"))
    assert Version.objects.get().deleted_at is None


def test_the_list_is_filtered_by_its_address(client, college, reporter, draft):
    cast.draft(college, reporter, title="合唱入门", area="community", category="", type="A02")
    index = reverse("resources:index")
    assert "合唱入门" in page(client, f"{index}?area=community&type=A02")
    assert "合唱入门" not in page(client, f"{index}?area=older")
    assert "合唱入门" in page(client, f"{index}?q={Version.objects.last().resource.resource_id.lower()}")
    assert "没有符合条件的资源" in page(client, f"{index}?q=没有这个")
    assert client.get(f"{index}?series=abc&page=9&sort=nonsense").status_code == 200


def test_every_page_of_a_list_asks_the_database_as_often_whatever_its_length(
    client, college, reporter, django_assert_num_queries
):
    index, missing = reverse("resources:index"), reverse("resources:missing")

    def queries(address: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(address)
        return len(found)

    cast.ready(college, reporter, series="手机课", series_order="1")
    client.get(index)
    few = queries(index), queries(missing)
    for number in range(2, 6):
        cast.ready(
            college, reporter, seed=str(number), title=f"第{number}课", series="手机课", series_order=str(number)
        )
    assert (queries(index), queries(missing)) == few


def test_a_return_shows_why_and_until_when(client, ready, call, reporter):
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=NOW())
    reasons = [{"field": "title", "text": "名称太宽泛"}, {"field": "", "text": "请补充适用对象"}]
    due_at = NOW() + timedelta(days=3, minutes=1)
    move(ready, to=State.RETURNED, verb="returned", by=reporter, at=NOW(), reasons=reasons, due_at=due_at)
    shown = page(client, at(ready))
    assert "名称太宽泛" in shown
    assert f'href="{at(ready)}#field-title"' in shown
    assert "还有 3 天" in shown
    assert "资源被退回，等您修改" in page(client, reverse("desk"))


def test_withdrawing_wants_a_reason_and_stays_readable(client, ready, call, reporter):
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=NOW())
    assert "请写明原因" in client.post(at(ready, "withdraw"), {"reason": ""}).content.decode()
    client.post(at(ready, "withdraw"), {"reason": "内容有误"})
    ready.refresh_from_db()
    assert ready.state == State.WITHDRAWN
    assert "内容有误" in page(client, reverse("resources:overview", args=[ready.resource.resource_id]))


def test_the_institutions_reviewer_signs_what_was_sent_or_gives_it_back(ready, call, reporter, college):
    college.reporter_signs_alone = False
    college.save()
    reviewer = cast.member(college, MandateRole.INSTITUTION_REVIEWER, "丁若谷")
    mine, theirs = signed_in(reporter), signed_in(reviewer)
    assert "送单位自审" in page(mine, at(ready, "submit"))
    mine.post(at(ready, "submit"), {"call": call.number})
    assert Notice.objects.get(user=reviewer).subject == "《智能手机使用入门》等您单位自审"
    assert "智能手机使用入门" in page(theirs, reverse("resources:unit-review"))
    theirs.post(at(ready, "send-back"), {"reason-title": "太长", "note": ""})
    ready.refresh_from_db()
    assert ready.state == State.RETURNED
    assert "太长" in page(mine, at(ready))
    mine.post(at(ready, "submit"), {"call": call.number})
    answer = theirs.post(at(ready, "sign"), sign_with(name="丁若谷", call=call.number))
    assert answer.url == at(ready, "receipt", Round.objects.get().receipt_number)


NAMES = ["edit", "files", "files-list", "files-state", "preview", "submit", "sign", "beside"]


@pytest.mark.parametrize("name", NAMES)
def test_a_rival_institution_finds_nothing(name, ready, rival):
    assert signed_in(rival).get(at(ready, name)).status_code == 404
    overview = reverse("resources:overview", args=[ready.resource.resource_id])
    assert signed_in(rival).get(overview).status_code == 404


POSTS = ["edit", "copy", "delete", "restore", "start-version", "files-send", "files-open", "files-change", "files-repair", "files-explain",
         "check-link", "submit", "sign", "send-back", "fetch-back", "withdraw"]  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
def test_a_rival_institution_changes_nothing(name, ready, rival, call):
    before = Version.objects.values().get(pk=ready.pk)
    assert signed_in(rival).post(at(ready, name), {"title": "被改了", "call": call.number}).status_code == 404
    assert Version.objects.values().get(pk=ready.pk) == before


@pytest.mark.parametrize("name", [n for n in POSTS if n not in {"edit", "submit"}])
def test_an_officer_sees_what_was_handed_in_and_changes_nothing(name, ready, call, reporter):
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=NOW())
    officer = signed_in(holder(Role.DECIDING_OFFICER))
    before = Version.objects.values().get(pk=ready.pk)
    assert officer.post(at(ready, name), {"title": "被改了"}).status_code == 403
    assert Version.objects.values().get(pk=ready.pk) == before


def test_an_officer_reads_the_round_and_not_the_draft_that_follows_it(ready, call, reporter):
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=NOW())
    officer = signed_in(holder(Role.DECIDING_OFFICER))
    assert "智能手机使用入门" in page(officer, at(ready))
    move(ready, to=State.RETURNED, verb="returned", by=reporter, at=NOW())
    ready.refresh_from_db()
    drafts.save_draft(ready, values={"title": "改到一半"}, revision=ready.revision, by=reporter, at=NOW())
    shown = page(officer, at(ready))
    assert "智能手机使用入门" in shown
    assert "改到一半" not in shown
    assert officer.get(at(ready, "preview")).status_code == 403


def test_series_are_made_and_renamed(client, college, reporter):
    address = reverse("resources:series")
    client.post(address, {"title": "手机生活课堂"})
    client.post(address, {"title": "手机生活课堂"})
    series = Series.objects.get()
    client.post(reverse("resources:rename-series", args=[series.pk]), {"title": "  手机 课堂 "})
    series.refresh_from_db()
    assert series.title == "手机 课堂"
    assert "手机 课堂" in page(client, address)


def test_an_id_that_was_copied_by_hand_finds_its_resource(client, draft):
    number = draft.resource.resource_id
    assert "智能手机使用入门" in page(client, f"/work/resources/{number[:4].lower()}-{number[4:].lower()}/v1/")
    assert client.get("/work/resources/没有这个/v1/").status_code == 404


def test_a_file_of_someone_elses_draft_cannot_be_taken_out(client, college, reporter, draft, rival_college, rival):
    theirs = cast.ready(rival_college, rival)
    entry = theirs.files.get()
    answer = client.post(at(draft, "files-change"), {"remove": str(entry.pk)})
    assert answer.status_code == 404
    assert theirs.files.filter(pk=entry.pk).exists()


def test_after_a_second_version_was_withdrawn_a_third_can_be_begun(client, ready, reporter):
    Version.objects.filter(pk=ready.pk).update(state=State.PUBLISHED, first_submitted_at=NOW())
    Resource.objects.update(availability=Availability.ONLINE, online_version=ready)
    overview = reverse("resources:overview", args=[ready.resource.resource_id])
    assert "修改并开始新版本" in page(client, overview)
    answer = client.post(at(ready, "start-version"))
    second = Version.objects.get(number=2)
    assert answer.url == at(second)
    assert "修改并开始新版本" not in page(client, overview)
    Version.objects.filter(pk=second.pk).update(state=State.WITHDRAWN)
    assert "修改并开始新版本" in page(client, overview)
    client.post(at(ready, "start-version"))
    assert Version.objects.get(number=3).state == State.DRAFT


def test_what_stands_in_the_list_of_files_has_no_second_line_in_the_upload(client, draft, reporter):
    cast.measure(cast.sent(draft, reporter))
    told = client.get(at(draft, "files-state")).json()["files"]
    assert [(file["name"], file["listed"]) for file in told] == [("第一讲.mp4", True)]


def test_only_joined_calls_are_offered_and_of_several_one_is_asked_for(client, ready, call, college):
    other = cast.call("henan-2027", title="2027 年数字化学习资源征集")
    alone = page(client, at(ready, "submit"))
    assert "选定" not in alone
    assert "逐项自审" in alone
    assert page(client, at(ready, "submit") + f"?call={other.number}").count("去确认参加") == 1
    refused = client.post(at(ready, "sign"), sign_with(call=other.number))
    assert refused.status_code == 302
    assert not Round.objects.exists(), "nothing goes to a call that the institution did not join"
    cast.join(other, college)
    both = page(client, at(ready, "submit"))
    assert "有 2 个征集可以报送，请先选定其中一个" in both
    assert "承诺已由" not in both
    assert "承诺已由 苗秀兰" in page(client, at(ready, "submit") + f"?call={other.number}")


def test_a_call_that_could_be_joined_is_named_with_the_way_there(client, ready):
    other = cast.call("henan-2027")
    shown = page(client, at(ready, "submit"))
    assert reverse("call", args=[other.number]) in shown
    assert "确认参加后即可报送" in shown
