"""Letters of results: what was decided, frozen under a number; and what newly came to a desk, for the digest."""

import io
from datetime import timedelta

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document

from lifelong.accounts.models import AuthorityKind, Role
from lifelong.accounts.tests.cast import HENAN, authority, holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.calls.tests.cast import open_call
from lifelong.jobs.running import drain
from lifelong.notices.actions import digesting
from lifelong.notices.models import Mail, MailChoice, Notice
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round
from lifelong.review.actions import batches, letters
from lifelong.review.actions.decisions import decide, take_back
from lifelong.review.lifecycle import Outcome, Stage
from lifelong.review.models import ResultLetter
from lifelong.review.tests import desk
from lifelong.web.refusals import NotAllowed

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def officer():
    authority(AuthorityKind.PROVINCE, HENAN, "河南省教育厅")
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def call(officer):
    return open_call(officer)


def under(call, title, *, of=None, state=State.SUBMITTED) -> Round:
    return desk.handed_in(title, of=of, state=state, call=call)


def refuse(round, officer, why="画面取自他人作品。"):
    return decide(
        round,
        stage=Stage.PROVINCIAL,
        outcome=Outcome.REFUSE,
        by=officer,
        at=NOW(),
        reasons=[{"field": "", "text": why}],
    )


def publish(rounds, final):
    batch = batches.create_batch(number="2026-01", title="第一批", by=final, at=NOW())
    batches.add_versions(batch, [round.version for round in rounds], by=final, at=NOW())
    batches.schedule(batch, publish_at=NOW(), by=final, at=NOW())
    return batches.publish(batch, at=NOW())


def words_of(content: bytes, form: str) -> str:
    if form == "pdf":
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_a_letter_says_batch_and_reasons_under_the_authoritys_name_and_stays_as_it_was(call, officer):
    final, own = holder(Role.FINAL_REVIEWER), desk.institution()
    reporter = desk.reporter(own)
    passed, refused = under(call, "太极拳 #panic", state=State.ACCEPTED), under(call, "剪纸入门")
    under(call, "还在审")
    publish([passed], final)
    refuse(refused, officer)
    page = reverse("result_letter", args=[call.number, own.code])
    signed_in(officer).post(page)
    letter = ResultLetter.objects.get()
    assert letter.number == f"JG-{call.number}-{own.code}-01"
    assert AuditEntry.objects.get(verb="review.letter_issued").detail["number"] == letter.number
    inside = signed_in(reporter)
    assert letter.number in inside.get(page).content.decode()
    assert letter.number in inside.get(reverse("result_letters")).content.decode()
    assert Notice.objects.get(user=reporter, kind="result_letter").url == page
    assert Mail.objects.filter(user=reporter, subject__contains="结果通知书").count() == 1
    for form in ("pdf", "docx"):
        text = words_of(inside.get(reverse("result_letter_file", args=[letter.pk, form])).content, form)
        text = "".join(text.split())
        for part in ("河南省教育厅", letter.number, "太极拳#panic", "2026-01第一批", "剪纸入门", "画面取自他人作品。", "另有1项", own.name.replace(" ", "")):  # fmt: skip
            assert part in text, (form, part)
        assert "还在审" not in text

    with pytest.raises(letters.NothingNew):
        letters.issue(call, own, by=officer, at=NOW())
    refuse(under(call, "后来的"), officer)
    assert letters.issue(call, own, by=final, at=NOW()).number.endswith("-02")
    letter.refresh_from_db()
    assert (letter.accepted, letter.refused, letter.content["open"]) == (1, 1, 1)


def test_who_may_issue_and_read(call, officer):
    own, rival = desk.institution(), desk.institution("410200-01", "410200")
    refuse(under(call, "甲"), officer)
    letter = letters.issue(call, own, by=officer, at=NOW())
    page, file = (
        reverse("result_letter", args=[call.number, own.code]),
        reverse("result_letter_file", args=[letter.pk, "pdf"]),
    )
    for stranger in (desk.reporter(rival), holder(Role.DECIDING_OFFICER, code="340000"), holder(Role.OPERATOR)):
        for address in (page, file):
            assert signed_in(stranger).get(address).status_code == 404, (stranger, address)
    handling = holder(Role.HANDLING_OFFICER)
    assert signed_in(handling).get(page).status_code == 200
    for nobody in (handling, desk.reporter(own), holder(Role.EXPERT)):
        with pytest.raises(NotAllowed):
            letters.issue(call, own, by=nobody, at=NOW())
    assert signed_in(officer).get(reverse("result_letter_file", args=[letter.pk, "exe"])).status_code == 404
    with pytest.raises(letters.NothingDecided):
        letters.issue(call, rival, by=officer, at=NOW())
    assert ResultLetter.objects.count() == 1


def test_all_institutions_with_new_results_get_theirs_once(call, officer):
    final = holder(Role.FINAL_REVIEWER)
    houses = [desk.institution(f"4101{n}0-01", "410100") for n in range(3)]
    elsewhere = desk.institution("340100-01", "340100")
    for house in houses[:2]:
        refuse(under(call, f"甲 {house.code}", of=house), officer)
    under(call, "在审的", of=houses[2])
    under(call, "外省的", of=elsewhere, state=State.REFUSED)
    inside, address = signed_in(officer), f"{reverse('result_letters')}?call={call.number}"
    page = inside.get(address)
    assert page.context["fresh"] == 2
    assert elsewhere.name not in page.content.decode()
    for _press in range(2):
        inside.post(reverse("result_letters_issue", args=[call.number]))
        drain()
    assert set(ResultLetter.objects.values_list("institution", flat=True)) == {houses[0].pk, houses[1].pk}
    with CaptureQueriesContext(connection) as few:
        assert inside.get(address).context["fresh"] == 0
    passed = under(call, "终审通过的", of=houses[0], state=State.ACCEPTED)
    letters.issue(call, houses[0], by=officer, at=NOW())
    assert inside.get(address).context["fresh"] == 0
    publish([passed], final)  # as many as before, but now the batch has a name
    assert inside.get(address).context["fresh"] == 1
    assert letters.issue_all(call, by=officer, at=NOW()) == 1
    for house in houses:
        under(call, f"乙 {house.code}", of=house)
    with CaptureQueriesContext(connection) as many:
        inside.get(address)
    assert len(many) == len(few)


def test_officers_find_in_their_digest_what_newly_came_to_their_desk(call, officer):
    final, here = holder(Role.FINAL_REVIEWER), desk.institution()
    elsewhere = desk.institution("340100-01", "340100")
    rounds = [under(call, "甲", of=here), under(call, "乙", of=here), under(call, "外省的", of=elsewhere)]
    for user in (officer, final):
        MailChoice.objects.create(user=user, digested_at=NOW() - timedelta(hours=2))
    decide(rounds[0], stage=Stage.PROVINCIAL, outcome=Outcome.FORWARD, by=officer, at=NOW())
    back = decide(rounds[1], stage=Stage.PROVINCIAL, outcome=Outcome.FORWARD, by=officer, at=NOW())
    take_back(back, by=officer, at=NOW())
    digesting.write_due(at=NOW() + timedelta(days=1))
    text = Mail.objects.get(user=officer, subject__contains="汇总").text
    assert f"{here.name}：2 项新到省级审核" in text
    assert f"/work/review/provincial/?institution={here.code}" in text
    assert elsewhere.name not in text
    assert f"{here.name}：1 项新到终审" in Mail.objects.get(user=final, subject__contains="汇总").text
    assert not Mail.objects.filter(user=desk.reporter(here), subject__contains="汇总").exists()
