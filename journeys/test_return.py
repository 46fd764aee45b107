"""A return: the province says what is wrong, the reporter mends it, the desk shows what changed."""

from playwright.sync_api import expect

from journeys.pages import Draft, Round
from journeys.people import Troupe
from journeys.stage import OPEN_CALL, Stage

TITLE = "邻里花园：阳台种菜十二问"
BEFORE = "讲解阳台种菜的选盆、配土、播种与浇水，回答居民最常问的十二个问题，配有每个步骤的近景演示。"
AFTER = BEFORE + "适合第一次种菜的社区居民。"


def test_a_returned_resource_comes_back_mended_and_the_desk_shows_what_changed(troupe: Troupe, stage: Stage) -> None:
    resource = stage.submitted(TITLE, seed=21, summary=BEFORE)
    officer = troupe.deciding_officer()
    officer.visit("/work/review/provincial/")
    officer.follow(TITLE)
    officer.forgive("422")
    Round(officer).decide("return")
    officer.sees("没有完成")
    Round(officer).decide("return", ("summary", "请写明适合人群。"), ("media", "片头请去掉台标。"))
    officer.sees(f"《{TITLE}》：退回修改")

    reporter = troupe.reporter()
    reporter.visit("/work/")
    reporter.sees("退回")
    page = reporter.visit(f"/work/resources/{resource}/v1/")
    reporter.sees("请按下面的意见修改后重新报送")
    reporter.sees("片头请去掉台标。")
    reporter.follow("资源简介")
    assert page.url.endswith("#field-summary")
    draft = Draft(reporter)
    draft.fill(summary=AFTER)
    draft.wait_until_saved()
    draft.sign_and_submit("顾长风", call=OPEN_CALL)

    officer.visit("/work/review/provincial/?look=again")
    officer.sees("第 2 轮")
    officer.follow(TITLE)
    changed = officer.page.locator("dl.facts dt", has_text="有改动")
    expect(changed).to_have_count(1)
    officer.sees(f"上一轮：{BEFORE}")
    officer.sees(AFTER)
    officer.sees("请写明适合人群。")  # the timeline keeps why
    Round(officer).decide("forward")
    officer.sees(f"《{TITLE}》：通过并报送终审")
