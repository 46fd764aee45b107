"""One field of many drafts at once: shown, done, undone."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.tests.cast import signed_in
from lifelong.audit.models import AuditEntry
from lifelong.resources.actions import drafts, filling, submission
from lifelong.resources.models import Fill, Version
from lifelong.resources.queries.missing import prepared
from lifelong.resources.tests import cast
from lifelong.web import workbooks

pytestmark = pytest.mark.django_db


def test_filling_is_shown_first_done_and_undone(college, reporter, draft, ready, call):
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=timezone.now())
    other = cast.draft(college, reporter, title="微信入门", speakers="李四")
    client, many = signed_in(reporter), reverse("resources:many")
    ticked = {"version": [draft.pk, other.pk, ready.pk], "field": "speakers", "value": "王五"}
    shown = client.post(many, {**ticked, "do": "fill"}).content.decode()
    assert "填写 2 项" in shown
    assert "省级审核中" in shown  # the third is not to be changed, and why
    assert not Version.objects.filter(speakers="王五").exists()

    draft.refresh_from_db()
    drafts.save_draft(draft, values={"title": "别处改了名"}, revision=draft.revision, by=reporter, at=timezone.now())
    revisions = {f"revision-{draft.pk}": draft.revision, f"revision-{other.pk}": other.revision}
    done = client.post(reverse("resources:fill"), {**ticked, **revisions}, follow=True).content.decode()
    assert "已填写 1 项资源。" in done
    assert "在别处保存了另一份内容" in done
    assert list(Version.objects.filter(speakers="王五")) == [other]

    undo = reverse("resources:fill-undo", args=[Fill.objects.get().pk])
    assert "已撤销" in client.post(undo, follow=True).content.decode()
    other.refresh_from_db()
    assert other.speakers == "李四"
    assert "已经撤销" in client.post(undo, follow=True).content.decode()
    assert set(AuditEntry.objects.filter(verb__contains="fill").values_list("verb", flat=True)) == {
        "resources.filled", "resources.fill_undone",
    }  # fmt: skip


def test_undoing_leaves_what_was_typed_since_and_is_the_fillers_alone(college, reporter, rival, draft):
    now = timezone.now()
    kept = cast.draft(college, reporter, title="微信入门")
    both = list(prepared(Version.objects.filter(pk__in=[draft.pk, kept.pk])))
    revisions = {one.pk: one.revision for one in both}
    made, left = filling.fill(both, field="keywords", value="手机;入门", revisions=revisions, by=reporter, at=now)
    assert not left
    kept.refresh_from_db()
    drafts.save_draft(kept, values={"keywords": "微信"}, revision=kept.revision, by=reporter, at=now)
    assert signed_in(rival).post(reverse("resources:fill-undo", args=[made.pk])).status_code == 404
    assert [change.version for change in filling.undo(made, by=reporter, at=now)] == [kept]
    assert set(Version.objects.values_list("keywords", flat=True)) == {cast.WHOLE["keywords"], "微信"}


def test_the_last_day_of_a_licence_is_filled_as_a_day_and_taken_back(college, reporter, draft):
    client, told = signed_in(reporter), {"version": draft.pk, "field": "rights_until", "value": "2099年12月31日"}
    assert "2099年12月31日" in client.post(reverse("resources:many"), {**told, "do": "fill"}).content.decode()
    client.post(reverse("resources:fill"), {**told, f"revision-{draft.pk}": draft.revision})
    draft.refresh_from_db()
    assert draft.rights_until == date(2099, 12, 31)
    client.post(reverse("resources:fill-undo", args=[Fill.objects.get().pk]))
    draft.refresh_from_db()
    assert draft.rights_until is None


def test_a_value_that_breaks_a_rule_is_told_and_left_and_the_preview_asks_as_often_for_many(college, reporter, draft):
    def asked(count: int) -> int:
        versions = list(prepared(Version.objects.all())[:count])
        with CaptureQueriesContext(connection) as found:
            changes = filling.plan(versions, field="type", value="B07", by=reporter, at=timezone.now())
        assert all("资源类型" in change.why and change.after == "A01" for change in changes)
        return len(found)

    for number in range(4):
        cast.draft(college, reporter, title=f"第 {number} 课")
    asked(1)
    assert asked(5) == asked(1)


def test_the_list_leaves_with_its_filters_and_every_gap_in_words(college, reporter, rival, draft):
    cast.draft(college, reporter, title="合唱入门", area="community", category="", type="A02")
    export = reverse("resources:export")
    sheet = signed_in(reporter).get(f"{export}?type=A02&q=合唱").content
    rows = list(workbooks.read(sheet, ["资源名称", "状态", "还缺什么"]))
    assert [row["资源名称"] for row in rows] == ["合唱入门"]
    assert "封面" in rows[0]["还缺什么"]
    head = [row[0].value for row in load_workbook(io.BytesIO(sheet)).active.iter_rows(max_row=4)]
    assert "查找：合唱" in head
    assert not list(workbooks.read(signed_in(rival).get(export).content, ["资源名称"]))
