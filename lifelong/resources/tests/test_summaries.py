"""Receipts and the summary of an institution: page, sheet, PDF for the stamp, and the stamped scan beside it."""

import io
import re
from pathlib import Path

import pypdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import ANHUI, holder, signed_in
from lifelong.calls import queries
from lifelong.calls.models import Call, Letter
from lifelong.calls.tests.cast import pdf
from lifelong.jobs.running import drain
from lifelong.media.models import PreparedFile
from lifelong.resources.actions import submission, withdrawal
from lifelong.resources.models import Round
from lifelong.resources.tests import cast
from lifelong.resources.views import summaries as views
from lifelong.web import workbooks

pytestmark = pytest.mark.django_db


def handed_in(version, reporter, call) -> Round:
    return submission.submit(
        version, call=call, signature=cast.signed(version, reporter), by=reporter, at=timezone.now()
    )


def test_what_takes_long_is_ordered_by_a_press_and_made_by_a_job(ready, reporter, rival, call, monkeypatch):
    handed_in(ready, reporter, call)
    for view in ("lists", "summaries"):
        monkeypatch.setattr(f"lifelong.resources.views.{view}.AT_ONCE", 0)
    client, place = signed_in(reporter), [call.number, ready.resource.institution.code]
    sheet = reverse("resources:export") + "?state=submitted&q=手机"
    for address, ending in ((sheet, ".xlsx"), (reverse("resources:summary-paper", args=place), ".pdf")):
        page = client.get(address)
        assert not PreparedFile.objects.filter(made_at=None).exists()  # looking orders nothing
        wanted = re.findall(r'name="wanted" value="([^"]+)"', page.content.decode())[0]
        order = reverse("prepared-order")
        assert signed_in(rival).post(order, {"wanted": wanted})["Location"] == reverse("prepared")
        assert "/jobs/" in client.post(order, {"wanted": wanted})["Location"]
        drain()
        file = PreparedFile.objects.get(name__endswith=ending)
        content = (Path(settings.FILES) / file.path).read_bytes()
        assert "智能手机使用入门" in (words(content) if ending == ".pdf" else "".join(
            row["资源名称"] for row in workbooks.read(content, ["资源名称"])))  # fmt: skip
        assert reverse("prepared-file", args=[file.pk]) in client.get(reverse("prepared")).content.decode()
        assert signed_in(rival).get(reverse("prepared-file", args=[file.pk])).status_code == 404
    client.post(reverse("prepared-remove", args=[file.pk]))
    assert not (Path(settings.FILES) / file.path).exists()


def words(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def test_a_receipt_is_printed_with_number_and_hashes(ready, reporter, rival, call):
    round = handed_in(ready, reporter, call)
    paper = reverse("resources:receipt-paper", args=[ready.resource.resource_id, 1, round.receipt_number])
    read = words(signed_in(reporter).get(paper).content)
    for told in (round.receipt_number, "智能手机使用入门", "洛河开放大学", round.files[0]["sha256"][:32]):
        assert told in read
    assert signed_in(rival).get(paper).status_code == 404


def test_the_summary_is_stamped_and_the_province_sees_whether_it_still_agrees(
    college, reporter, rival, ready, call, monkeypatch
):
    first = handed_in(ready, reporter, call)
    gone = cast.ready(college, reporter, seed="2", title="撤回的一项")
    handed_in(gone, reporter, call)
    gone.refresh_from_db()
    withdrawal.withdraw(gone, by=reporter, at=timezone.now(), reason="重复")
    place = [call.number, college.code]
    page = reverse("resources:summary", args=place)
    client = signed_in(reporter)
    assert college.name in client.get(reverse("resources:summaries")).content.decode()
    sheet = client.get(reverse("resources:summary-sheet", args=place)).content
    assert [(row["资源名称"], row["回执编号"]) for row in workbooks.read(sheet, ["资源名称", "回执编号"])] == [
        ("智能手机使用入门", first.receipt_number)
    ]
    printed = words(client.get(reverse("resources:summary-paper", args=place)).content)
    assert f"HZ-{call.number}-{college.code}" in printed
    assert "（公章）" in printed
    assert first.receipt_number in printed

    assert client.post(page, {"letter": SimpleUploadedFile("盖章.pdf", b"no pdf")}).status_code == 422
    client.post(page, {"letter": SimpleUploadedFile("盖章.pdf", pdf())})
    officer, stranger = holder(Role.HANDLING_OFFICER), holder(Role.HANDLING_OFFICER, code=ANHUI)
    desk = signed_in(officer)
    assert "与现在的报送一致" in desk.get(page).content.decode()
    scan = reverse("resources:summary-scan", args=place)
    assert desk.get(scan).content == pdf()
    line = next(
        one for one in queries.board(Call.objects.with_windows().get(), timezone.now()) if one.institution == college
    )
    assert line.stamped_at is not None
    assert page in desk.get(reverse("call-board", args=[call.number])).content.decode()
    for person in (rival, stranger):
        assert signed_in(person).get(page).status_code == 404
        assert signed_in(person).get(scan).status_code == 404
    desk.post(page, {"letter": SimpleUploadedFile("冒充.pdf", pdf(2))})
    assert Letter.objects.get().name == "盖章.pdf"

    handed_in(cast.ready(college, reporter, seed="3", title="后来的一项"), reporter, call)
    assert "又报送 1 项" in desk.get(page).content.decode()
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    handed_in(cast.ready(college, reporter, seed="4", title="再后来的一项"), reporter, call)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)

    monkeypatch.setattr(views, "PAGE", 2)
    second = client.get(page, {"page": 2}).context
    assert [(row[0], row[2]) for row in second["rows"]] == [(3, "再后来的一项")]
    assert second["totals"].startswith("共 3 项"), "the whole list is counted, whatever page is shown"
