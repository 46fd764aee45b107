"""The register of institutions, mandates, and who sees and changes what."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import ANHUI, HENAN, holder, person, region, signed_in
from lifelong.institutions import actions, policy, queries, sheets
from lifelong.institutions.actions.mandates import AdministratorHoldsNoMandate, ReporterExists
from lifelong.institutions.actions.register import CodeUnusable, NameTaken
from lifelong.institutions.models import Institution, InstitutionKind, Mandate, MandateRole
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.notices.models import Notice
from lifelong.web import workbooks
from lifelong.web.refusals import Conflict, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return holder(Role.HANDLING_OFFICER)


class TestSight:
    def test_a_province_sees_what_reports_to_it_and_no_other(self, officer: User) -> None:
        city, county, direct = (
            institution("甲", place="410300"),
            institution("乙", place="410181"),
            institution("丙", place="419001"),
        )
        elsewhere = institution("丁", place="340100")
        assert set(queries.institutions_seen_by(officer)) == {city, county, direct}
        assert set(queries.institutions_seen_by(holder(Role.HANDLING_OFFICER, code=ANHUI))) == {elsewhere}

    @pytest.mark.parametrize("role", [Role.FINAL_REVIEWER, Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR])
    def test_the_ministry_and_the_operator_see_all(self, role: Role) -> None:
        institution("甲"), institution("丁", place="340100")
        assert queries.institutions_seen_by(holder(role)).count() == 2

    def test_an_institution_sees_itself_alone_and_only_while_its_mandate_is_open(self) -> None:
        own, _other = institution("甲"), institution("乙")
        user = reporter(own)
        assert list(queries.institutions_seen_by(user)) == [own]
        Mandate.objects.update(ends_at=timezone.now())
        assert not queries.institutions_seen_by(user).exists()

    def test_an_ended_appointment_shows_nothing_more(self, officer: User) -> None:
        institution("甲")
        officer.appointments.update(ends_at=timezone.now() - timedelta(seconds=1))
        assert not queries.institutions_seen_by(officer).exists()
        assert queries.provinces_of(officer) == []

    def test_strangers_and_administrators_of_other_things_see_none(self) -> None:
        institution("甲")
        assert not queries.institutions_seen_by(person("x@example.org")).exists()
        assert not queries.institutions_seen_by(holder(Role.AUDIT_ADMINISTRATOR)).exists()


class TestRegister:
    def enter(self, by: User, name: str = "洛河大学", **more: object) -> Institution:
        values = {"kind": InstitutionKind.UNIVERSITY, "region": region("410300")} | more
        return actions.enter_institution(name, by=by, at=timezone.now(), **values)

    def test_without_a_code_it_gets_region_and_serial(self, officer: User) -> None:
        assert [self.enter(officer, name).code for name in ("甲", "乙")] == ["410300001", "410300002"]
        assert self.enter(officer, "丙", code="4141010459").code == "4141010459"
        assert self.enter(officer, "丁").code == "410300003"

    def test_a_code_and_a_name_are_used_once(self, officer: User) -> None:
        self.enter(officer, code="4141010459")
        with pytest.raises(CodeUnusable, match="已被使用"):
            self.enter(officer, "另一所", code="4141010459")
        with pytest.raises(NameTaken):
            self.enter(officer, " 洛河大学 ")
        self.enter(officer, "洛河大学（东区）")
        with pytest.raises(NameTaken):
            self.enter(officer, "洛河大学 (东区)")
        with pytest.raises(CodeUnusable, match="只能用"):
            self.enter(officer, "又一所", code="a/b c")

    def test_a_new_name_keeps_the_old_one_and_the_code(self, officer: User) -> None:
        made = self.enter(officer, "洛河师范学院")
        changed = actions.change_institution(made, name="洛河大学", by=officer, at=timezone.now())
        assert (changed.name, changed.former_name, changed.code) == ("洛河大学", "洛河师范学院", made.code)
        assert list(queries.named("洛河 师范学院")) == [made]

    def test_nobody_enters_or_changes_beyond_their_province(self, officer: User) -> None:
        with pytest.raises(NotAllowed):
            self.enter(officer, region=region("340100"))
        elsewhere = institution("丁", place="340100")
        with pytest.raises(NotAllowed):
            actions.change_institution(elsewhere, name="x", by=officer, at=timezone.now())
        own = institution("甲")
        with pytest.raises(NotAllowed):
            actions.change_institution(own, region=region("340100"), by=officer, at=timezone.now())

    @pytest.mark.parametrize("role", list(Role))
    def test_who_may_enter(self, role: Role) -> None:
        may = role in {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.SYSTEM_ADMINISTRATOR}
        assert policy.can_enter(holder(role), region("410300")) is may
        assert policy.can_manage(holder(role, email="again@example.org"), institution()) is may


class TestMandates:
    def test_replacing_closes_the_old_one_in_the_same_moment(self, officer: User) -> None:
        own = institution()
        old = reporter(own)
        client = signed_in(old)
        assert client.get(f"/work/institutions/{own.code}/").status_code == 200
        now = timezone.now()
        mandate, invitation = actions.replace_reporter(own, email="new@example.org", name="李明", by=officer, at=now)
        assert invitation.url
        assert Mandate.objects.get(user=old).ends_at == now
        assert queries.reporter_of(own, now + timedelta(seconds=1)) == mandate
        assert client.get(f"/work/institutions/{own.code}/").status_code == 403
        assert Notice.objects.filter(user=old, kind="mandate.closed").exists()

    def test_a_second_reporter_is_refused_and_the_first_one_named(self, officer: User) -> None:
        own = institution()
        reporter(own)
        with pytest.raises(ReporterExists, match="张建华"):
            actions.open_mandate(person("new@example.org"), own, by=officer, at=timezone.now())

    def test_the_same_person_again_is_the_same_mandate(self, officer: User) -> None:
        own = institution()
        user = reporter(own)
        assert actions.open_mandate(user, own, by=officer, at=timezone.now()) == Mandate.objects.get()

    def test_an_administrator_reports_for_nobody(self, officer: User) -> None:
        with pytest.raises(AdministratorHoldsNoMandate):
            actions.open_mandate(holder(Role.AUDIT_ADMINISTRATOR), institution(), by=officer, at=timezone.now())

    def test_the_reporter_names_a_reviewer_and_ends_it_but_no_stranger_does(self) -> None:
        own = institution()
        user, rival = reporter(own), reporter(institution("乙"))
        mandate, _invitation = actions.name_reviewer(
            own, email="rev@example.org", name="周一", by=user, at=timezone.now()
        )
        assert mandate.role == MandateRole.INSTITUTION_REVIEWER
        for stranger in (rival, holder(Role.HANDLING_OFFICER, code=ANHUI)):
            with pytest.raises(NotAllowed):
                actions.name_reviewer(own, email="x@example.org", by=stranger, at=timezone.now())
            with pytest.raises(NotAllowed):
                actions.close_mandate(mandate, by=stranger, at=timezone.now())
        actions.close_mandate(mandate, by=user, at=timezone.now())
        with pytest.raises(Conflict):
            actions.close_mandate(mandate, by=user, at=timezone.now())

    def test_a_reporter_cannot_end_their_own_mandate_or_replace_themselves(self) -> None:
        own = institution()
        user = reporter(own)
        with pytest.raises(NotAllowed):
            actions.close_mandate(Mandate.objects.get(), by=user, at=timezone.now())
        with pytest.raises(NotAllowed):
            actions.replace_reporter(own, email="x@example.org", by=user, at=timezone.now())


class TestPages:
    def test_the_list_takes_as_many_queries_for_many_as_for_few(self, officer: User) -> None:
        client = signed_in(officer)
        reporter(institution("单位"))
        client.get("/work/institutions/")
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get("/work/institutions/")
        for number in range(12):
            reporter(institution(f"单位{number}"))
        with CaptureQueriesContext(connection) as many:
            client.get("/work/institutions/")
        assert len(many) == len(few)
        assert len(many) <= 14

    def test_another_provinces_institution_does_not_exist_for_an_officer(self, officer: User) -> None:
        elsewhere = institution("丁", place="340100")
        assert signed_in(officer).get(f"/work/institutions/{elsewhere.code}/").status_code == 404

    def test_an_officer_enters_and_renames_through_the_pages(self, officer: User) -> None:
        client = signed_in(officer)
        values = {"name": "洛河师范学院", "kind": "university", "region": "410300", "office_email": "o@example.org"}
        client.post("/work/institutions/enter", values)
        made = Institution.objects.get()
        client.post(f"/work/institutions/{made.code}/change", values | {"name": "洛河大学"})
        page = client.get(f"/work/institutions/{made.code}/").content.decode()
        assert "洛河大学" in page
        assert "洛河师范学院" in page
        assert "已有名为" in client.post("/work/institutions/enter", values | {"name": "洛河大学"}).content.decode()

    def test_replacing_through_the_page_shows_the_link_once(self, officer: User) -> None:
        own = institution()
        page = signed_in(officer).post(
            f"/work/institutions/{own.code}/reporter", {"reporter-name": "李明", "reporter-email": "new@example.org"}
        )
        assert re.search(r"/activate/[\w-]+", page.content.decode())


class TestSheet:
    def test_the_register_leaves_and_comes_back_without_a_change(self, officer: User) -> None:
        reporter(institution("洛河职业学院", office_email="o@example.org"))
        institution("巩义社区学院", place="410181", kind=InstitutionKind.OTHER)
        content = signed_in(officer).get("/work/institutions/export.xlsx").content
        rows = workbooks.read(content, [*sheets.HEADINGS.values(), "地区代码"])
        report = sheets.judge(rows, policy.regions_managed_by(officer))
        assert (report.rows, report.unchanged, report.problems) == (2, 2, [])

    def test_the_export_masks_people_and_names_its_filters(self, officer: User) -> None:
        reporter(institution())
        content = signed_in(officer).get("/work/institutions/export.xlsx?q=洛河").content
        texts = [str(cell.value) for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        assert "张*" in texts
        assert "张建华" not in texts
        assert "名称或代码：洛河" in texts

    def test_a_dry_run_changes_nothing_and_names_row_and_column(self, officer: User) -> None:
        known = institution("洛河职业学院")
        rows = [
            [known.code, "洛河职业大学", "高等职业学校", "洛阳市", "", "是"],
            ["", "新单位", "大学", "洛阳市", "not an address", "也许"],
            ["", "外省单位", "其他", "合肥市", "", ""],
            ["", "嵩山开放大学", "开放大学", "410100", "o@example.org", "否"],
            ["", "嵩山开放大学", "开放大学", "410100", "", "否"],
        ]
        columns = [workbooks.Column(heading) for heading in sheets.HEADINGS.values()]
        file = SimpleUploadedFile("register.xlsx", workbooks.workbook("单位名册", columns, rows))
        client = signed_in(officer)
        page = client.post("/work/institutions/sheet", {"sheet": file})
        report = page.context["report"]
        assert Institution.objects.count() == 1
        found = {(problem.row, problem.column) for problem in report.problems}
        assert found == {
            (5, "单位类型"), (5, "办公邮箱"), (5, "负责人可单独自审"), (6, "所在地区"), (8, "单位名称"),
        }  # fmt: skip
        assert (report.new, report.changed) == (1, 1)
        client.post("/work/institutions/sheet/take-in", {"sealed": page.context["sealed"]})
        assert set(Institution.objects.values_list("name", flat=True)) == {"洛河职业大学", "嵩山开放大学"}

    def test_what_was_not_sealed_here_for_this_person_is_not_taken_in(self, officer: User) -> None:
        client = signed_in(officer)
        for sealed in ("", "x", "gAAAAAB"):
            client.post("/work/institutions/sheet/take-in", {"sealed": sealed})
        assert not Institution.objects.exists()


def test_henan_is_where_the_cast_lives() -> None:
    assert region(HENAN).name == "河南省"
