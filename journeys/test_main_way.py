"""The main way: from a call to the portal, and what happens when something must come down."""

import re
import time
from datetime import date, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import expect

from journeys.pages import Book, Draft, Film, Registration, Round
from journeys.people import PASSWORD, Person, Troupe
from journeys.stage import Stage

CALL = "2026-72"
UNIT = "汝窑之乡社区学院"
EMAIL = "tao@example.org"
TITLE = "社区陶艺入门：一只小茶碗"
SUMMARY = "从选土、揉泥到拉坯，用一个下午学会做一只小茶碗，适合社区里第一次接触陶艺的居民，也可作为亲子活动的参考。"


def test_a_resource_goes_from_the_call_to_the_portal_and_down_and_up_again(troupe: Troupe, stage: Stage) -> None:
    officer, secret = an_officer_sets_up_a_second_factor(troupe)
    the_officer_publishes_a_call(officer)
    an_institution_registers(troupe, stage)
    link = the_officer_approves(officer)
    reporter = the_reporter_takes_the_account(troupe, link)
    receipt = the_reporter_submits(reporter, stage)
    the_officer_forwards(troupe, secret, receipt)
    resource_id = the_ministry_publishes(troupe)
    anyone_finds_and_plays(troupe, resource_id)
    it_comes_down_within_seconds_and_back(troupe, resource_id)


def an_officer_sets_up_a_second_factor(troupe: Troupe) -> tuple[Person, str]:
    """The first link has expired; the system administrator sends another."""
    system, officer = troupe.played_by("system@example.org"), troupe.stranger()
    system.visit("/work/people/")
    system.follow("周慎行")
    system.press("重新发送激活链接")
    activate(officer, system.page.locator("code.once").inner_text())
    officer.sees("请先设置动态口令")
    officer.follow("设置动态口令")
    secret = officer.page.locator("main code").inner_text()
    officer.prove_second_factor(secret, "启用")
    officer.visit("/work/")
    officer.sees("等我办理")
    return officer, secret


def activate(person: Person, link: str) -> None:
    """Opening the link changes nothing; sending the form does, once."""
    for _time in range(2):
        person.visit(urlsplit(link).path)
        expect(person.page.locator("input[type=password]").first).to_be_visible()
    for field in person.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    person.press("设置密码并登录")
    expect(person.page).not_to_have_url(re.compile("/activate/"))


def the_officer_publishes_a_call(officer: Person) -> None:
    page = officer.visit("/work/calls/compose")
    page.locator("#id_number").fill(CALL)
    page.locator("#id_title").fill("社区教育资源征集（演练）")
    page.locator("#id_body").fill("请各单位报送社区教育资源。\n\n资源应符合参考技术标准。")
    today = date.today()
    for stage_name, days in (("registration", 5), ("submission", 9), ("provincial_review", 12), ("final_review", 20)):
        page.locator(f"#id_{stage_name}_end").fill((today + timedelta(days=days)).isoformat())
    page.locator("input[name=scope][value='community:A01']").check()
    page.locator("input[name=scope][value='older:A01']").check()
    officer.press("保存草稿")
    officer.press("发布", confirm=True)
    officer.sees("征集已发布")


def an_institution_registers(troupe: Troupe, stage: Stage) -> None:
    clerk = troupe.stranger()
    clerk.visit("/calls/")
    clerk.follow("社区教育资源征集（演练）")
    clerk.follow("登记报送工作负责人")
    form = Registration(clerk)
    form.read_word(
        institution=UNIT,
        name="陶小满",
        position="社区教育部 主任",
        landline="0375 1234567",
        mobile="138 1234 5678",
        email=EMAIL,
    )
    expect(clerk.page.locator("#id_name")).to_have_value("陶小满")
    form.name_new_institution("410400")
    clerk.page.locator("#id_consent").check()
    clerk.press("保存，下一步")
    clerk.sees("登记已保存")
    form.prove_email(code_from_the_outbox(troupe))
    printed = form.print_pdf()
    assert printed.startswith(b"%PDF")
    form.hand_in(stamped=stage.stamped_form(UNIT, "陶小满", EMAIL))
    clerk.sees("正在等待省级审核")


def code_from_the_outbox(troupe: Troupe) -> str:
    operator = troupe.operator()
    operator.visit("/work/outbox/")
    operator.page.locator("main tbody a").first.click()
    found = re.search(r"\b\d{6}\b", operator.page.locator("main").inner_text())
    assert found
    return found.group()


def the_officer_approves(officer: Person) -> str:
    officer.visit("/work/registrations/")
    officer.follow(UNIT)
    form, paper = officer.page.locator("dl.facts").first, officer.page.locator("iframe.paper")
    expect(form).to_contain_text("陶小满")
    assert paper.bounding_box()["x"] + paper.bounding_box()["width"] <= form.bounding_box()["x"], "side by side"  # type: ignore[index]
    served = officer.context.request.get(str(paper.get_attribute("src")))
    assert served.ok
    assert served.body().startswith(b"%PDF")
    officer.page.locator("#id_enter_new").check()
    officer.press("通过，发送激活链接")
    return officer.page.locator("code.once").inner_text()


def the_reporter_takes_the_account(troupe: Troupe, link: str) -> Person:
    reporter = troupe.stranger()
    activate(reporter, link)
    reporter.sign_out()
    reporter.sign_in(EMAIL)
    return reporter


def the_reporter_submits(reporter: Person, stage: Stage) -> str:
    draft = Draft(reporter).begin(TITLE)
    draft.fill(summary=SUMMARY, keywords="陶艺;手工;社区教育", speakers="陶小满")
    draft.wait_until_saved()
    reporter.page.reload()
    expect(reporter.page.locator("#id_summary")).to_have_value(SUMMARY)
    draft.fill(category="科学文化")  # the choice is being saved when the button is pressed
    draft.keep_cover(stage.cover(TITLE, seed=11))
    reporter.slow_down(400_000)
    line = draft.send(stage.film("陶艺", seed=11, rounds=3, width=640, height=480))
    expect(line).to_contain_text(re.compile(r"[1-9]\d?% · .*/秒 · 还要"))
    reporter.slow_down(None)
    draft.wait_until_checked()
    reporter.sees("测得")
    reporter.sees("要求")
    draft.explain("老设备拍摄，画面尺寸有限。")
    return draft.sign_and_submit("陶小满", call=CALL)


def the_officer_forwards(troupe: Troupe, secret: str, receipt: str) -> None:
    officer = troupe.stranger()
    officer.sign_in("deciding@example.org", secret=secret)
    officer.visit("/work/review/provincial/")
    officer.follow(TITLE)
    officer.sees(receipt)
    Film(officer.page).play()
    round = Round(officer)
    officer.forgive("409")
    round.decide("forward")
    officer.sees("没有提交")  # while a fail stands
    officer.follow("打开这一项")
    round.waive("老设备拍摄，看得清手法，同意豁免。")
    round.decide("forward")
    officer.sees(f"《{TITLE}》：通过并报送终审")


def the_ministry_publishes(troupe: Troupe) -> str:
    reviewer = troupe.final_reviewer()
    reviewer.visit("/work/review/final/")
    reviewer.follow(TITLE)
    reviewer.sees("老设备拍摄，看得清手法")
    Round(reviewer).decide("accept")
    reviewer.sees(f"《{TITLE}》：")  # on the page that follows
    page = reviewer.visit("/work/batches/")
    page.locator("#id_number").fill("2026-72")
    page.locator("#id_title").fill("社区教育推荐资源（演练）")
    page.locator("#id_announcement").fill("现将社区教育推荐资源予以公布。")
    reviewer.press("新建")
    page.get_by_label(f"选择 {TITLE}").check()
    reviewer.press("编入所选")
    expect(page.locator("section", has_text="批次里的资源").first).to_contain_text(TITLE)
    resource_id = page.locator("main table code").first.inner_text()
    reviewer.follow("预览公告")
    reviewer.sees(TITLE)
    page.go_back()
    reviewer.press("立即发布", confirm=True)
    reviewer.reloads_until("已发布")
    return resource_id


def anyone_finds_and_plays(troupe: Troupe, resource_id: str) -> None:
    for scripts in (True, False):
        visitor = troupe.stranger(java_script_enabled=scripts)
        Book(visitor).find("陶艺 茶碗", TITLE)
        expect(visitor.page).to_have_url(re.compile(f"/resources/{resource_id}"))
        visitor.sees(UNIT)
        assert visitor.page.locator("video[autoplay]").count() == 0
        if scripts:
            film = Film(visitor.page)
            film.see_still()
            film.play()
            film.seek(5)
        else:
            expect(visitor.page.locator("video[controls] source")).to_have_attribute("src", re.compile("/media/p/"))
    visitor.visit("/batches/2026-72")
    visitor.follow(TITLE)
    expect(visitor.page).to_have_url(re.compile(resource_id))


def it_comes_down_within_seconds_and_back(troupe: Troupe, resource_id: str) -> None:
    visitor, operator, ministry = troupe.stranger(), troupe.operator(), troupe.final_reviewer()
    visitor.visit(f"/resources/{resource_id}")
    source = str(visitor.page.locator("video source").get_attribute("src"))
    assert visitor.context.request.get(source, headers={"Range": "bytes=0-9"}).status == 206
    operator.visit(f"/work/catalogue/{resource_id}/")
    operator.page.locator("#suspend-reason").fill("接到反映，暂停核实。")
    operator.press("立即下架")
    pressed = time.monotonic()
    visitor.forgive("404")
    until_status(visitor, f"/resources/{resource_id}", 404)
    until_status(visitor, source, 404)
    assert time.monotonic() - pressed < 10
    visitor.page.goto(f"/resources/{resource_id}")
    visitor.sees("这项资源暂停提供")
    visitor.sees("接到反映，暂停核实。")
    ministry.visit(f"/work/catalogue/{resource_id}/")
    ministry.page.locator("#restore-reason").fill("核实无误。")
    ministry.press("恢复上线")
    until_status(visitor, f"/resources/{resource_id}", 200)
    visitor.visit(f"/resources/{resource_id}")
    assert visitor.context.request.get(source).status == 410, "the old address of the bytes stays dead, and says so"
    Film(visitor.page).play()


def until_status(person: Person, path: str, status: int, *, within_s: float = 10) -> None:
    end = time.monotonic() + within_s
    while (answer := person.context.request.get(path)).status != status:
        assert time.monotonic() < end, f"{path}: {answer.status}"
        time.sleep(0.2)
