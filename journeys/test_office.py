"""Daily work of the office: one field for many, a repair, acting for an institution, letters, the archive of a call."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from journeys.pages import Draft
from journeys.people import Troupe
from journeys.stage import OPEN_CALL, Stage
from lifelong.media.tests import samples

OTHER = "4141990102"
DRAFTS = """
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.actions import drafts
reporter, unit = User.objects.get(email="reporter-4141990101@example.org"), Institution.objects.get(code="4141990101")
for title in TITLES:
    drafts.create_draft(institution=unit, by=reporter, at=timezone.now(), values={"title": title, "type": "A01", "area": "community"})
result = None
"""


@pytest.fixture(scope="module")
def resource(stage: Stage) -> str:
    return stage.submitted("办公室的一天", seed=61)


def test_one_field_is_filled_for_many_and_taken_back(troupe: Troupe, stage: Stage) -> None:
    titles = ["统一填写之一", "统一填写之二"]
    stage.ask(DRAFTS, TITLES=titles)
    reporter = troupe.reporter()
    page = reporter.visit("/work/resources/?q=统一填写")
    page.locator("input[data-all]").check()
    page.locator("summary", has_text="统一填写").click()
    page.locator("select[name=field]").select_option("keywords")
    page.locator("input[name=value]").fill("社区;邻里")
    reporter.press("看看会怎样改")
    reporter.press("填写 2 项")
    reporter.sees("已填写")
    for title in titles:
        reporter.sees(title)
    reporter.press("撤销")
    reporter.sees("已撤销")


def test_a_film_in_another_wrapping_is_repaired_with_one_press(troupe: Troupe, stage: Stage) -> None:
    film = stage.folder / "第一讲.mkv"
    film.write_bytes(Path(samples.video(container="mkv")).read_bytes())
    reporter = troupe.reporter()
    draft = Draft(reporter).begin("要修复的一讲")
    page = reporter.visit(f"{draft.address}files")
    draft.send(film)
    page.wait_for_function("() => document.querySelectorAll('.file-list .file-head').length === 1")
    repair = page.get_by_role("button", name="修复", exact=True)
    expect(repair).to_be_visible(timeout=60_000)
    repair.click()
    expect(page.get_by_role("button", name="改用原文件")).to_be_visible(timeout=60_000)
    reporter.sees("已由平台修复")


def test_an_officer_acts_for_an_institution_at_its_written_request(troupe: Troupe, stage: Stage) -> None:
    officer = troupe.played_by("handling@example.org")
    page = officer.visit(f"/work/calls/{OPEN_CALL}/deputations/{OTHER}/")
    page.locator("[name=asked_by_name]").fill("苗秀兰")
    page.locator("[name=note]").fill("代为上传并报送一项资源。")
    page.locator("[name=until]").fill(
        page.evaluate("() => new Date(Date.now() + 5 * 864e5).toISOString().slice(0, 10)")
    )
    scan = stage.stamped_form(stage.institutions[OTHER], "苗秀兰", "miao@example.org")
    page.locator("[name=request]").set_input_files(
        {"name": "委托书.pdf", "mimeType": "application/pdf", "buffer": scan}
    )
    officer.press("开始代报并通知单位")
    officer.follow("去代报")
    Draft(officer).begin("代报的一项")
    officer.visit(f"/work/calls/{OPEN_CALL}/deputations/{OTHER}/")
    officer.press("终止代报", confirm=True)
    officer.sees("已结束")


def test_a_refusal_is_told_in_a_letter_and_the_institution_finds_it(troupe: Troupe, resource: str) -> None:
    officer = troupe.deciding_officer()
    officer.visit("/work/review/provincial/")
    officer.follow("办公室的一天")
    officer.page.locator("input[name=outcome][value=refuse]").check()
    officer.page.locator("#id_text_0").fill("与已上线的资源重复。")
    officer.press("提交决定")
    officer.sees("《办公室的一天》：不予通过")
    page = officer.visit(f"/work/letters/{OPEN_CALL}/4141990101/")
    page.locator("main form button").first.click()
    officer.sees("通知书已出具")
    reporter = troupe.reporter()
    reporter.visit("/work/letters/")
    reporter.follow(re.compile("征集"))
    with reporter.page.expect_download() as letter:
        reporter.page.get_by_role("link", name="PDF").first.click()
    assert Path(letter.value.path()).read_bytes().startswith(b"%PDF-")


def test_the_materials_of_the_call_come_as_one_archive(troupe: Troupe, resource: str) -> None:
    officer = troupe.deciding_officer()
    page = officer.visit(f"/work/calls/{OPEN_CALL}/archive")
    page.locator("summary", has_text="本页怎么用").click()
    officer.sees("常见错误")
    page.locator("[name=purpose]").fill("年度归档")
    officer.press("开始归档")
    download = page.get_by_role("link", name="下载文件")
    expect(download).to_be_visible(timeout=60_000)
    for _time in range(2):  # again and again
        with page.expect_download() as file:
            download.click()
        with zipfile.ZipFile(io.BytesIO(Path(file.value.path()).read_bytes())) as archive:
            assert archive.testzip() is None
            assert any("4141990101" in name and name.endswith("报送汇总表.pdf") for name in archive.namelist())
