"""Who sees which finding and may do what; the desk; public reports; and that no order of events breaks the lifecycle."""

import io
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import ANHUI, holder, person, signed_in
from lifelong.catalogue.actions import availability, reports
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.institutions.models import Institution, Mandate, MandateRole
from lifelong.jobs.models import Job
from lifelong.monitoring import inspection_desk
from lifelong.monitoring.actions import inspection_findings, inspection_running, inspection_settling
from lifelong.monitoring.actions.inspection_targets import claim, take_up_rest
from lifelong.monitoring.lifecycle import FINDING_STEPS, FindingState, LookOutcome, Subject, after_look
from lifelong.monitoring.models import InspectionFinding, InspectionTarget
from lifelong.notices.models import Mail
from lifelong.standards.links.checker import LinkFacts
from lifelong.web.desk import waiting_for

pytestmark = pytest.mark.django_db
NOW = timezone.now
GONE = LinkFacts("https://www.icourse163.org/course/1", "not_found", status=404)


def reporter_of(code: str) -> User:
    user = person(f"reporter-{code}@example.org", "林若溪")
    of = Institution.objects.get(code=code)
    Mandate.objects.create(user=user, institution=of, role=MandateRole.REPORTER, begins_at=NOW() - timedelta(days=9))
    return user


@pytest.fixture
def noticed(db: None) -> InspectionFinding:
    """A dead link of institution 4110001 in Henan, told a day ago."""
    world.loaded()
    take_up_rest(at=NOW() - timedelta(days=3))
    for ago in (timedelta(days=2), timedelta(days=1)):
        look(GONE, NOW() - ago)
    inspection_settling.settle(at=NOW() - timedelta(days=1))
    return InspectionFinding.objects.get(state=FindingState.NOTICED)


def look(facts: LinkFacts, at: Any) -> None:
    for mine in claim(InspectionTarget.objects.filter(subject=Subject.LINK), at=at):
        inspection_running.inspect_one(mine, now=lambda: at, visit=lambda url: facts)


def test_who_sees_a_finding_and_who_does_not(noticed: InspectionFinding, client) -> None:
    page = f"/work/inspection/{noticed.pk}/"
    seeing = [
        reporter_of("4110001"),
        *(holder(role) for role in (Role.HANDLING_OFFICER, Role.FINAL_REVIEWER, Role.OPERATOR)),
    ]
    for user in seeing:
        assert signed_in(user).get(page).status_code == 200, user
        assert "高等数学" in signed_in(user).get("/work/inspection/").content.decode(), user
    for user in (reporter_of("4110002"), holder(Role.DECIDING_OFFICER, code=ANHUI)):
        assert signed_in(user).get(page).status_code == 404, user
        assert "高等数学" not in signed_in(user).get("/work/inspection/").content.decode()
    assert signed_in(holder(Role.EXPERT)).get("/work/inspection/").status_code == 403
    assert client.get(page).status_code == 302
    InspectionFinding.objects.update(state=FindingState.SUSPECTED, confirmed_at=None)
    assert [signed_in(user).get(page).status_code for user in seeing] == [404, 404, 404, 200]  # a suspicion is nobody's


def test_what_was_found_is_read_in_the_language_of_the_reader(noticed: InspectionFinding) -> None:
    reader = signed_in(reporter_of("4110001"))
    for language, words in (
        ("zh-hans", "网站回答说这个页面不存在。"),
        ("en", "The site says this page does not exist."),
    ):
        reader.cookies["django_language"] = language
        for page in ("/work/inspection/", f"/work/inspection/{noticed.pk}/"):
            assert words in reader.get(page).content.decode(), (language, page)


def test_whoever_can_mend_it_is_waited_for(noticed: InspectionFinding) -> None:
    own = reporter_of("4110001")

    def standing() -> tuple[float, list[str], bool]:
        damaged = next(one for one in inspection_desk.signs(NOW()) if one.name == "inspection.damaged")
        offices = [one.office for one in inspection_desk.waits(NOW()) if one.count]
        return damaged.figure, offices, any("检查问题" in one.title for one in waiting_for(own))

    assert standing() == (0, [noticed.resource.institution.name], True)
    InspectionFinding.objects.update(trouble="file_changed")
    assert standing() == (1, [], False)


def test_only_the_operator_decides(noticed: InspectionFinding) -> None:
    own, page = reporter_of("4110001"), f"/work/inspection/{noticed.pk}/"
    for verb in ("extend", "dismiss", "settle"):
        assert signed_in(own).post(page + verb, {f"{verb}-reason": "没有问题"}).status_code == 403
    operator = signed_in(holder(Role.OPERATOR))
    assert operator.post(page + "dismiss", {"dismiss-reason": ""}).status_code == 422
    assert (
        operator.post(page + "extend", {"extend-reason": "平台搬迁", "extend-until": "2001-01-01"}).status_code == 422
    )
    until = f"{NOW() + timedelta(days=60):%Y-%m-%d}"
    assert operator.post(page + "extend", {"extend-reason": "平台搬迁", "extend-until": until}).status_code == 302
    noticed.refresh_from_db()
    assert f"{timezone.localtime(noticed.due_at):%Y-%m-%d}" == until
    assert operator.post(page + "dismiss", {"dismiss-reason": "已核实可以打开"}).status_code == 302
    assert operator.post(page + "dismiss", {"dismiss-reason": "再来一次"}).status_code == 422


def test_an_institution_asks_for_another_look_and_is_answered_by_a_machine(noticed: InspectionFinding) -> None:
    own = reporter_of("4110001")
    waiting = next(one for one in waiting_for(own) if "检查问题" in one.title)
    assert (waiting.count, waiting.due_at) == (1, noticed.due_at)
    address = f"/work/inspection/{noticed.pk}/recheck"
    signed_in(own).post(address)
    job = Job.objects.get(path="lifelong.monitoring.tasks.look_now")
    assert job.args == [noticed.target_id]
    signed_in(own).post(address)  # at once again
    assert Job.objects.filter(path=job.path).count() == 1
    inspection_running.look_now(noticed.target_id, visit=lambda url: LinkFacts(url, "works"))
    noticed.refresh_from_db()
    assert noticed.state == FindingState.CURED
    assert not [one for one in waiting_for(User.objects.get(pk=own.pk)) if "检查问题" in one.title]
    assert noticed.resource.online_version.steps.filter(verb="trouble_cured", by=None).count() == 1


def test_lists_are_narrowed_and_exported_as_seen(noticed: InspectionFinding, django_assert_max_num_queries) -> None:
    operator = signed_in(holder(Role.OPERATOR))
    for query, there in (("state=all", True), ("subject=link", True), ("subject=file", False), ("state=cured", False),
                         ("text=高等", True), ("institution=4110001", True), ("institution=不存在", False), ("state=<x>&page=zz", True)):  # fmt: skip
        with django_assert_max_num_queries(30):
            shown = operator.get(f"/work/inspection/?{query}").content.decode()
        assert ("高等数学" in shown) == there, query
    sheet = load_workbook(io.BytesIO(operator.get("/work/inspection/?state=all&as=xlsx").content)).active
    assert any("高等数学" in str(cell.value) for row in sheet.iter_rows() for cell in row)
    plan = operator.get("/work/inspection/plan/")
    assert plan.status_code == 200
    assert load_workbook(io.BytesIO(operator.get("/work/inspection/plan/?as=xlsx").content)).sheetnames[0] == "检查进度"
    assert signed_in(reporter_of("4110001")).get("/work/inspection/plan/").status_code == 403


def test_the_operators_numbers_are_changed_on_a_page(operator: User) -> None:
    client = signed_in(operator)
    assert client.post("/work/inspection/plan/rule/link_gone/", {"cure_days": "7", "hides": "on"}).status_code == 302
    assert client.post("/work/inspection/plan/rule/link_gone/", {"cure_days": "-1"}).status_code == 422
    given = {"within_days": "3", "most_items": "900", "most_gigabytes": "0"}
    assert client.post("/work/inspection/plan/plan/link/", given).status_code == 302
    assert client.post("/work/inspection/plan/limit/hidden_in_a_day/", {"value": "5"}).status_code == 302
    shown = client.get("/work/inspection/plan/").content.decode()
    assert ">900<" not in shown
    for nothing in ("plan/nothing", "rule/nothing", "limit/nothing", "nothing/link"):
        assert client.get(f"/work/inspection/plan/{nothing}/").status_code == 404
    assert signed_in(holder(Role.FINAL_REVIEWER)).get("/work/inspection/plan/plan/link/").status_code == 403


def filed(kind: str, contact: str = "") -> Any:
    world.loaded()
    resource = Entry.objects.online().order_by("pk").first().resource
    return reports.file_report(kind=kind, text="里面有一段不合适的内容", contact=contact, resource=resource, at=NOW())


def test_a_confirmed_report_of_harm_hides_at_once_and_a_person_says_when_it_is_cured(operator: User) -> None:
    report = filed("unfit")
    client = signed_in(operator)
    assert "属实" in client.get(f"/work/reports/{report.number}").content.decode()
    assert (
        client.post(f"/work/inspection/reports/{report.number}").url == f"/work/reports/{report.number}"
    )  # says nothing
    answer = client.post(f"/work/inspection/reports/{report.number}", {"note": "第 3 分钟有伤人的画面。"})
    finding = InspectionFinding.objects.get()
    assert answer.url == f"/work/inspection/{finding.pk}/"
    assert finding.state == FindingState.HIDDEN
    assert Entry.objects.get(resource=report.resource).visibility == Visibility.HIDDEN
    client.post(f"/work/inspection/reports/{report.number}")  # twice is once
    assert InspectionFinding.objects.count() == 1
    own = reporter_of(report.resource.institution.code)
    for reader, address in (
        (Client(), f"/resources/{report.resource.resource_id}"),
        (signed_in(own), f"/work/inspection/{finding.pk}/"),
    ):
        page = reader.get(address).content.decode()
        assert "公众反映：内容有害或不适宜" in page
        assert ("第 3 分钟有伤人的画面" in page) == address.startswith("/work/")
        assert report.number not in page  # by it anybody reads what the reporter wrote
    signed_in(own).post(f"/work/inspection/{finding.pk}/recheck")
    assert not Job.objects.filter(path="lifelong.monitoring.tasks.look_now").exists()
    assert any("单位说已修好" in one.title for one in waiting_for(User.objects.get(pk=operator.pk)))
    client.post(f"/work/inspection/{finding.pk}/settle", {"settle-reason": "已剪去该段"})
    assert Entry.objects.get(resource=report.resource).visibility == Visibility.ONLINE


def test_a_confirmed_report_of_rights_has_its_period(operator: User) -> None:
    finding = inspection_settling.confirm_report(filed("rights"), note="第二讲用了他人的配乐", by=operator, at=NOW())
    assert finding.state == FindingState.NOTICED
    assert inspection_settling.settle(at=NOW() + timedelta(days=6))["hidden"] == 0
    assert inspection_settling.settle(at=NOW() + timedelta(days=8))["hidden"] == 1
    general = reports.file_report(kind="other", text="网站打开有点慢", at=NOW())
    with pytest.raises(inspection_settling.NotAboutAResource):
        inspection_settling.confirm_report(general, note="已看过", by=operator, at=NOW())


@pytest.mark.parametrize(("contact", "mails"), [("li@example.org", 1), ("13800000000", 0), ("", 0), ("a@b\nBcc: x@y.org", 0)])  # fmt: skip
def test_the_reporter_is_answered_by_mail_where_an_address_was_left(operator: User, contact: str, mails: int) -> None:
    report = filed("content", contact)
    reports.answer_report(report, answer="已更正，谢谢。", by=operator, at=NOW())
    found = Mail.objects.filter(address="li@example.org")
    assert found.count() == mails
    assert not mails or "已更正" in found.get().text


def test_inspection_that_stands_still_is_on_the_operators_desk(noticed: InspectionFinding, operator: User) -> None:
    from lifelong.monitoring.models import InspectionDay

    InspectionTarget.objects.update(waits_since=NOW() - timedelta(days=60))
    InspectionDay.objects.update(last_at=NOW() - timedelta(days=20))
    waiting = next(one for one in waiting_for(operator) if "定期检查停在" in one.title)
    assert waiting.urgent
    assert "定期检查停了" in signed_in(operator).get("/work/inspection/").content.decode()


@given(st.lists(st.sampled_from([*LookOutcome, "early"]), max_size=30))
def test_looks_alone_walk_only_along_the_table_and_unknown_never_moves(outcomes: list[str]) -> None:
    state, early, bad = FindingState.SUSPECTED, False, 1
    for outcome in outcomes:
        if outcome == "early":
            early = not early
            continue
        before, state = state, after_look(state, LookOutcome(outcome), early=early)
        bad += outcome == LookOutcome.BAD
        assert state == before or state in FINDING_STEPS[before]
        assert outcome != LookOutcome.UNKNOWN or state == before
        assert state != FindingState.CONFIRMED or bad >= 2
        assert state != FindingState.HIDDEN


class Walk:
    """One linked course and whatever happens to it; each step is a method."""

    def __init__(self, name: str, operator: User, final: User) -> None:
        world.loaded(
            {"title": "高等数学网络课程", "type": "A03", "area": "degree", "link": "https://a.example.org/1"}, name=name
        )
        self.operator, self.final, self.at = operator, final, NOW() + timedelta(minutes=1)
        self.pk, self.by_person = Entry.objects.latest("pk").pk, False
        take_up_rest(at=self.at)

    @property
    def entry(self) -> Entry:
        return Entry.objects.get(pk=self.pk)

    @property
    def findings(self) -> Any:
        return InspectionFinding.objects.filter(resource=self.entry.resource_id)

    def gone(self) -> None:
        look(GONE, self.at)

    def works(self) -> None:
        look(LinkFacts("x", "works"), self.at)

    def turned_away(self) -> None:
        look(LinkFacts("x", "turned_away", status=403), self.at)

    def settle(self) -> None:
        inspection_settling.settle(at=self.at)

    def dies(self) -> None:
        for pause in (timedelta(), timedelta(hours=7), timedelta(days=31)):
            self.at += pause
            self.gone()
            self.settle()

    def waits(self) -> None:
        self.at += timedelta(days=8)

    def suspend(self) -> None:
        if self.entry.visibility == Visibility.ONLINE:
            availability.suspend(self.entry.resource, by=self.operator, reason="投诉", at=self.at)
            self.by_person = True

    def restore(self) -> None:
        if self.entry.visibility == Visibility.HIDDEN:
            availability.restore(self.entry.resource, by=self.final, reason="核实", at=self.at)
            self.by_person = False

    def decide(self, act: Any, **given: Any) -> None:
        for finding in self.findings.open():
            with suppress(inspection_findings.MayNotDecide, inspection_findings.Conflict):
                act(finding, by=self.operator, at=self.at, **given)

    def extend(self) -> None:
        self.decide(inspection_findings.extend, until=self.at + timedelta(days=9), reason="搬迁")

    def dismiss(self) -> None:
        self.decide(inspection_findings.dismiss, reason="核实过")

    def ask(self) -> None:
        self.decide(inspection_findings.ask_recheck)

    def check(self) -> None:
        states = list(self.findings.open().values_list("state", flat=True))
        assert len(states) <= 1
        hidden = self.entry.visibility == Visibility.HIDDEN
        assert hidden == (self.by_person or FindingState.HIDDEN in states)
        for one in self.findings.filter(hidden_at__isnull=False):
            assert one.confirmed_at <= one.noticed_at <= one.hidden_at
            assert (
                one.looks.filter(outcome="bad").count() >= 3
            )  # suspected, confirmed, and fresh at the end of its period


STEPS = [
    name for name in vars(Walk) if not name.startswith("_") and name not in {"entry", "findings", "decide", "check"}
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=["dies", "dismiss"])
@example(steps=["dies", "restore", "suspend", "works"])
@example(steps=["suspend", "dies", "works", "restore", "dies"])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=15))
def test_whatever_happens_in_whatever_order_hidden_means_bad_and_told(
    steps: list[str], operator: User, final: User
) -> None:
    with transaction.atomic():
        walk = Walk(f"{abs(hash(tuple(steps)))}.jsonl", operator, final)
        for step in steps:
            walk.at += timedelta(minutes=30)
            getattr(walk, step)()
            walk.check()
        transaction.set_rollback(True)
