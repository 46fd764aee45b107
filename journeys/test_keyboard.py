"""A hundred on the desk: an officer decides by keyboard alone, a lost line loses nothing, an expert scores what was asked."""

import re
import time

from playwright.sync_api import expect

from journeys.people import Troupe
from journeys.stage import Stage

NUMBER = 10
MANY = """
from datetime import timedelta
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Resource, Round, Version
reporter, unit = User.objects.get(email="reporter-4141990101@example.org"), Institution.objects.get(code="4141990101")
now = timezone.now() - timedelta(hours=5)
for n in range(NUMBER):
    resource = Resource.objects.create(resource_id=new_id(), institution=unit)
    version = Version.objects.create(
        resource=resource, title=f"键盘审核第 {n:02} 件", type="A03", area="degree", state=State.SUBMITTED, state_at=now,
        saved_at=now, first_submitted_at=now, summary="供键盘审核演练的网络课程。", rights_holder=unit.name, speakers="顾长风",
    )
    version.handed_in_at = now + timedelta(seconds=n)
    version.last_round = Round.objects.create(
        version=version, number=1, submitted_by=reporter, submitted_at=version.handed_in_at, receipt_number=f"K-{n}",
        standard="2022", values={"title": version.title, "type": "A03", "area": "degree"}, files=[],
    )
    version.save()
result = None
"""
TOLD = """
from lifelong.review.models import Decision
rows = Decision.objects.filter(round__version__title__startswith="键盘审核").values_list("round", "outcome")
result = sorted(rows)
"""
PANEL = """
from datetime import timedelta
from django.utils import timezone, translation
from lifelong.accounts.models import User
from lifelong.resources.models import Round
from lifelong.review.actions import panels
from lifelong.review.lifecycle import Stage
officer = User.objects.get(email="handling@example.org")
now = timezone.now()
with translation.override("zh-hans"):
    plan = panels.Plan("演练评审", now + timedelta(days=3), each=1)
    rounds = Round.objects.filter(version__title="专家评审演练：家庭用药")
    panel = panels.draft_panel(rounds, plan, stage=Stage.PROVINCIAL, by=officer, at=now)
    panels.open_panel(panel, by=officer, at=now)
result = panel.items.get().assignments.get().expert.email
"""


def test_ten_are_decided_by_keyboard_and_none_twice(troupe: Troupe, stage: Stage) -> None:
    stage.ask(MANY, NUMBER=NUMBER)
    officer = troupe.deciding_officer()
    page = officer.visit("/work/review/provincial/?q=键盘审核")
    expect(page.locator("dialog[data-attached=keys]")).to_be_attached()
    page.keyboard.press("n")
    officer.forgive("ERR_INTERNET_DISCONNECTED")
    began = time.monotonic()
    for number in range(NUMBER):
        expect(page).to_have_title(re.compile(f"键盘审核第 {number:02} 件"))
        form = page.locator("form[data-island~=decide][data-attached~=decide]")
        expect(form).to_be_attached()
        expect(page.locator("dialog[data-attached=keys]")).to_be_attached()
        if number == 4:
            page.wait_for_load_state("networkidle")  # the next one has been fetched ahead
            officer.context.set_offline(True)
        for key in ("o", "r", "1", "Enter") if number % 3 == 0 else ("o", "a", "Enter"):
            page.keyboard.press(key)
        if number == 4:
            officer.sees("网络不通，1 个决定留在本机")
            officer.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"/provincial/\?q="))
    took = time.monotonic() - began
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('decision:'))")
    told = stage.ask(TOLD)
    assert len(told) == len({round for round, _ in told}) == NUMBER
    assert [outcome for _, outcome in told] == ["return" if n % 3 == 0 else "forward" for n in range(NUMBER)]
    print(f"{60 * NUMBER / took:.0f} decisions a minute")
    assert took < 180  # 200 in an hour is one in 18 s


def test_an_expert_scores_and_only_then_sees_what_it_comes_to(troupe: Troupe, stage: Stage) -> None:
    stage.submitted("专家评审演练：家庭用药", seed=61)
    expert = troupe.played_by(stage.ask(PANEL))
    page = expert.visit("/work/")
    expert.sees("待我评分")
    expert.visit("/work/scoring/")
    expert.follow("专家评审演练：家庭用药")
    for yes in page.locator("input[type=radio][value=yes][name]:not([name=conflict])").all():
        yes.check()
    for points in page.locator("input.points").all():
        points.fill("9")
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"已保存 \d+:\d\d"))
    page.reload()  # saved as it was typed
    expect(page.locator("input.points").first).to_have_value("9")
    expert.forgive("422")
    expert.press("提交评分", confirm=True)
    expert.sees("还有 5 项没有评完")  # the page that answers
    for word in page.locator("input[name^=word_]").all()[3:]:
        word.fill("有依据")
    expert.press("提交评分", confirm=True)
    expert.sees("的评分已提交")
    expert.visit("/work/scoring/")  # it may have led to the next one
    expert.follow("专家评审演练：家庭用药")
    expert.sees("90.00")

    officer = troupe.deciding_officer()
    officer.visit("/work/review/provincial/?q=家庭用药")
    officer.follow("专家评审演练：家庭用药")
    officer.sees("建议通过")
