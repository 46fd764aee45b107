"""The ways through the pages: registering without an account, deciding side by side, composing, the board, sheets."""

import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.models import AuthorityKind, Role, User
from lifelong.accounts.tests.cast import ANHUI, authority, holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.calls import actions, form, windows
from lifelong.calls.form import FormValues
from lifelong.calls.lifecycle import RegistrationState, Stage
from lifelong.calls.models import Call, Registration
from lifelong.calls.queries.registrations import token_of
from lifelong.calls.tests.cast import VALUES, open_call, pdf, spans, submitted
from lifelong.institutions.models import Institution, Mandate
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.notices.models import Mail, Notice
from lifelong.web import workbooks

pytestmark = pytest.mark.django_db
FORM = {
    "institution_name": "洛河职业学院", "name": "张建华", "position": "继续教育学院 副院长", "landline": "0379 1234567-8",
    "mobile": "１３８ 1234 5678", "email": "Zhang@example.org", "consent": "on",
}  # fmt: skip


@pytest.fixture
def officer() -> User:
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def own() -> Institution:
    return institution()


@pytest.fixture
def call(officer: User, own: Institution) -> Call:
    return open_call(officer)


def texts(response: Any) -> str:
    return response.content.decode()


def word(**changes: str) -> SimpleUploadedFile:
    values = FormValues(
        "洛河职业学院", "张建华", "继续教育学院 副院长", "0379-1234567", "13812345678", "zhang@example.org"
    )
    return SimpleUploadedFile("登记表.docx", form.write(FormValues(**(values.as_dict() | changes))))


class TestPublic:
    def test_the_list_and_the_notice_are_open_to_all(self, call: Call, officer: User) -> None:
        actions.set_contacts(
            call,
            [{"name": "王老师", "telephone": "0371-12345678", "email": "", "note": "技术"}],
            by=officer,
            at=timezone.now(),
        )
        assert call.title in texts(Client().get("/calls/"))
        page = texts(Client().get("/calls/2026-01"))
        assert "0371-12345678" in page
        assert windows.deadline(windows.effective_end(call, Stage.SUBMISSION)) in page
        assert "/calls/2026-01/register" in page
        assert "现在是" in page

    def test_whose_department_has_no_call_is_led_to_the_first(self) -> None:
        officer = holder(Role.DECIDING_OFFICER)
        assert "从起草一次征集开始" in texts(signed_in(officer).get("/work/"))
        home = officer.appointments.get().authority
        actions.draft_call("d-1", title="草稿", issued_by=home, by=officer, at=timezone.now())
        assert "从起草一次征集开始" not in texts(signed_in(officer).get("/work/"))

    def test_a_draft_is_nobodys_but_its_makers(self, officer: User) -> None:
        home = officer.appointments.get().authority
        draft = actions.draft_call("d-1", title="草稿", issued_by=home, by=officer, at=timezone.now())
        kept = actions.add_attachment(draft, name="a.pdf", content=pdf(), by=officer, at=timezone.now())
        for path in ("/calls/d-1", "/calls/d-1/register", "/calls/d-1/form.docx", f"/calls/d-1/attachments/{kept.pk}"):
            assert Client().get(path).status_code == 404, path
        assert signed_in(officer).get(f"/calls/d-1/attachments/{kept.pk}").status_code == 200
        rival = signed_in(holder(Role.DECIDING_OFFICER, code=ANHUI))
        assert rival.get("/work/calls/d-1/").status_code == 404
        assert "草稿" not in texts(rival.get("/calls/"))

    def test_a_public_attachment_comes_as_it_was(self, call: Call, officer: User) -> None:
        kept = actions.add_attachment(call, name="附件 1.pdf", content=pdf(3), by=officer, at=timezone.now())
        answer = Client().get(f"/calls/2026-01/attachments/{kept.pk}")
        assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) == 3
        assert answer["Content-Disposition"].startswith("attachment")

    def test_a_closed_call_says_why(self, call: Call, officer: User) -> None:
        actions.close_call(call, message="因平台迁移提前结束。", by=officer, at=timezone.now())
        for path in ("/calls/2026-01", "/calls/2026-01/register"):
            assert "因平台迁移提前结束。" in texts(Client().get(path))

    def test_after_the_end_the_page_names_the_deadline_and_offers_no_form(
        self, officer: User, own: Institution
    ) -> None:
        call = open_call(officer, spans=spans(registration=-1))
        page = texts(Client().get("/calls/2026-01/register"))
        assert f"已于 {windows.deadline(windows.effective_end(call, Stage.REGISTRATION))} 截止" in page
        assert 'name="mobile"' not in page

    def test_the_blank_form_is_given_out(self, call: Call) -> None:
        answer = Client().get("/calls/2026-01/form.docx")
        with pytest.raises(form.FormIncomplete):
            form.read(answer.content)

    def test_a_reporter_joins_with_one_click(self, call: Call, own: Institution) -> None:
        client = signed_in(reporter(own))
        assert "确认续用" in texts(client.get("/calls/2026-01"))
        client.post("/calls/2026-01/confirm", {"institution": own.code})
        assert Registration.objects.get().state == RegistrationState.APPROVED
        assert "已参加" in texts(client.get("/calls/2026-01"))

    def test_nobody_joins_for_anothers_institution(self, call: Call, own: Institution) -> None:
        client = signed_in(reporter(institution("乙")))
        client.post("/calls/2026-01/confirm", {"institution": own.code})
        assert not Registration.objects.exists()


class TestRegistering:
    def begin(self, client: Client, **changes: str) -> str:
        answer = client.post("/calls/2026-01/register", FORM | changes)
        assert answer.status_code == 302, re.findall(r'field-error">.*?</p>', texts(answer), re.DOTALL)
        return answer["Location"]

    def test_the_whole_way_without_an_account(self, call: Call, own: Institution, officer: User, settings: Any) -> None:
        settings.DEMO = True
        client = Client()
        mine = self.begin(client)
        registration = Registration.objects.get()
        assert (registration.landline, registration.extension, registration.mobile) == (
            "0379-1234567",
            "8",
            "13812345678",
        )
        assert registration.email == "zhang@example.org"
        assert "验证码已发往 z***@example.org" in texts(client.get(mine))
        code = Mail.objects.get().text.split("验证码：")[1][:6]
        client.post(f"{mine}prove", {"code": code})
        printed = client.get(f"{mine}form.pdf").content
        text = pypdf.PdfReader(io.BytesIO(printed)).pages[0].extract_text()
        for piece in ("报送工作负责人信息登记表", "张建华", "0379-1234567-8", "（公章）"):
            assert piece in text
        assert form.read(client.get(f"{mine}form.docx").content).landline == "0379-1234567-8"
        refused = client.post(f"{mine}stamped", {"stamped": SimpleUploadedFile("a.pdf", b"not a pdf")})
        assert "这不是 PDF" in texts(refused)
        assert "请先上传盖章" in texts(client.post(f"{mine}hand-in", follow=True))
        client.post(f"{mine}stamped", {"stamped": SimpleUploadedFile("盖章.pdf", pdf())})
        assert client.get(f"{mine}stamped.pdf").content == pdf()
        assert "正在等待省级审核" in texts(client.post(f"{mine}hand-in", follow=True))
        settings.DEMO = False
        desk = signed_in(officer)
        shown = texts(desk.post(f"/work/registrations/{registration.number}/approve"))
        link = re.search(r"/activate/[\w-]+", shown)
        assert link, "no mail leaves: the link is shown once"
        assert AuditEntry.objects.filter(verb="calls.link_shown").exists()
        assert "登记已通过" in texts(client.get(mine))
        person = Client()
        person.post(
            link.group(), {"way": "password", "password": "correct-horse-battery", "again": "correct-horse-battery"}
        )
        assert person.get(f"/work/institutions/{own.code}/").status_code == 200

    def test_a_filled_word_form_fills_the_page_in_and_is_not_kept(self, call: Call) -> None:
        answer = Client().post("/calls/2026-01/register", {"do": "read", "word": word()})
        page = texts(answer)
        for piece in ("洛河职业学院", "继续教育学院 副院长", "0379-1234567", "zhang@example.org"):
            assert f'value="{piece}"' in page
        assert not Registration.objects.exists()

    @pytest.mark.parametrize(
        ("file", "words"),
        [
            (SimpleUploadedFile("a.docx", b"hello"), "不是 Word"),
            (SimpleUploadedFile("a.docx", form.write()), "还没有填写"),
        ],
    )
    def test_a_word_form_that_cannot_be_read_says_why(self, call: Call, file: SimpleUploadedFile, words: str) -> None:
        file.seek(0)
        assert words in texts(Client().post("/calls/2026-01/register", {"do": "read", "word": file}))

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("institution_name", "", "请填写单位名称"), ("name", " ", "请填写负责人姓名"), ("mobile", "12345", "11 位"),
            ("landline", "1234567", "缺少区号"), ("email", "zhang", "写法不对"), ("consent", "", "勾选同意"),
            ("institution_name", "没有的单位", "名册里没有这个单位"), ("position", "很" * 150, "不超过 100 字"),
        ],
    )  # fmt: skip
    def test_each_mistake_is_named_beside_its_field(self, call: Call, field: str, value: str, words: str) -> None:
        answer = Client().post("/calls/2026-01/register", FORM | {field: value})
        page = texts(answer)
        assert answer.status_code == 422
        place = page.index(f'id="field-{field}"')
        assert words in page[place : place + 3000]
        assert "张建华" in page or field == "name", "what was typed stays"
        assert not Registration.objects.exists()

    def test_a_new_unit_says_kind_and_region(self, call: Call) -> None:
        changes = {"institution_name": "新单位", "institution_kind": "other", "region": "410300"}
        self.begin(Client(), **changes)
        assert Registration.objects.get().is_new_institution

    def test_a_private_page_is_known_by_its_token_alone(self, call: Call) -> None:
        registration = submitted(call)
        mine = f"/registrations/{token_of(registration)}/"
        answer = Client().get(mine)
        assert answer.status_code == 200
        assert answer["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]
        for path in ("", "form.pdf", "form.docx", "stamped.pdf"):
            assert Client().get(f"{mine[:-2]}x/{path}").status_code == 404
        assert Client().get(f"/registrations/{registration.number}/").status_code == 404

    def test_a_refused_one_is_corrected_and_handed_in_again(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        actions.refuse(registration, reason="公章不清晰", by=officer, at=timezone.now())
        mine = f"/registrations/{token_of(registration)}/"
        client = Client()
        assert "公章不清晰" in texts(client.get(mine))
        client.post(f"{mine}correct", FORM | {"name": "李明", "revision": "1"})
        client.post(f"{mine}stamped", {"stamped": SimpleUploadedFile("新.pdf", pdf(2))})
        client.post(f"{mine}hand-in")
        registration.refresh_from_db()
        assert (registration.state, registration.name) == (RegistrationState.SUBMITTED, "李明")

    def test_many_attempts_from_one_address_are_slowed(self, call: Call) -> None:
        client = Client()
        for number in range(31):
            answer = client.post("/calls/2026-01/register", FORM | {"email": f"p{number}@example.org"})
        assert "过于频繁" in texts(answer)
        assert Registration.objects.count() == 30


class TestDeciding:
    def test_lists_are_masked_and_the_decision_page_is_full_and_audited(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        desk = signed_in(officer)
        listed = texts(desk.get("/work/registrations/"))
        assert "张*" in listed
        assert "138****5678" in listed
        for secret in ("张建华", "13812345678", "zhang@example.org"):
            assert secret not in listed
        page = texts(desk.get(f"/work/registrations/{registration.number}/"))
        assert "13812345678" in page
        assert "<iframe" in page
        assert AuditEntry.objects.get(verb="accounts.personal_data_read").detail == {"purpose": "审核登记"}

    def test_once_decided_a_full_view_needs_a_purpose(self, call: Call, officer: User) -> None:
        registration, _invitation = actions.approve(submitted(call), by=officer, at=timezone.now())
        desk, path = signed_in(officer), f"/work/registrations/{registration.number}/"
        assert "13812345678" not in texts(desk.get(path))
        assert "13812345678" not in texts(desk.post(path, {"purpose": " "}))
        assert "13812345678" in texts(desk.post(path, {"purpose": "电话核对地址"}))
        assert AuditEntry.objects.filter(detail__purpose="电话核对地址").exists()

    def test_the_stamped_paper_opens_for_the_officer_alone_in_a_frame_of_ours(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        path = f"/work/registrations/{registration.number}/papers/{registration.papers.get().pk}"
        answer = signed_in(officer).get(path)
        assert answer.content == pdf()
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert answer["Content-Disposition"].startswith("inline")
        assert signed_in(holder(Role.DECIDING_OFFICER, code=ANHUI)).get(path).status_code == 404
        assert signed_in(reporter(institution("乙"))).get(path).status_code == 403
        assert Client().get(path).status_code == 302

    def test_a_paper_that_was_altered_is_told_and_not_shown(self, call: Call, officer: User, settings: Any) -> None:
        registration = submitted(call)
        paper = registration.papers.get()
        (settings.FILES / paper.path).write_bytes(b"altered")
        answer = signed_in(officer).get(f"/work/registrations/{registration.number}/papers/{paper.pk}")
        assert answer.status_code == 410
        assert "打不开" in texts(answer)

    def test_a_rival_is_shown_and_replacing_is_asked_for(self, call: Call, own: Institution, officer: User) -> None:
        actions.approve(submitted(call), by=officer, at=timezone.now())
        second = submitted(call, email="li@example.org", name="李明")
        desk, path = signed_in(officer), f"/work/registrations/{second.number}/"
        assert "现任负责人是 张建华" in texts(desk.get(path))
        assert "已有报送工作负责人" in texts(desk.post(f"{path}approve"))
        desk.post(f"{path}approve", {"replace": "on"})
        assert Mandate.objects.get(ends_at=None).user.email == "li@example.org"

    def test_a_new_unit_is_settled_on_the_page(self, call: Call, own: Institution, officer: User) -> None:
        place = own.region
        desk = signed_in(officer)
        first = submitted(call, institution_name="洛河职院", institution_kind="other", region=place)
        path = f"/work/registrations/{first.number}/approve"
        assert "名册里没有这个单位" in texts(desk.post(path))
        assert "名册里没有叫" in texts(desk.post(path, {"institution": "乱写"}))
        desk.post(path, {"institution": "洛河职业学院"})
        second = submitted(
            call, institution_name="新单位", institution_kind="other", region=place, email="b@example.org"
        )
        desk.post(
            f"/work/registrations/{second.number}/approve",
            {"enter_new": "on", "kind": "university", "region": "410300", "code": "4141010459"},
        )
        assert Institution.objects.get(code="4141010459").name == "新单位"
        assert Registration.objects.filter(state="approved").count() == 2

    def test_the_second_officer_is_told_who_was_first(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        other = signed_in(holder(Role.HANDLING_OFFICER))
        actions.approve(registration, by=officer, at=timezone.now())
        for verb, data in (("approve", {}), ("refuse", {"reason": "x"})):
            page = texts(other.post(f"/work/registrations/{registration.number}/{verb}", data, follow=True))
            assert "您的操作没有生效" in page
            assert officer.name in page

    def test_refusing_needs_a_reason(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        desk = signed_in(officer)
        assert desk.post(f"/work/registrations/{registration.number}/refuse", {"reason": ""}).status_code == 422
        desk.post(f"/work/registrations/{registration.number}/refuse", {"reason": "公章不清晰"})
        registration.refresh_from_db()
        assert registration.reason == "公章不清晰"

    def test_an_address_is_corrected_and_the_link_shown(self, call: Call, officer: User) -> None:
        registration, _invitation = actions.approve(submitted(call), by=officer, at=timezone.now())
        desk, path = signed_in(officer), f"/work/registrations/{registration.number}/address"
        assert "写法不对" in texts(desk.post(path, {"email": "nonsense"}, follow=True))
        assert re.search(r"/activate/[\w-]+", texts(desk.post(path, {"email": "zhangjh@example.org"})))

    def test_the_list_takes_as_many_queries_for_many_as_for_few(self, call: Call, officer: User) -> None:
        desk = signed_in(officer)
        submitted(call)
        desk.get("/work/registrations/")
        with CaptureQueriesContext(connection) as few:
            desk.get("/work/registrations/")
        for number in range(8):
            submitted(call, institution(f"单位{number}"), email=f"p{number}@example.org")
        with CaptureQueriesContext(connection) as many:
            desk.get("/work/registrations/")
        assert len(many) == len(few)

    @pytest.mark.parametrize("role", list(Role))
    def test_who_opens_the_register(self, role: Role, call: Call) -> None:
        wanted = 200 if role in {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER} else 403
        user = holder(role, email="who@example.org")
        assert signed_in(user).get("/work/registrations/").status_code == wanted


class TestTakingIn:
    def test_word_and_pdf_of_the_same_name_become_a_registration(self, call: Call, officer: User) -> None:
        institution("嵩山开放大学")
        files = [
            SimpleUploadedFile("洛河职业学院.docx", word().read()),
            SimpleUploadedFile("洛河职业学院（盖章扫描件）.pdf", pdf()),
            SimpleUploadedFile(
                "嵩山.docx", word(institution="嵩山开放大学", email="b@example.org", mobile="1381").read()
            ),
            SimpleUploadedFile("别的.pdf", pdf()),
            SimpleUploadedFile("空.docx", form.write()),
        ]
        page = texts(signed_in(officer).post("/work/registrations/take-in", {"call": call.number, "papers": files}))
        made = Registration.objects.get()
        assert made.state == RegistrationState.SUBMITTED
        assert {paper.kind for paper in made.papers.all()} == {"docx", "pdf"}
        assert made.entered_by == officer
        assert "手机：手机“1381”不是 11 位手机号" in page
        assert "没有找到与它同名的 Word 登记表" in page
        assert "还没有填写" in page

    def test_typed_in_by_hand_with_its_papers(self, call: Call, officer: User) -> None:
        data = FORM | {"call": call.number, "stamped": SimpleUploadedFile("a.pdf", pdf())}
        answer = signed_in(officer).post("/work/registrations/enter", data)
        assert answer["Location"] == "/work/registrations/2026-01-0001/"
        assert Registration.objects.get().origin == "paper"

    def test_after_the_end_an_officer_extends_first(self, officer: User, own: Institution) -> None:
        open_call(officer, spans=spans(registration=-1))
        page = texts(signed_in(officer).post("/work/registrations/enter", FORM | {"call": "2026-01"}))
        assert "截止" in page
        assert not Registration.objects.exists()


class TestSheets:
    def rows_of(self, content: bytes) -> list[list[Any]]:
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]

    def test_the_register_leaves_masked_and_in_full_only_for_a_purpose(self, call: Call, officer: User) -> None:
        submitted(call)
        desk = signed_in(officer)
        masked = str(self.rows_of(desk.get("/work/registrations/export.xlsx?state=submitted").content))
        assert "138****5678" in masked
        assert "状态：待审核" in masked
        assert "张建华" not in masked
        assert desk.post("/work/registrations/export.xlsx", {"purpose": ""}).status_code == 302
        full = str(self.rows_of(desk.post("/work/registrations/export.xlsx", {"purpose": "归档"}).content))
        assert "张建华" in full
        assert AuditEntry.objects.filter(detail__purpose="归档").exists()

    @pytest.mark.parametrize("clear", [True, False])
    def test_what_left_comes_back_without_a_change(self, clear: bool, call: Call, officer: User) -> None:
        submitted(call)
        submitted(call, institution("嵩山开放大学"), email="b@example.org", extension="8")
        desk = signed_in(officer)
        path = "/work/registrations/export.xlsx"
        content = (desk.post(path, {"purpose": "x"}) if clear else desk.get(path)).content
        file = SimpleUploadedFile("register.xlsx", content)
        report = desk.post("/work/registrations/sheet", {"call": call.number, "sheet": file}).context["report"]
        assert (report.rows, report.unchanged, report.problems) == (2, 2, [])

    def test_a_dry_run_names_row_and_column_and_then_takes_in_what_is_good(self, call: Call, officer: User) -> None:
        known = submitted(call)
        approved, _invitation = actions.approve(
            submitted(call, institution("伏牛学院"), email="c@example.org"), by=officer, at=timezone.now()
        )
        institution("嵩山开放大学"), institution("中州大学")
        columns = [
            workbooks.Column(h) for h in ("登记编号", "单位名称", "负责人姓名", "职务", "座机", "手机", "电子邮箱")
        ]
        rows = [
            [known.number, "洛河职业学院", "李明", "处长", "0379-1234567", "138****5678", "z***@example.org"],
            ["", "嵩山开放大学", "王芳", "处长", "", "13900000000", "w@example.org"],
            ["", "中州大学", "", "处长", "12", "1390", "x"],
            ["9999", "中州大学", "赵一", "处长", "", "13900000001", "y@example.org"],
            [approved.number, "伏牛学院", "换人", "处长", "", "13900000002", "c@example.org"],
            ["", "嵩山开放大学", "钱二", "处长", "", "13900000003", "q@example.org"],
        ]
        file = SimpleUploadedFile("r.xlsx", workbooks.workbook("登记册", columns, rows))
        desk = signed_in(officer)
        page = desk.post("/work/registrations/sheet", {"call": call.number, "sheet": file})
        report = page.context["report"]
        assert (report.rows, report.new, report.changed) == (6, 1, 1)
        assert {(p.row, p.column) for p in report.problems} == {
            (6, "负责人姓名"), (6, "座机"), (6, "手机"), (6, "电子邮箱"), (7, "登记编号"), (8, "登记编号"), (9, "单位名称"),
        }  # fmt: skip
        assert Registration.objects.count() == 2
        desk.post("/work/registrations/sheet/take-in", {"sealed": page.context["sealed"]})
        known.refresh_from_db()
        assert (known.name, known.mobile, known.email) == ("李明", "13812345678", "zhang@example.org")
        assert Registration.objects.get(institution__name="嵩山开放大学").origin == "sheet"


class TestComposing:
    def data(self, home: Any) -> dict[str, Any]:
        today = timezone.localdate()
        return {
            "issued_by": home.pk, "number": "2026-07", "title": "征集通知", "body": "正文", "grace_minutes": "120",
            "return_days": "3", "scope": ["degree:A01", "older:A02"], "answer_kinds": ["university"],
            "registration_end": str(today + timedelta(days=10)), "submission_end": str(today + timedelta(days=15)),
            "submission_hour": "17:00",
        }  # fmt: skip

    def test_composing_publishing_extending_and_closing_through_the_pages(self, officer: User) -> None:
        desk = signed_in(officer)
        desk.post("/work/calls/compose", self.data(officer.appointments.get().authority))
        call = Call.objects.with_windows().get()
        assert call.scope == {"degree": ["A01"], "older": ["A02"]}
        end = windows.effective_end(call, Stage.SUBMISSION)
        assert windows.deadline(end).endswith("17:00")
        assert windows.deadline(windows.effective_end(call, Stage.REGISTRATION)).endswith("24:00")
        page = texts(desk.get("/work/calls/2026-07/change"))
        assert re.search(r'value="degree:A01" checked', page)
        assert not re.search(r'value="older:A01" checked', page)
        desk.post("/work/calls/2026-07/step", {"do": "publish"})
        assert Client().get("/calls/2026-07").status_code == 200
        own = institution("洛河大学", kind="university")
        later = timezone.localdate() + timedelta(days=20)
        answer = desk.post(
            "/work/calls/2026-07/extend",
            {"extension-stage": "submission", "extension-institution": "洛河大学", "extension-end": str(later),
             "extension-reason": "停电"},
        )  # fmt: skip
        assert answer.status_code == 302
        call = Call.objects.with_windows().get()
        assert windows.effective_end(call, Stage.SUBMISSION, own) == windows.end_of(later)
        assert windows.effective_end(call, Stage.SUBMISSION) == end
        desk.post("/work/calls/2026-07/close", {"close-message": "提前结束"})
        assert "提前结束" in texts(Client().get("/calls/2026-07"))

    def test_the_handling_officer_drafts_but_does_not_publish(self, officer: User) -> None:
        handling = holder(Role.HANDLING_OFFICER)
        desk = signed_in(handling)
        desk.post("/work/calls/compose", self.data(officer.appointments.get().authority))
        assert "审定人员发布" in texts(desk.post("/work/calls/2026-07/step", {"do": "publish"}, follow=True))
        assert Call.objects.get().state == "draft"

    def test_mistakes_stay_beside_their_fields_with_what_was_typed(self, officer: User) -> None:
        home = officer.appointments.get().authority
        begin = str(timezone.localdate() + timedelta(days=30))
        page = texts(
            signed_in(officer).post(
                "/work/calls/compose", self.data(home) | {"submission_begin": begin, "number": "第一号"}
            )
        )
        assert "截止须晚于开始" in page
        assert "只能用字母" in page
        assert "正文" in page
        assert not Call.objects.exists()

    def test_an_extension_backwards_or_for_nobody_is_refused_on_the_page(self, officer: User) -> None:
        open_call(officer)
        desk = signed_in(officer)
        base = {"extension-stage": "registration", "extension-end": "2020-01-01", "extension-reason": "x"}
        assert "须晚于现在的" in texts(desk.post("/work/calls/2026-01/extend", base))
        assert "名册里没有叫" in texts(
            desk.post("/work/calls/2026-01/extend", base | {"extension-institution": "乱写"})
        )

    @pytest.mark.parametrize("role", [*Role, "reporter"])
    def test_who_opens_the_desk_of_calls(self, role: str) -> None:
        readers = {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER, Role.FINAL_REVIEWER, Role.OPERATOR}
        user = reporter(institution()) if role == "reporter" else holder(role)
        assert signed_in(user).get("/work/calls/").status_code == (200 if role in readers else 403)

    def test_the_list_leaves_as_a_sheet(self, officer: User) -> None:
        open_call(officer)
        content = signed_in(officer).get("/work/calls/export.xlsx?state=open").content
        cells = [cell.value for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        assert "2026-01" in cells
        assert "状态：征集中" in cells

    def test_announcements_contacts_and_attachments(self, officer: User) -> None:
        open_call(officer)
        desk = signed_in(officer)
        desk.post(
            "/work/calls/2026-01/announce",
            {"amendment-kind": "amendment", "amendment-title": "更正第三条", "amendment-text": "改为……"},
        )
        desk.post(
            "/work/calls/2026-01/contacts",
            {
                "contact-TOTAL_FORMS": "2",
                "contact-INITIAL_FORMS": "0",
                "contact-0-name": "王老师",
                "contact-0-telephone": "0371-1",
            },
        )
        files = [SimpleUploadedFile("附件.pdf", pdf()), SimpleUploadedFile("x.exe", b"MZ")]
        page = texts(desk.post("/work/calls/2026-01/attachments", {"files": files}, follow=True))
        assert "附件只能是" in page
        public = texts(Client().get("/calls/2026-01"))
        for piece in ("更正第三条", "王老师", "附件.pdf"):
            assert piece in public


class TestBoard:
    def test_telephones_are_masked_until_a_purpose_is_given(self, call: Call, officer: User) -> None:
        submitted(call)
        desk = signed_in(officer)
        path = "/work/calls/2026-01/board"
        page = texts(desk.get(path))
        assert "138****5678" in page
        assert "13812345678" not in page
        assert "13812345678" not in desk.get("/work/calls/2026-01/board.xlsx").content.decode("latin1")
        assert "13812345678" in texts(desk.post(path, {"purpose": "截止前催办"}))
        exported = desk.post(path, {"purpose": "截止前催办", "do": "export"})
        cells = [str(c.value) for row in load_workbook(io.BytesIO(exported.content)).active.iter_rows() for c in row]
        assert "13812345678；0379-1234567" in cells
        assert AuditEntry.objects.filter(detail__purpose="截止前催办").count() == 2

    def test_another_provinces_board_is_not_there(self, call: Call) -> None:
        rival = signed_in(holder(Role.DECIDING_OFFICER, code=ANHUI))
        assert rival.get("/work/calls/2026-01/board").status_code == 404

    def test_one_press_reminds_those_who_have_not_finished_and_a_second_press_nobody(
        self, call: Call, own: Institution, officer: User
    ) -> None:
        late = institution("嵩山开放大学")
        reporter(late)
        desk, path = signed_in(officer), "/work/calls/2026-01/board"
        chosen = desk.post(f"{path}/remind?standing=missing", {"do": "chosen", "id": [late.pk]}, follow=True)
        assert "已提醒 1 家" in texts(chosen)
        assert Notice.objects.filter(kind="call.reminder").count() == 1
        again = texts(desk.post(f"{path}/remind", {"do": "chosen", "id": [late.pk]}, follow=True))
        assert "刚提醒过" in again
        assert Notice.objects.filter(kind="call.reminder").count() == 1
        page = texts(desk.get(path))
        assert f"institution={quote(late.name)}#extend" in page
        form = texts(desk.get(f"/work/calls/2026-01/?stage=submission&institution={quote(late.name)}"))
        assert f'value="{late.name}"' in form
        ministry = signed_in(holder(Role.FINAL_REVIEWER))
        assert "您不能在这次征集下发送提醒" in texts(ministry.post(f"{path}/remind", {"do": "all"}, follow=True))

    def test_a_long_board_has_pages_and_telephones_in_full_stand_on_one(
        self, call: Call, own: Institution, officer: User, monkeypatch
    ) -> None:
        monkeypatch.setattr("lifelong.calls.views.board.PAGE", 1)
        other, desk, path = institution("嵩山开放大学"), signed_in(officer), "/work/calls/2026-01/board"
        shown = [[one for one in (own, other) if one.code in texts(desk.get(f"{path}?page={n}"))] for n in (1, 2)]
        assert sorted(map(len, shown)) == [1, 1]
        assert shown[0] != shown[1]
        page = texts(desk.post(path, {"purpose": "截止前催办"}))
        assert own.code in page
        assert other.code in page

    def test_filters_choose_by_standing(self, call: Call, own: Institution, officer: User) -> None:
        institution("嵩山开放大学")
        submitted(call)
        desk = signed_in(officer)
        page = texts(desk.get("/work/calls/2026-01/board?standing=missing"))
        assert "嵩山开放大学" in page
        assert "洛河职业学院</a>" not in page


class TestFirstPage:
    def test_what_waits_for_whom(self, call: Call, own: Institution, officer: User) -> None:
        submitted(call)
        assert "负责人登记待审核" in texts(signed_in(officer).get("/work/"))
        other = reporter(institution("乙"))
        assert call.title in texts(signed_in(other).get("/work/"))

    def test_a_second_factor_comes_before_anything(self, call: Call, officer: User) -> None:
        client = signed_in(officer, both=False)
        assert client.get("/work/registrations/")["Location"] == "/accounts/2fa/"
        assert client.post(f"/work/registrations/{VALUES['mobile']}/approve").status_code == 302

    def test_the_cast_has_a_ministry(self) -> None:
        assert authority(AuthorityKind.MINISTRY).region is None

    def test_an_officer_sees_the_ends_ahead_the_nearest_first(self, officer: User, call: Call) -> None:
        shown = texts(signed_in(officer).get("/work/"))
        ends = [shown.find(f"{stage.label}截止") for stage in (Stage.REGISTRATION, Stage.SUBMISSION)]
        assert 0 < ends[0] < ends[1]
        assert windows.deadline(windows.effective_end(call, Stage.SUBMISSION)) in shown

    def test_a_reporter_sees_the_submission_end_alone_and_the_last_notices(self, call: Call, own: Institution) -> None:
        user = reporter(own)
        Notice.objects.create(user=user, subject="报送回执 1", at=timezone.now())
        shown = texts(signed_in(user).get("/work/"))
        assert "报送截止" in shown
        assert "登记截止" not in shown
        assert "报送回执 1" in shown
