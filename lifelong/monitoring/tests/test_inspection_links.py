"""A little web of bad servers: each told apart; a second look; letters, periods, hiding and bringing back."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.audit.models import AuditEntry
from lifelong.catalogue.actions import availability
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.monitoring.actions import inspection_findings, inspection_plans, inspection_settling
from lifelong.monitoring.lifecycle import FindingState, LookOutcome, Subject
from lifelong.monitoring.looks import links
from lifelong.monitoring.models import InspectionBrake, InspectionFinding, InspectionLook, InspectionTarget
from lifelong.monitoring.tests.inspecting import *  # noqa: F403 - its fixtures
from lifelong.monitoring.tests.inspecting import BEGIN, Days, all_due, confirmed, courses, facts_of, found, run
from lifelong.notices.models import Notice
from lifelong.standards.links.checker import LinkFacts, check_link
from lifelong.standards.tests.little_web import REFERENCE, LittleWeb, certificates, little_web, moved, page

pytestmark = pytest.mark.django_db
COURSE = "太极拳入门：起势、野马分鬃、白鹤亮翅，每节课十分钟，跟着老师一起练。" * 20


@pytest.fixture
def web() -> Iterator[LittleWeb]:
    with little_web() as web:
        yield web


def visit(web: LittleWeb, url: str, **wishes):
    facts = check_link(
        url, resolver=web.resolver, connector=web.connector, references=[REFERENCE], **{"deadline_s": 5.0, **wishes}
    )
    return links.judged(facts, at=timezone.now())


def answer_with(reply: bytes):
    return lambda path, headers: reply


# Told apart


ANSWERS = {
    "works": (answer_with(page(COURSE)), "ok", ""),
    "moved within": (lambda p, h: page(COURSE) if p == "/c/2" else moved("/c/2"), "ok", ""),
    "file": (answer_with(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 5\r\n\r\n%PDF-"), "ok", ""),
    "endless": (lambda p, h: lambda line: [line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n")] + [line.sendall(b"x" * 65536) for _ in range(64)], "ok", ""),
    "gone": (answer_with(page("", "404 Not Found")), "bad", "link_gone"),
    "soft gone": (answer_with(page("该课程已下架")), "bad", "link_soft_gone"),
    "front page": (lambda p, h: page(COURSE) if p == "/" else moved("/"), "bad", "link_elsewhere"),
    "elsewhere": (lambda p, h: moved("http://other.example.net/c/1"), "bad", "link_elsewhere"),
    "loops": (answer_with(moved("/again")), "bad", "link_loops"),
    "login": (answer_with(page('<form><input type="password"></form>', title="用户登录")), "bad", "link_login"),
    "parked": (answer_with(page("该域名可出售，有意者请联系。")), "bad", "link_parked"),
    "closed": (answer_with(moved("http://192.168.0.1/")), "bad", "link_closed"),
    "error": (answer_with(page("oops", "500 Internal Server Error")), "bad", "link_error"),
    "cut": (lambda p, h: lambda line: None, "bad", "link_silent"),
    "hangs": (lambda p, h: lambda line: time.sleep(2), "bad", "link_silent"),
    "403": (answer_with(page("no robots", "403 Forbidden")), "unknown", ""),
    "429": (answer_with(page("slow down", "429 Too Many Requests", "Retry-After: 120\r\n")), "unknown", ""),
    "robot wall": (answer_with(page("请完成人机验证")), "unknown", ""),
    "empty": (answer_with(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"), "unknown", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_each_server_is_told_apart(web: LittleWeb, case: str) -> None:
    answer, outcome, trouble = ANSWERS[case]
    web.site("course.example.org", answer)
    web.site("other.example.net", answer_with(page(COURSE)))
    seen = visit(web, "http://course.example.org/c/1", **({"deadline_s": 0.4} if case == "hangs" else {}))
    assert (seen.outcome, seen.trouble) == (outcome, trouble)
    assert seen.note
    assert seen.evidence["url"] == "http://course.example.org/c/1"
    if case == "429":
        assert seen.evidence["retry_after_s"] == 120
        assert seen.evidence["headers"]["retry-after"] == "120"


def test_names_certificates_and_our_own_line_are_told_apart(web: LittleWeb, tmp_path) -> None:
    server, client = certificates(tmp_path, "course.example.org", days=5)
    web.site("course.example.org", answer_with(page(COURSE)), port=443, tls=server)
    assert visit(web, "http://nowhere.example.org/").trouble == "link_no_name"
    assert visit(web, "https://course.example.org/").trouble == "link_certificate"  # of an unknown authority
    assert visit(web, "https://course.example.org/", tls=client).trouble == "link_certificate_soon"
    web.online = False
    assert visit(web, "http://course.example.org/").outcome == LookOutcome.UNKNOWN


def test_a_slow_site_is_slow_and_not_dead() -> None:
    assert links.judged(facts_of("works", seconds=14.2), at=BEGIN).trouble == "link_slow"


# The way of a finding


def test_a_dead_link_is_confirmed_told_hidden_and_brought_back(now: Days, operator, client) -> None:
    target = courses("http://course.example.org/1")[0]
    gone, back = facts_of("not_found", status=404, headers={"server": "nginx"}), facts_of("works", seconds=0.3)
    assert run(now, gone).bad == 1
    assert found().state == FindingState.SUSPECTED
    assert inspection_settling.settle(at=now()) == {"told": 0, "hidden": 0}  # nobody hears of a suspicion
    now.go(hours=1)
    assert run(now, gone).looked == 0  # not before its pause is over
    now.go(hours=5, minutes=1)
    run(now, gone)
    assert found().state == FindingState.CONFIRMED
    inspection_settling.settle(at=now())
    finding = found()
    assert finding.state == FindingState.NOTICED
    assert finding.due_at == now() + timedelta(days=14)
    letter = Notice.objects.filter(user=operator).get()
    assert ("《课程 0》" in letter.text and "http" in finding.note) or finding.note in letter.text
    now.go(days=13)
    run(now, gone)
    assert inspection_settling.settle(at=now())["hidden"] == 0
    now.go(days=1, minutes=1)
    assert inspection_settling.settle(at=now())["hidden"] == 0  # over its period, but nobody has looked since
    run(now, gone)
    assert inspection_settling.settle(at=now())["hidden"] == 1
    entry = Entry.objects.get()
    assert entry.visibility == Visibility.HIDDEN
    answer = client.get(f"/resources/{entry.identifier}")
    assert answer.status_code == 404
    assert f"{finding.title}；已通知资源所属单位；修好并复查正常后恢复" in answer.content.decode()
    client.cookies["django_language"] = "en"
    assert "Its institution has been told" in client.get(f"/resources/{entry.identifier}").content.decode()
    del client.cookies["django_language"]
    step = entry.version.steps.order_by("-at", "-pk").first()
    assert (step.verb, step.by) == ("auto_suspended", None)
    now.go(days=1)
    run(now, facts_of("turned_away", status=403))
    assert found().state == FindingState.HIDDEN  # what cannot be told brings nothing back either
    now.go(days=1)
    run(now, back)
    assert found().state == FindingState.CURED
    assert Entry.objects.get().visibility == Visibility.ONLINE
    outcomes = list(InspectionLook.objects.order_by("at", "pk").values_list("outcome", flat=True))
    assert outcomes == ["bad", "bad", "bad", "bad", "unknown", "ok"]
    assert InspectionLook.objects.last().evidence["headers"] == {"server": "nginx"}
    assert AuditEntry.objects.filter(verb="catalogue.suspended", actor_id=None).count() == 1
    assert target.resource.availability in {"online", "never"}


def test_a_flicker_is_no_finding(now: Days) -> None:
    courses("http://course.example.org/1")
    run(now, facts_of("server_error", status=500))
    now.go(hours=7)
    run(now, facts_of("works"))
    assert found().state == FindingState.CLEARED
    assert not Notice.objects.exists()


@pytest.mark.parametrize("outcome", ["turned_away", "robot_wall", "empty", "offline"])
def test_what_cannot_be_told_hides_nothing_however_long_and_people_are_asked_to_look(
    now: Days, outcome: str, operator
) -> None:
    courses("http://course.example.org/1")
    for _week in range(12):
        run(now, facts_of(outcome, status=403))
        inspection_settling.settle(at=now())
        now.go(days=7)
    assert not InspectionFinding.objects.exists()
    assert Entry.objects.get().visibility == Visibility.ONLINE
    assert InspectionTarget.objects.get(subject=Subject.LINK).outcome == LookOutcome.UNKNOWN
    page = signed_in(operator).get("/work/inspection/plan/").content.decode()
    assert all(words in page for words in ("请人看一看", "课程 0", 'href="http://course.example.org/1"'))


def test_what_the_operator_dismissed_is_not_found_again_until_it_changes(now: Days, operator) -> None:
    courses("http://course.example.org/1")
    login = facts_of("login_wall", status=200)
    finding = confirmed(now, login)
    inspection_findings.dismiss(finding, reason="登录后免费学习，已核实", by=operator, at=now())
    for _turn in range(3):
        now.go(days=7)
        run(now, login)
    assert InspectionFinding.objects.count() == 1
    now.go(days=7)
    run(now, facts_of("not_found", status=404))
    assert InspectionFinding.objects.order_by("pk").last().trouble == "link_gone"


def test_an_extended_period_is_kept(now: Days, operator) -> None:
    courses("http://course.example.org/1")
    gone = facts_of("not_found", status=404)
    finding = confirmed(now, gone)
    with pytest.raises(inspection_findings.BadDay):
        inspection_findings.extend(finding, until=now() - timedelta(days=1), reason="平台搬迁", by=operator, at=now())
    inspection_findings.extend(finding, until=now() + timedelta(days=30), reason="平台搬迁", by=operator, at=now())
    now.go(days=20)
    run(now, gone)
    assert inspection_settling.settle(at=now())["hidden"] == 0
    now.go(days=11)
    run(now, gone)
    assert inspection_settling.settle(at=now())["hidden"] == 1


def test_a_period_changed_by_the_operator_holds_for_the_letters_to_come(now: Days, operator) -> None:
    courses("http://course.example.org/1")
    inspection_plans.change_rule("link_gone", cure_days=3, hides=True, by=operator, at=now())
    assert confirmed(now, facts_of("not_found", status=404)).due_at == now() + timedelta(days=3)
    assert AuditEntry.objects.filter(verb="monitoring.rule_changed").count() == 1


def test_what_a_person_took_out_no_machine_brings_back(now: Days, operator, final) -> None:
    courses("http://course.example.org/1")
    gone = facts_of("not_found", status=404)
    finding = confirmed(now, gone)
    resource = finding.resource
    availability.suspend(resource, by=operator, reason="另有投诉", at=now())
    now.go(days=15)
    run(now, gone)
    assert inspection_settling.settle(at=now())["hidden"] == 0
    now.go(days=1)
    run(now, facts_of("works"))
    assert found().state == FindingState.CURED
    assert Entry.objects.get().visibility == Visibility.HIDDEN


def test_only_what_the_platform_took_out_does_it_bring_back(now: Days, operator) -> None:
    resource = courses("http://course.example.org/1")[0].resource
    availability.suspend(resource, by=operator, reason="另有投诉", at=now())
    assert not availability.restore_unattended(resource, reason="复查正常", at=now.go(days=1))
    assert not availability.suspend_unattended(resource, reason="打不开", at=now())  # it is out already
    assert Entry.objects.get().visibility == Visibility.HIDDEN


def test_what_a_person_brought_back_uncured_has_its_period_anew(now: Days, final) -> None:
    courses("http://course.example.org/1")
    gone = facts_of("not_found", status=404)
    confirmed(now, gone)
    now.go(days=15)
    run(now, gone)
    inspection_settling.settle(at=now())
    availability.restore(found().resource, by=final, reason="平台承诺本周修复", at=now())
    assert found().state == FindingState.NOTICED
    assert found().due_at == now() + timedelta(days=14)
    availability.suspend(found().resource, by=final, reason="仍未修复", at=now.go(days=1))
    availability.retire(found().resource, by=final, reason="不再提供", at=now.go(days=1))
    assert found().state == FindingState.ENDED
    assert not InspectionTarget.objects.exists()


# Many at once


def all_over(now: Days, facts: LinkFacts) -> None:
    all_due(now)
    run(now, facts)
    now.go(hours=7)
    run(now, facts)
    inspection_settling.settle(at=now())
    now.go(days=15)
    run(now, facts)
    inspection_settling.settle(at=now())


def test_a_host_that_is_down_hides_nothing_until_the_operator_decides(now: Days, operator) -> None:
    courses(*(f"http://big.example.org/{n}" for n in range(12)), "http://small.example.net/1")
    all_over(now, facts_of("not_found", status=404))
    assert Entry.objects.filter(visibility=Visibility.HIDDEN).count() == 1  # the one of the other host
    brake = InspectionBrake.objects.get()
    assert (brake.host, brake.count) == ("big.example.org", 12)
    assert Notice.objects.filter(user=operator, kind="monitoring.brake").count() == 1
    inspection_settling.settle(at=now.go(hours=1))
    assert Notice.objects.filter(user=operator, kind="monitoring.brake").count() == 1  # told once
    inspection_settling.decide_brake(brake, release=False, reason="平台停电检修", by=operator, at=now())
    now.go(days=8)
    run(now, facts_of("not_found", status=404))
    inspection_settling.settle(at=now())
    second = InspectionBrake.objects.get(ended_at=None)
    assert inspection_settling.decide_brake(second, release=True, reason="平台已关闭", by=operator, at=now()) == 12
    assert Entry.objects.filter(visibility=Visibility.HIDDEN).count() == 13


def test_many_hosts_at_once_stop_at_the_days_limit_too(now: Days, operator) -> None:
    courses(*(f"http://host{n}.example.org/1" for n in range(8)))
    inspection_plans.change_limit("hidden_in_a_day", value=5, by=operator, at=now())
    all_over(now, facts_of("not_found", status=404))
    assert not Entry.objects.filter(visibility=Visibility.HIDDEN).exists()
    assert InspectionBrake.objects.get().host == ""


def test_our_own_line_down_makes_no_finding(now: Days) -> None:
    courses(*(f"http://host{n}.example.org/1" for n in range(6)))
    all_due(now)
    done = run(now, facts_of("no_such_name"))
    assert (done.looked, done.unknown) == (6, 6)
    assert not InspectionFinding.objects.exists()
    assert AuditEntry.objects.filter(verb="monitoring.line_mistrusted").count() == 1


def test_a_clock_that_jumps_a_year_ahead_and_back_hides_nothing_and_stops_nothing(now: Days) -> None:
    courses(*(f"http://host{n}.example.org/1" for n in range(3)))
    works, gone = facts_of("works"), facts_of("not_found", status=404)
    confirmed_at = now()
    all_due(now)
    run(now, gone)
    now.go(hours=7)
    run(now, gone)
    inspection_settling.settle(at=now())
    now.go(days=365)
    assert inspection_settling.settle(at=now())["hidden"] == 0  # a jump alone is no look
    run(now, works)
    assert not InspectionFinding.objects.open().exists()
    now.at = confirmed_at + timedelta(days=1)
    assert sum(run(now, works).looked for _run in range(3)) == 3  # times from the future keep nothing from its turn
