import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lifelong import audit
from lifelong.audit import sheet
from lifelong.audit.actions.exporting import sweep_exports
from lifelong.audit.models import AuditEntry
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.web import desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}
        }
    }  # fmt: skip


@pytest.fixture
def auditor(person):
    return person("audit.read")


def shown(page):
    return [entry.verb for entry in page.context["entries"]]


def test_the_trail_is_for_the_auditor_alone(person):
    audit.record("a.b")
    stranger = person("jobs.read").client
    number = AuditEntry.objects.get().pk
    for name, arguments in (("audit", []), ("audit-entry", [number]), ("audit-download", [1])):
        assert stranger.get(reverse(name, args=arguments)).status_code == 403
    for name in ("audit-verify", "audit-export"):
        assert stranger.post(reverse(name)).status_code == 403


def test_entries_are_found_by_who_what_when_and_result(auditor, person):
    actor = person(email="li@example.org")
    audit.record("x.old", at=timezone.now() - timedelta(days=10))
    audit.record("x.mine", by=actor, of=actor)
    audit.record("x.refused", result="refused")
    get = lambda **query: shown(auditor.client.get(reverse("audit"), query))  # noqa: E731
    assert get() == ["x.refused", "x.mine", "x.old"]
    assert get(who="li@example.org") == get(who=str(actor.pk)) == ["x.mine"]
    assert get(who="niemand@example.org") == []
    assert get(verb="x.old") == ["x.old"]
    assert get(verb="x.") == ["x.refused", "x.mine", "x.old"]
    assert get(result="refused") == ["x.refused"]
    assert get(target_type="accounts.user", target_id=str(actor.pk)) == ["x.mine"]
    today = f"{timezone.localtime():%Y-%m-%d}"
    assert get(since=today, until=today) == ["x.refused", "x.mine"]
    assert get(until=f"{timezone.localtime() - timedelta(days=5):%Y-%m-%d}") == ["x.old"]


def test_a_date_that_is_none_is_told_and_does_not_break_the_page(auditor):
    page = auditor.client.get(reverse("audit"), {"since": "gestern", "before": "x"})
    assert page.status_code == 200
    assert "error-summary" in page.content.decode()


def test_the_list_is_paged_by_id_in_a_constant_number_of_queries(auditor):
    audit.record("a.b")
    with CaptureQueriesContext(connection) as one:
        auditor.client.get(reverse("audit"))
    for _ in range(69):
        audit.record("a.b")
    with CaptureQueriesContext(connection) as fifty:
        page = auditor.client.get(reverse("audit"))
    assert len(one) == len(fifty)
    assert len(page.context["entries"]) == 50
    page = auditor.client.get(reverse("audit"), {"before": page.context["older"]})
    assert (len(page.context["entries"]), page.context["older"]) == (20, None)


def test_one_entry_shows_everything_but_no_markup_of_a_stranger(auditor):
    audit.record("a.b", detail={"title": "<script>alert(1)</script>"})
    page = auditor.client.get(reverse("audit-entry", args=[AuditEntry.objects.get().pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "尚未封存" in page
    assert auditor.client.get(reverse("audit-entry", args=[10**9])).status_code == 404


def test_an_export_is_a_job_its_owner_can_fetch_and_nobody_else(auditor, person):
    audit.record("a.b", detail={"k": "=1+1"}, of=auditor)
    audit.record("=cmd|'/c calc'!A0")
    answer = auditor.client.post(reverse("audit-export"), {"form": "csv", "verb": "a.b"})
    job = Job.objects.get()
    assert answer.url == reverse("job", args=[job.pk])
    drain()
    job.refresh_from_db()
    page = auditor.client.get(answer.url).content.decode()
    assert job.result["url"] in page
    file = auditor.client.get(job.result["url"])
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert "操作：a.b" in rows[0]
    assert [row[7] for row in rows[2:]] == ["a.b"]
    assert person("audit.read").client.get(job.result["url"]).status_code == 404
    assert AuditEntry.objects.filter(verb="audit.exported", actor_id=auditor.pk).count() == 1


def test_an_export_opens_in_excel_and_holds_no_formula(auditor):
    audit.record("=cmd|'/c calc'!A0", detail={"t": "\x0b@x"})
    auditor.client.post(reverse("audit-export"), {"form": "xlsx"})
    drain()
    file = auditor.client.get(Job.objects.get().result["url"])
    book = load_workbook(io.BytesIO(file.content))
    rows = list(book.active.iter_rows(values_only=True))
    assert any(row[0] == "编号" for row in rows)
    cell = next(cell for row in book.active.iter_rows() for cell in row if str(cell.value).endswith("calc'!A0"))
    assert cell.data_type == "s"


def test_an_export_of_too_many_says_what_to_do(auditor, monkeypatch):
    monkeypatch.setattr("lifelong.audit.actions.exporting.MOST", 1)
    audit.record("a.b")
    auditor.client.post(reverse("audit-export"), {"form": "xlsx"})
    drain()
    assert "请缩小日期范围" in Job.objects.get().error


def test_export_files_are_gone_after_a_day(auditor):
    auditor.client.post(reverse("audit-export"), {"form": "csv"})
    drain()
    job = Job.objects.get()
    assert sweep_exports(at=timezone.now()) == 0
    assert sweep_exports(at=timezone.now() + timedelta(days=2)) == 1
    assert auditor.client.get(job.result["url"]).status_code == 404
    assert default_storage.listdir("exports/audit") == ([], [])


def test_a_cell_that_would_be_a_formula_is_text():
    assert [sheet.safe(text) for text in ("=1", "+1", "-1", "@x", "\tx", "1", 5)] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "1", 5,
    ]  # fmt: skip


def test_the_auditor_checks_the_chain_from_the_page_and_sees_what_was_found(auditor):
    audit.record("a.b")
    answer = auditor.client.post(reverse("audit-verify"))
    drain()
    assert Job.objects.get().result["sound"] is True
    assert answer.url == reverse("job", args=[Job.objects.get().pk])
    assert "完好" in auditor.client.get(reverse("audit")).content.decode()
    assert [item.title for item in desk.waiting_for(auditor)] == []


def test_a_broken_chain_is_the_first_thing_on_the_auditors_desk(auditor):
    Job.objects.create(
        path="lifelong.audit.tasks.verify_trail", queue="default", state="done", finished_at=timezone.now(),
        result={"sound": False, "problems": ["记录 1–5 的内容与封存 #1 不符：有记录被改动。"]},
    )  # fmt: skip
    (item,) = desk.waiting_for(auditor)
    assert (item.urgent, item.count) == (True, 1)
    assert "有记录被改动" in auditor.client.get(reverse("audit")).content.decode()


def test_the_auditor_chooses_what_it_was_about_by_its_name(auditor):
    audit.record("a.b", of=auditor)
    page = auditor.client.get(reverse("audit"), {"target_type": "accounts.user"})
    assert '<option value="accounts.user" selected>用户</option>' in page.content.decode()
    entry = auditor.client.get(reverse("audit-entry", args=[AuditEntry.objects.get(verb="a.b").pk])).content.decode()
    assert "用户 <code>" in entry
    assert "accounts.user</code>" not in entry


def test_an_auditor_is_told_that_nobody_verified_the_chain_yet(auditor):
    assert [item.title for item in desk.waiting_for(auditor)] == ["审计链还没有校验过"]
