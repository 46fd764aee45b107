"""Rows of a sheet: the same one again makes no double, and what was edited since stays."""

import pytest
from django.utils import timezone

from lifelong.resources.actions import drafts
from lifelong.resources.actions.rows import save_row
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Origin, Version
from lifelong.resources.queries.rows import known_rows
from lifelong.resources.tests import cast
from lifelong.standards.metadata import digest, identity

NOW = timezone.now
ROW = {
    "title": "微信入门",
    "type": "A01",
    "summary": "教老年朋友用微信聊天、视频和看朋友圈。",
    "speakers": "朱新",
    "files": "a.mp4;b.mp4",
}


def bring(college, reporter, **changes):
    return save_row(institution=college, values=ROW | changes, by=reporter, at=NOW())


def test_a_row_becomes_a_draft_once(college, reporter):
    first, again = bring(college, reporter), bring(college, reporter)
    assert (first.outcome, again.outcome) == ("created", "unchanged")
    assert first.version == again.version
    assert (first.version.origin, first.version.own_files) == (Origin.SHEET, "a.mp4;b.mp4")
    assert Version.objects.count() == 1


def test_a_changed_row_updates_its_draft_by_own_number(college, reporter):
    first = bring(college, reporter, own_number="2026-001")
    changed = bring(college, reporter, own_number="2026-001", title="微信从零开始")
    assert (changed.version, changed.outcome) == (first.version, "updated")
    assert Version.objects.get().title == "微信从零开始"


def test_without_a_number_title_type_series_and_order_are_the_key(college, reporter):
    bring(college, reporter, series="手机课", series_order="01")
    assert bring(college, reporter, series="手机课", series_order="02").outcome == "created"
    assert bring(college, reporter, series="手机课", series_order="1").outcome == "updated"


def test_a_draft_made_on_the_page_is_found_by_its_row(college, reporter):
    version = cast.draft(college, reporter, title="微信入门", category="")
    assert bring(college, reporter).version == version


def test_what_was_edited_on_the_page_since_is_kept_by_the_same_row(college, reporter):
    version = bring(college, reporter).version
    drafts.save_draft(version, values={"title": "微信聊天"}, revision=version.revision, by=reporter, at=NOW())
    assert bring(college, reporter).outcome == "unchanged"
    assert Version.objects.get().title == "微信聊天"


def test_an_empty_cell_of_a_column_empties_its_field_and_a_missing_column_does_not(college, reporter):
    version = bring(college, reporter, keywords="微信").version
    save_row(institution=college, values=ROW | {"title": "微信入门", "speakers": "李四"}, by=reporter, at=NOW())
    assert Version.objects.get(pk=version.pk).keywords == "微信"
    save_row(institution=college, values=ROW, by=reporter, at=NOW(), columns=["keywords"])
    assert Version.objects.get(pk=version.pk).keywords == ""


def test_a_deleted_draft_comes_back_with_its_row(college, reporter):
    version = bring(college, reporter).version
    drafts.delete_draft(version, by=reporter, at=NOW())
    assert bring(college, reporter).version.deleted_at is None
    assert Version.objects.count() == 1


def test_what_is_under_review_is_not_changed_by_a_sheet(college, reporter):
    version = bring(college, reporter, own_number="2026-001").version
    Version.objects.filter(pk=version.pk).update(state=State.SUBMITTED)
    with pytest.raises(drafts.NotEditable):
        bring(college, reporter, own_number="2026-001", title="换个名称")


def test_known_rows_tell_a_sheet_what_is_unchanged(college, reporter):
    bring(college, reporter)
    assert known_rows(college) == {identity(ROW): digest(ROW)}
