"""Many at once: a sheet with mistakes is tried, mended, brought in, and brought in again without doubles."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import expect

from journeys.people import Person, Troupe
from journeys.stage import Stage
from lifelong.standards.metadata.sheets import write_sheet

ROW = {
    "type": "A01", "summary": "从零讲起，配有三道练习，适合第一次接触的学员，在手机上也看得清楚。", "speakers": "顾长风",
    "rights_holder": "中州开放大学（虚构）", "category": "社区教育-科学文化", "keywords": "社区;演练",
}  # fmt: skip
TITLES = ("星星为什么眨眼", "河水为什么发黄", "茶叶为什么卷曲")


def sheet(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "资源元数据表.xlsx"
    write_sheet([ROW | row for row in rows], path)
    return path


def test_a_sheet_is_tried_mended_and_brought_in_once(troupe: Troupe, stage: Stage) -> None:
    reporter = troupe.reporter("4141990102")
    wrong = sheet(stage.folder, {"title": TITLES[0]}, {"title": TITLES[1]}, {"title": TITLES[2], "duration": "1:2"})
    check(reporter, wrong)
    numbers(reporter, rows=3, accepted=2, rejected=1)
    reporter.sees(re.compile(r"4\D{0,6}资源时长"))
    reporter.sees("应为 hh:mm:ss")
    assert "资源时长" in annotations(reporter)
    reporter.press("导入这 2 行")
    reporter.sees("草稿已经建好")

    check(reporter, sheet(stage.folder, *({"title": title} for title in TITLES)))
    numbers(reporter, rows=3, accepted=1, rejected=0)
    reporter.press("导入这 1 行")
    reporter.sees("草稿已经建好")
    reporter.visit("/work/resources/?state=draft")
    for title in TITLES:
        expect(reporter.page.get_by_role("link", name=title, exact=True)).to_have_count(1)


def check(person: Person, path: Path) -> None:
    person.visit("/work/resources/import/")
    person.page.locator("#id_sheet, input[name=sheet]").first.set_input_files(path)
    person.press("检查表格")
    expect(person.page.locator(".stats")).to_be_visible(timeout=30_000)


def numbers(person: Person, *, rows: int, accepted: int, rejected: int) -> None:
    expect(person.page.locator(".stats .stat b")).to_have_text(
        [str(rows), str(accepted), str(rejected), re.compile(r"\d+")]
    )


def annotations(person: Person) -> str:
    """The texts and comments of the sheet that comes back."""
    link = person.page.get_by_role("link", name="下载带批注的表格")
    book = load_workbook(BytesIO(person.context.request.get(str(link.get_attribute("href"))).body()))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    return "\n".join(f"{cell.value} {cell.comment.text if cell.comment else ''}" for cell in cells)
