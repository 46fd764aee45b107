"""The learner: an account of their own, study time, notes, words under review, a certificate, and the end of it all."""

import re

import pytest
from playwright.sync_api import expect

from journeys.pages import PHONE, Film, fits
from journeys.people import PASSWORD, Person, Troupe
from journeys.stage import Stage

TITLE = "极限与连续：从一杯凉茶说起"
SAID = "讲得明白，例子也亲切。"
STUDIED = """
from django.db.models import Sum
from lifelong.learning.models import Progress, StudyDay
mine = {"user__email": WHO}
sums = Progress.objects.filter(**mine).aggregate(Sum("seen_s"), Sum("wall_s"))
of_days = StudyDay.objects.filter(**mine).aggregate(Sum("content_s"))
result = [sums["seen_s__sum"] or 0, sums["wall_s__sum"] or 0, of_days["content_s__sum"] or 0]
"""
PLACES = "() => Object.keys(localStorage).filter(key => key.startsWith('resume:')).length"
AN_HOUR_YESTERDAY = """
from datetime import timedelta
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.learning.models import StudyDay
from lifelong.resources.models import Resource
StudyDay.objects.create(
    user=User.objects.get(email=WHO), resource=Resource.objects.get(resource_id=WHAT),
    day=timezone.localdate() - timedelta(days=1), content_s=3600, wall_s=4000,
)
result = None
"""


@pytest.fixture
def resource(stage: Stage) -> str:
    return stage.library()[TITLE]


def open_account(person: Person, email: str, name: str) -> None:
    """Signs up by e-mail, follows the link of the mail, signs in."""
    page = person.visit("/accounts/signup/")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=email]").fill(email)
    for field in ("password1", "password2"):
        page.locator(f"input[name={field}]").fill(PASSWORD)
    page.locator("input[name=agree]").check()
    person.press("开通账号")
    person.sees("请到邮箱确认")
    link = re.search(r"/accounts/confirm-email/\S+", person.stage.mails_to(email)[0])
    assert link is not None
    person.visit(link[0])
    person.press("确认")
    person.sees("已确认，可以登录了")
    enter(person, email)


def enter(person: Person, email: str) -> None:
    page = person.visit("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    person.press("登录")
    expect(page).to_have_url(re.compile("/learning/"))


def prove_it_is_me(person: Person) -> None:
    """Where the platform asks for the password once more."""
    if "reauthenticate" in person.page.url:
        person.page.locator("input[type=password]").fill(PASSWORD)
        person.page.locator("main button[type=submit]").click()


def plays_until(film: Film, second: float) -> float:
    """Pauses there; the second at which it stopped."""
    film.page.wait_for_function("to => document.querySelector('video').currentTime >= to", arg=second)
    film.video.evaluate("video => video.pause()")
    return float(film.video.evaluate("video => video.currentTime"))


def counted(person: Person, email: str, at_least: float) -> list[float]:
    """Seconds seen, spent, and of the days, once the heartbeats have come in."""
    found: list[float] = []
    for _turn in range(40):
        found = person.stage.ask(STUDIED, WHO=email)
        if found[0] >= at_least:
            return found
        person.page.wait_for_timeout(250)
    raise AssertionError(f"{found} of {at_least} s")


def test_study_time_is_what_was_watched_whatever_the_line_does(troupe: Troupe, resource: str) -> None:
    email = "yubai@example.org"
    learner = troupe.stranger()
    learner.forgive("net::ERR_INTERNET_DISCONNECTED")
    open_account(learner, email, "余白")
    learner.sees("还没有学习记录")
    page = learner.visit(f"/resources/{resource}")
    page.get_by_role("button", name="收藏", exact=True).click()
    expect(page.get_by_role("button", name="已收藏")).to_be_focused()  # the part was swapped, the focus stayed

    film = Film(page)
    film.play()
    first = plays_until(film, 3)
    seen, spent, of_days = counted(learner, email, first - 0.6)
    assert seen <= first + 0.2
    assert (spent, of_days) == (pytest.approx(seen, abs=1), pytest.approx(seen, abs=0.05))

    page.locator(".tabs a", has_text="笔记").click()
    page.locator("#notes").scroll_into_view_if_needed()  # what a tab holds is loaded when it comes into sight
    page.locator("#note-text").fill("这里要记住：极限不是到达")
    expect(page.locator("#notes [data-place]")).to_contain_text("0:03")
    learner.press("记下")
    expect(page.locator(".note-text")).to_have_text("这里要记住：极限不是到达")

    film.video.evaluate("video => { video.currentTime = 7 }")  # skipping earns nothing
    film.play()
    learner.context.set_offline(True)
    last = plays_until(film, 10.3)
    page.wait_for_timeout(300)
    learner.context.set_offline(False)
    seen, spent, of_days = counted(learner, email, first + (last - 7) - 0.9)
    assert seen <= first + (last - 7) + 0.3
    assert spent <= first + (last - 7) + 1
    assert of_days == pytest.approx(seen, abs=0.05)

    page.locator("a.note-time").click()
    page.wait_for_function(
        "() => { const v = document.querySelector('video'); return v.currentTime >= 3 && v.currentTime < 6 }"
    )
    film.video.evaluate("video => video.pause()")
    film.video.evaluate("video => { video.currentTime = 10.3 }")
    film.play()
    plays_until(film, 10.8)
    counted(learner, email, seen)

    elsewhere = troupe.stranger(**PHONE)
    enter(elsewhere, email)
    elsewhere.sees(TITLE)
    assert fits(elsewhere.page)
    elsewhere.page.locator(".cards a", has_text=TITLE).first.click()  # goes on where they stopped, on whatever device
    elsewhere.page.wait_for_function("() => document.querySelector('video')?.currentTime >= 10")
    elsewhere.page.locator("video").evaluate("video => { video.currentTime = 5 }")
    elsewhere.visit("/learning/record")
    elsewhere.sees(re.compile(r"学习时长 \d+ 秒"))
    assert elsewhere.page.evaluate(PLACES) == 1
    elsewhere.visit("/account/")
    elsewhere.press("退出登录")
    elsewhere.sees("今天想学点什么")
    assert elsewhere.page.evaluate(PLACES) == 0  # whoever comes to this device next is shown nothing of it


def test_words_are_held_judged_reported_appealed_and_end_with_the_account(troupe: Troupe, resource: str) -> None:
    email = "suhe@example.org"
    author, reader, operator = troupe.stranger(), troupe.stranger(), troupe.operator()
    open_account(author, email, "苏禾")
    open_account(reader, "gushan@example.org", "顾山")
    voices = f"/learning/resources/{resource}/voices"
    rates_and_says(author, resource)
    assert SAID not in reader.visit(voices).locator("main").inner_text()
    decides(operator, "waiting", "通过")
    reader.visit(voices)
    reader.sees(SAID)
    reader.sees("苏*")
    reports(reader)
    decides(operator, "flagged", "移除", reason="疑似推广")
    appeals(author)
    operator.visit("/work/comments/?show=appealed")
    operator.page.locator("[name=answer]").fill("核实无误，已恢复。")
    operator.press("采纳，显示评论")
    operator.sees("已答复")
    reader.visit(voices)
    reader.sees(SAID)

    author.stage.ask(AN_HOUR_YESTERDAY, WHO=email, WHAT=resource)
    number = takes_certificate(author)
    assert reader.context.request.get(f"/learning/certificates/{number}.pdf").status == 404
    author.visit("/learning/privacy-and-data")
    author.follow("删除账号")
    prove_it_is_me(author)
    author.page.locator("#sure").check()
    author.press("删除账号")
    author.sees("账号已删除")
    author.visit("/verify")
    author.page.locator("#number").fill(f" {number[:4].lower()}-{number[4:]} ")
    author.press("查验")
    author.sees("这份证明是真的")
    author.sees("1 小时")
    reader.visit(voices)
    reader.sees("已注销")
    assert "苏*" not in reader.page.locator("main").inner_text()


def rates_and_says(author: Person, resource: str) -> None:
    page = author.visit(f"/resources/{resource}")
    page.locator(".tabs a", has_text="评论").click()
    page.locator("#comments").scroll_into_view_if_needed()
    page.locator(".stars label").nth(3).click()
    author.press("评分")
    author.sees("已评分，谢谢。")
    page.locator("#comment-text").fill(SAID)
    author.press("提交")
    author.sees("已提交，审核后显示。")


def decides(operator: Person, show: str, decision: str, *, reason: str = "") -> None:
    page = operator.visit(f"/work/comments/?show={show}")
    page.get_by_role("row").filter(has_text=SAID).get_by_role("checkbox").check()
    if reason:
        page.locator("#reason").fill(reason)
    operator.press(decision)
    operator.sees("已处理 1 条评论")


def reports(reader: Person) -> None:
    reader.follow("举报")
    reader.page.locator("[name=reason]").fill("像是广告")
    reader.press("提交举报")
    reader.sees("已收到举报")


def appeals(author: Person) -> None:
    author.visit("/learning/comments")
    author.sees("疑似推广")
    author.follow("申诉")
    author.page.locator("[name=text]").fill("没有推广任何东西，请再看看。")
    author.press("提交申诉")
    author.sees("申诉已提交")


def takes_certificate(author: Person) -> str:
    """Its number; the paper opens."""
    author.visit("/learning/certificates")
    author.press("开具")
    author.sees("已开具，可以下载或打印")
    number = author.page.locator(".study-papers h3").inner_text().strip()
    assert author.context.request.get(f"/learning/certificates/{number}.pdf").body().startswith(b"%PDF")
    return number
