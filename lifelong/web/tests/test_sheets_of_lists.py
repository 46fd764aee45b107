"""Lists that take themselves along as a sheet at their own address: what stands on the page stands in the sheet."""

import io
from datetime import timedelta
from typing import Any

import pytest
import python_calamine
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import AuthorityKind, Role
from lifelong.accounts.tests.cast import HENAN, authority, holder, person, signed_in
from lifelong.calls.tests.cast import open_call
from lifelong.catalogue.actions.availability import suspend
from lifelong.catalogue.models import Report
from lifelong.learning.models import Comment
from lifelong.notices.models import Mail
from lifelong.resources.actions import drafts, series
from lifelong.resources.lifecycle import State
from lifelong.resources.models import ImportRun
from lifelong.resources.tests import cast
from lifelong.review.actions import batches, letters
from lifelong.review.actions.panels import Plan, draft_panel, open_panel
from lifelong.review.lifecycle import Stage
from lifelong.review.queries.letters import offline_since
from lifelong.review.queries.panels import open_to_panels
from lifelong.review.tests import desk
from lifelong.screening.actions import add_words, make_list
from lifelong.standards.actions.platforms import register_platform
from lifelong.web import workbooks

pytestmark = pytest.mark.django_db
NOW = timezone.now


def sheet(person, address: str, *headings: str) -> list[tuple[str, ...]]:
    """The rows, of an address that the page itself links to."""
    page = signed_in(person).get(address)
    assert page.status_code == 200
    assert "as=xlsx" in page.content.decode(), address
    content = signed_in(person).get(address, {"as": "xlsx"}).content
    return [tuple(row[heading] for heading in headings) for row in workbooks.read(content, headings)]


def test_an_institutions_lists(settings, tmp_path):
    settings.FILES = tmp_path
    college = cast.institution()
    reporter = cast.member(college)
    series.create(college, title="经济数学", by=reporter, at=NOW())
    version = cast.draft(college, reporter, title="=要删的")
    drafts.delete_draft(version, by=reporter, at=NOW())
    kept = cast.draft(college, reporter)
    ImportRun.objects.create(institution=college, by=reporter, name="第一批.xlsx", path="x", state="done")
    assert sheet(reporter, reverse("resources:series"), "系列名称", "资源数") == [("经济数学", "0")]
    assert sheet(reporter, reverse("resources:trash"), "资源名称", "单位") == [("=要删的", college.name)]
    assert [row[0] for row in sheet(reporter, reverse("resources:imports"), "表格", "状态")] == ["第一批.xlsx"]
    assert sheet(reporter, reverse("resources:versions", args=[kept.resource.resource_id]), "版本", "结果") == [
        ("1", "草稿")
    ]


def test_the_officers_lists_and_a_letter_whose_resource_went_offline():
    authority(AuthorityKind.PROVINCE, HENAN, "河南省教育厅")
    officer, final, expert = holder(Role.DECIDING_OFFICER), holder(Role.FINAL_REVIEWER), holder(Role.EXPERT)
    call = open_call(officer)
    passed, _waiting = desk.handed_in("太极拳", call=call, state=State.ACCEPTED), desk.handed_in("剪纸", call=call)
    batch = batches.create_batch(number="2026-01", title="第一批", by=final, at=NOW())
    batches.add_versions(batch, [passed.version], by=final, at=NOW())
    batches.schedule(batch, publish_at=NOW(), by=final, at=NOW())
    batches.publish(batch, at=NOW())
    letter = letters.issue(call, desk.institution(), by=officer, at=NOW())
    plan = Plan(title="第一次评审", due_at=NOW() + timedelta(days=3), each=1, spread=20, by_lot=False, note="")
    panel = draft_panel(
        open_to_panels(officer, Stage.PROVINCIAL), plan, stage=Stage.PROVINCIAL, call=call, by=officer, at=NOW()
    )
    assert sheet(officer, reverse("experts"), "姓名", "手头") == [(str(expert), "0")]
    open_panel(panel, by=officer, at=NOW())
    assert sheet(expert, reverse("scoring"), "资源名称", "评审") == [("剪纸", "第一次评审")]
    assert sheet(officer, reverse("panels"), "名称", "资源") == [("第一次评审", "1")]
    assert sheet(final, reverse("batches_work"), "批次号", "资源", "状态") == [("2026-01", "1", "已发布")]
    address, reporter = reverse("result_letters"), desk.reporter(desk.institution())
    assert sheet(officer, address, "通知书", "出具后下线") == [(letter.number, "0")]
    suspend(passed.version.resource, reason="画面有误", by=holder(Role.OPERATOR), at=NOW())
    assert offline_since([letter]) == {letter.pk: 1}
    for reader in (officer, reporter):
        assert [row[-1] for row in sheet(reader, address, "通过", "出具后下线")] == ["1"]
        assert "出具后 1 项下线" in signed_in(reader).get(address).content.decode()
    assert sheet(reporter, reverse("resources:summaries"), "单位", "已报送") == [(str(desk.institution()), "2")]
    assert sheet(final, reverse("catalogue_library"), "资源", "状态", "原因") == [("太极拳", "已下架", "画面有误")]


def test_the_outbox_masks_addresses():
    Mail.objects.create(address="zhangjianhua@example.org", subject="激活账号", text="…", created_at=NOW())
    rows = sheet(holder(Role.OPERATOR), reverse("outbox"), "标题", "收件人")
    assert [subject for subject, _to in rows] == ["激活账号"]
    assert "zhangjianhua" not in str(rows)


def test_what_the_public_said_leaves_without_its_numbers():
    college, operator, learner = cast.institution(), holder(Role.OPERATOR), person("kangning@example.org", "康宁")
    version = cast.draft(college, cast.member(college), title="太极拳")
    said = {"resource": version.resource, "text": "放不出，请打 13812345678", "created_at": NOW()}
    Report.objects.create(number="F1", kind="playback", contact="13812345678", **said)
    Comment.objects.create(user=learner, author="康*", **said)
    (report,) = sheet(operator, reverse("catalogue_reports"), "编号", "类别", "说明", "状态")
    assert report == ("F1", "不能播放或打不开", "放不出，请打 138****5678", "处理中")
    assert sheet(operator, reverse("comment_desk"), "作者", "评论") == [("康*", "放不出，请打 138****5678")]
    whole = [
        signed_in(operator).get(reverse(name), {"as": "xlsx"}).content for name in ("catalogue_reports", "comment_desk")
    ]
    assert not any("康宁" in str(cell) or "2345678" in str(cell) for book in whole for cell in every_cell(book))
    for name in ("catalogue_reports", "comment_desk", "texts", "word-lists"):
        assert signed_in(learner).get(reverse(name), {"as": "xlsx"}).status_code == 403


def every_cell(content: bytes) -> list[Any]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]


def test_what_the_operator_writes_can_be_filed():
    operator = holder(Role.OPERATOR)
    made = make_list(name="通用", category="低俗", severity="block", by=operator, at=NOW())
    add_words(made, ["坏词", "=HYPERLINK(1)"], by=operator, at=NOW())
    assert sheet(operator, reverse("word-lists"), "词", "词表", "级别") == [
        ("坏词", "通用", "阻止"),
        ("=HYPERLINK(1)", "通用", "阻止"),
    ]
    rows = sheet(operator, reverse("texts"), "条文", "状态", "中文")
    assert {name for name, _state, _words in rows} >= {"隐私政策", "用户协议"}
    assert all(words for _name, _state, words in rows)


def test_the_operators_registers():
    college, operator = cast.institution(), holder(Role.OPERATOR)
    register_platform("示例学堂", ["course.example.org"], by=operator, at=NOW())
    assert sheet(operator, reverse("storage"), "单位名称", "已存文件（GB）") == [(college.name, "0")]
    assert sheet(operator, reverse("platforms"), "平台", "域名", "等级保护") == [
        ("示例学堂", "course.example.org", "未证明")
    ]
