"""After publication: a damaged file is found twice, told, hidden, mended and back; a year is judged, objected to and printed."""

from datetime import date, timedelta

from playwright.sync_api import expect

from journeys.people import Person, Troupe
from journeys.stage import Stage

TITLE = "太极拳云手与单鞭"
CHANGED = "存储的原文件与入库时不一致"
FILM = """
from lifelong.monitoring.models import InspectionTarget
targets = InspectionTarget.objects.filter(resource__resource_id=WHAT)
film = targets.get(subject="play").media_file
"""
FLIP = (
    FILM
    + """
with film.location.open("r+b") as file:
    file.seek(-1, 2)
    byte = file.read(1)[0]
    file.seek(-1, 2)
    file.write(bytes([byte ^ 1]))
"""
)
LOOK = (
    FILM
    + """
from datetime import timedelta
from django.utils import timezone, translation
from lifelong.monitoring.actions import inspection_running, inspection_settling
at = timezone.now() - timedelta(minutes=AGO)
with translation.override("zh-hans"):
    inspection_running.look_now(targets.get(subject="file", media_file=film).pk, now=lambda: at)
    inspection_settling.settle(at=at)
"""
)
#: As if the library had been there all year.
SINCE = """
from datetime import timedelta
from django.utils import timezone
from lifelong.catalogue.models import Entry
Entry.objects.filter(identifier__in=WHAT).update(published_at=timezone.now() - timedelta(days=400))
"""
ASKED = """
from lifelong.monitoring.models import ExpertOpinion
result = list(ExpertOpinion.objects.order_by("pk").values_list("pk", "expert__email", "resource__resource_id"))
"""


def test_a_flipped_byte_is_looked_at_twice_told_hidden_and_back_when_mended(troupe: Troupe, stage: Stage) -> None:
    resource = stage.library()[TITLE]
    operator, reporter, officer, stranger = (
        troupe.operator(),
        troupe.reporter(),
        troupe.deciding_officer(),
        troupe.stranger(),
    )
    stage.ask(FLIP, WHAT=resource)
    stage.ask(LOOK, WHAT=resource, AGO=20)
    operator.visit("/work/inspection/")
    operator.sees(CHANGED)
    operator.sees("待复核")
    reporter.visit("/work/inspection/")
    expect(reporter.page.get_by_role("link", name=CHANGED)).to_have_count(0)  # a suspicion is nobody's news
    stranger.visit(f"/resources/{resource}")

    stage.ask(LOOK, WHAT=resource, AGO=0)
    for person in (reporter, officer):
        person.visit("/work/inspection/")
        person.follow(CHANGED)
        person.sees("已自动下架")
        person.sees("校验值与入库时不同")
    reporter.visit("/work/notices/")
    reporter.sees("定期检查发现 1 个问题")
    stranger.forgive("404")
    stranger.page.goto(f"/resources/{resource}")
    stranger.sees("这项资源暂停提供")
    stranger.sees(f"{CHANGED}；已通知资源所属单位；修好并复查正常后恢复")

    stage.ask(FLIP, WHAT=resource)
    operator.visit("/work/inspection/")
    operator.follow(CHANGED)
    operator.press("我已修好，请复查")
    operator.reloads_until("已修复")
    stranger.visit(f"/resources/{resource}")


def test_a_year_is_judged_by_a_scheme_and_experts_objected_to_and_printed(troupe: Troupe, stage: Stage) -> None:
    stage.ask(SINCE, WHAT=list(stage.library().values()))
    operator, final = troupe.operator(), troupe.final_reviewer()
    scheme = a_scheme_for_a_young_library(operator)
    page = operator.visit("/work/evaluation/")
    yesterday = date.today() - timedelta(days=1)
    page.locator("[name=year]").select_option(str(yesterday.year))
    page.locator("[name=version]").select_option(scheme)
    operator.press("开始计算")
    operator.reloads_until("已算出，待定")
    run = page.url
    page.locator("summary", has_text="请专家提意见").click()
    page.locator("[name=number]").fill("1")
    page.locator("[name=due_date]").fill(f"{date.today() + timedelta(days=9)}")
    operator.press("发出")
    operator.sees("已请专家提出 2 份意见")
    asked = stage.ask(ASKED)
    for number, email, _resource in asked:
        an_expert_answers(troupe.played_by(email), number)
    operator.press("重新计算")
    operator.reloads_until("已答 2 份")
    operator.reloads_until("已算出，待定")

    final.visit(run)
    final.press("评价生效", confirm=True)
    final.sees("评价已生效")
    judged = asked[0][2]
    reporter = troupe.reporter()
    reporter.visit("/work/evaluation/standing/")
    reporter.page.locator(f"main a[href$='/resources/{judged}/']").click()
    reporter.sees("例子贴近生活")
    reporter.page.locator("#s-text").fill("这项资源主要在社区课堂集中播放，统计里只算一人，请复核。")
    reporter.press("提交申述")
    final.visit(f"{run}resources/{judged}/")
    final.page.locator("#s-words").fill("集中播放已按使用统计的规则计入，等级不变。")
    final.press("答复")
    reporter.page.reload()
    reporter.sees("等级不变")

    page = operator.visit(run)
    operator.follow("报告（PDF）")
    ready = page.get_by_role("link", name="查看结果")
    expect(ready).to_be_visible(timeout=60_000)
    with page.expect_download() as report:
        ready.click()
    assert report.value.path().read_bytes().startswith(b"%PDF")


def a_scheme_for_a_young_library(operator: Person) -> str:
    """One in which little is known of a resource, and that little is enough; its version."""
    page = operator.visit("/work/evaluation/schemes/2026/")
    page.locator("summary", has_text="改成新版本").click()
    page.locator("[name=least_weight]").fill("10")
    page.locator("[name=reason]").fill("平台头一年，数据还少。")
    operator.press("另存为新版本")
    operator.sees("已存为新版本")
    return page.url.rstrip("/").rpartition("/")[2]


def an_expert_answers(expert: Person, opinion: int) -> None:
    page = expert.visit("/work/opinions/")
    page.locator(f"main a[href$='/opinions/{opinion}/']").first.click()
    for name, mark in (("content", 4), ("currency", 5), ("usefulness", 4)):
        page.locator(f"label[for={name}-{mark}]").click()
    page.locator("[name=advice]").select_option("keep")
    page.locator("[name=words]").fill("讲得清楚，例子贴近生活。")
    expert.press("提交意见")
    expert.sees("已答")
