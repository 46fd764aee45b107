"""A reporter prepares and submits; the province decides."""

import re

from playwright.sync_api import expect

from journeys.pages import Draft, Film
from journeys.people import Troupe
from journeys.stage import Stage

SUMMARY = "从选土、揉泥到拉坯，用一个下午学会做一只小茶碗，适合社区里第一次接触陶艺的居民，也可作为亲子活动的参考。"


def test_a_draft_is_written_uploaded_signed_and_submitted(troupe: Troupe, stage: Stage) -> None:
    title = "社区陶艺入门：一只小茶碗"
    reporter = troupe.reporter()
    draft = Draft(reporter).begin(title)
    draft.fill(summary=SUMMARY, keywords="陶艺;手工;社区教育", speakers="顾长风")
    draft.wait_until_saved()
    reporter.page.reload()
    expect(reporter.page.locator("#id_summary")).to_have_value(SUMMARY)
    draft.fill(category="社区教育")
    draft.keep_cover(stage.cover(title, seed=11))
    draft.send(stage.film(title, seed=11))
    draft.wait_until_checked()
    receipt = draft.sign_and_submit("顾长风")
    assert re.search(r"\d", receipt)

    officer = troupe.deciding_officer()
    officer.visit("/work/review/provincial/")
    officer.follow(title)
    Film(officer.page).play()
