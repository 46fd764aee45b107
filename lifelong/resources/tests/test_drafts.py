from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.resources.actions import drafts
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Resource, Series, Version
from lifelong.resources.tests import cast
from lifelong.web.refusals import NotAllowed

NOW = timezone.now


def save(version, by, **values):
    return drafts.save_draft(version, values=values, revision=version.revision, by=by, at=NOW())


def test_a_draft_has_an_id_its_values_and_the_institution_as_rights_holder(college, reporter):
    version = cast.draft(college, reporter)
    assert version.state == State.DRAFT
    assert len(version.resource.resource_id) == 9
    assert version.speakers == "张建华;(藏族)班班多杰"
    assert version.rights_holder == "洛河开放大学"
    assert (version.category.name, version.area) == ("数字生活技能", "older")
    assert version.steps.get().verb == "created"
    assert AuditEntry.objects.filter(verb="resources.created", target_id=str(version.pk)).exists()


def test_a_rival_may_not_begin_a_draft_for_another_institution(college, rival):
    with pytest.raises(NotAllowed):
        cast.draft(college, rival)


def test_a_pasted_nul_is_dropped_since_no_database_keeps_it(draft, reporter):
    saved = save(draft, reporter, title="手机\0入门", summary="太\0短", outline="1 第\0一章")
    assert (saved.title, saved.raw["summary"]) == ("手机入门", "太短")
    assert "第一章" in saved.outline


def test_what_is_wrong_is_kept_as_typed_and_said_in_words(draft, reporter):
    saved = save(draft, reporter, duration="1:2", summary="太短")
    assert saved.duration is None
    assert saved.raw == {"duration": "1:2", "summary": "太短"}
    assert {p["field"] for p in saved.problems if p["severity"] == "error"} == {"duration", "summary"}
    mended = save(saved, reporter, duration="00:01:02")
    assert mended.duration == 62
    assert mended.raw == {"summary": "太短"}


def test_fields_that_are_not_sent_stay_as_they_are(draft, reporter):
    saved = save(draft, reporter, title="手机入门")
    assert saved.title == "手机入门"
    assert saved.summary == cast.WHOLE["summary"]


def test_the_second_of_two_tabs_is_told_and_nothing_is_overwritten(draft, reporter):
    save(draft, reporter, title="第一个标签页")
    with pytest.raises(drafts.EditConflict) as conflict:
        save(draft, reporter, title="第二个标签页")
    assert conflict.value.facts["theirs"].title == "第一个标签页"
    assert conflict.value.facts["mine"] == {"title": "第二个标签页"}
    assert Version.objects.get(pk=draft.pk).title == "第一个标签页"


def test_a_save_sent_again_because_its_answer_was_lost_is_no_conflict(draft, reporter):
    save(draft, reporter, title="手机入门", summary="从开机讲起，一步一步演示，适合初学者。")
    again = save(draft, reporter, title="手机入门", summary="从开机讲起，一步一步演示，适合初学者。")
    assert again.title == "手机入门"


def test_what_a_page_saved_itself_with_an_answer_that_was_lost_is_nobody_elses_change(draft, reporter):
    def save_from(page, **values):
        now = timezone.now()
        return drafts.save_draft(draft, values=values, revision=draft.revision, by=reporter, at=now, page=page)

    save_from("one", title="打了一半")
    assert save_from("one", title="打了一半的标题").title == "打了一半的标题"
    with pytest.raises(drafts.EditConflict):
        save_from("two", title="另一个标签页")
    save(Version.objects.get(pk=draft.pk), reporter, title="表格导入")
    with pytest.raises(drafts.EditConflict):
        save_from("one", title="打了一半的标题，接着打")


def test_a_category_fills_the_area(college, reporter):
    version = cast.draft(college, reporter, area="", category="科学文化-航空知识-航空发动机")
    assert version.area == "community"
    assert version.category_path == "科学文化-航空知识-航空发动机"
    assert version.category.area == "community"


def test_lines_typed_as_contents_become_the_standards_xml(draft, reporter):
    saved = save(draft, reporter, outline="1 绪论 00:00:00\n1.1 起源")
    assert saved.outline.startswith('<catalog version="1"><item no="1" title="绪论" start="00:00:00">')


def test_a_series_is_made_when_it_is_named_and_goes_with_its_last_version(draft, reporter):
    saved = save(draft, reporter, series="手机生活课堂", series_order="01")
    assert saved.series.title == "手机生活课堂"
    assert saved.series_order == "01"
    save(saved, reporter, series="", series_order="")
    assert not Series.objects.exists()


def test_one_place_in_a_series_is_held_once(college, reporter):
    cast.draft(college, reporter, series="手机生活课堂", series_order="01")
    second = cast.draft(college, reporter, title="微信入门", series="手机生活课堂", series_order="1")
    assert "series_order" in second.raw
    assert second.series_order == ""


def test_an_own_number_that_is_taken_stays_a_problem(college, reporter):
    cast.draft(college, reporter, own_number="2026-001")
    second = cast.draft(college, reporter, title="微信入门", own_number="2026-001")
    assert second.raw["own_number"] == "2026-001"
    assert second.resource.own_number == ""
    assert any(p["code"] == "own_number.taken" for p in second.problems)


def test_a_deleted_draft_comes_back_within_thirty_days_and_no_longer(draft, reporter):
    drafts.delete_draft(draft, by=reporter, at=NOW())
    assert drafts.restore_draft(draft, by=reporter, at=NOW() + timedelta(days=29)).deleted_at is None
    drafts.delete_draft(draft, by=reporter, at=NOW())
    with pytest.raises(NotAllowed):
        drafts.restore_draft(draft, by=reporter, at=NOW() + timedelta(days=31))


def test_after_thirty_days_the_draft_is_gone_and_its_id_stays_taken(draft, reporter):
    save(draft, reporter, own_number="2026-001")
    drafts.delete_draft(draft, by=reporter, at=NOW())
    assert drafts.purge(at=NOW() + timedelta(days=29)) == 0
    assert drafts.purge(at=NOW() + timedelta(days=31)) == 1
    resource = Resource.objects.get()
    assert (resource.resource_id, resource.own_number) == (draft.resource.resource_id, "")


def test_a_deleted_draft_is_not_edited(draft, reporter):
    drafts.delete_draft(draft, by=reporter, at=NOW())
    with pytest.raises(drafts.NotEditable):
        save(draft, reporter, title="手机入门")


def test_what_a_page_sends_twice_makes_one_draft(college, reporter):
    def begin(page, **values):
        return drafts.create_draft(institution=college, by=reporter, at=NOW(), values=values, page=page)

    first = begin("p1", title="手机课 ", type="A01", area="older")
    assert begin("p1", title="手机课 ", type="A01", area="older") == first
    assert begin("p1", title="另一门", type="A01", area="older") != first  # back, and something else typed
    assert begin("p2", title="手机课 ", type="A01", area="older") != first
    assert begin("", title="手机课") != begin("", title="手机课")
    copied = drafts.copy_draft(first, by=reporter, at=NOW(), page="p3")
    assert drafts.copy_draft(first, by=reporter, at=NOW(), page="p3") == copied
    save(copied, reporter, title="改过的副本")
    assert drafts.copy_draft(first, by=reporter, at=NOW(), page="p3") != copied


def test_a_copy_has_the_texts_and_its_own_id(draft, reporter):
    save(draft, reporter, own_number="2026-001")
    copy = drafts.copy_draft(draft, by=reporter, at=NOW())
    assert copy.resource_id != draft.resource_id
    assert copy.title == "智能手机使用入门（副本）"
    assert copy.summary == draft.summary
    assert copy.resource.own_number == ""


def test_a_second_version_begins_with_everything_of_the_first(ready, reporter):
    Version.objects.filter(pk=ready.pk).update(state=State.PUBLISHED)
    Resource.objects.filter(pk=ready.resource_id).update(availability=Availability.ONLINE, online_version=ready)
    ready = Version.objects.get(pk=ready.pk)
    second = drafts.start_version(ready, by=reporter, at=NOW())
    assert (second.number, second.state, second.title) == (2, State.DRAFT, ready.title)
    assert [f.media_file_id for f in second.files.all()] == [f.media_file_id for f in ready.files.all()]
    assert second.findings.filter(verdict="pass").exists()
    assert drafts.start_version(ready, by=reporter, at=NOW()) == second
