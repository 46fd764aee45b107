"""公示: a batch before the public, what anybody objects, and what stops its publication until all is answered."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.institutions.models import Mandate, MandateRole
from lifelong.notices.models import Mail, Notice
from lifelong.resources.actions.steps import set_availability
from lifelong.resources.actions.withdrawal import withdraw
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Version
from lifelong.review.actions import batches, decisions, exports, objections, public_notices
from lifelong.review.lifecycle import BatchState, ObjectionState
from lifelong.review.models import Batch, BatchItem, Decision, Objection, PublicNotice
from lifelong.review.queries.batches import published_batches, waiting_for_a_batch
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db
NOW = timezone.now
WEEK = timedelta(days=7)
TEXT = "片中的画面取自本人作品，没有得到授权。"


@pytest.fixture(autouse=True)
def nobody_was_here():
    cache.clear()


@pytest.fixture
def final():
    return holder(Role.FINAL_REVIEWER)


@pytest.fixture
def batch(final):
    made = batches.create_batch(number="2026-01", title="第一批", by=final, at=NOW())
    versions = [desk.handed_in(f"资源 {i}", state=State.ACCEPTED).version for i in range(3)]
    batches.add_versions(made, versions, by=final, at=NOW())
    return made


@pytest.fixture
def notice(batch, final) -> PublicNotice:
    return public_notices.open_notice(
        batch, begins_at=NOW(), ends_at=NOW() + WEEK, text="依据通知公示。", by=final, at=NOW()
    )


def over(notice):
    PublicNotice.objects.filter(pk=notice.pk).update(begins_at=NOW() - WEEK, ends_at=NOW() - timedelta(minutes=1))


def items(batch):
    return list(BatchItem.objects.filter(batch=batch).order_by("position"))


def object_to(notice, item, contact="13812345678", **more):
    given = {"name": "钱学礼", "contact": contact, "reason": TEXT, "at": NOW()} | more
    return objections.object_to(notice, item.version, **given)


def publish(batch, final):
    batches.schedule(batch, publish_at=NOW(), by=final, at=NOW())
    return batches.publish(batch, at=NOW())


def text(answer):
    return answer.content.decode()


def test_the_list_is_fixed_shown_and_reporters_are_told(batch, notice, final, client):
    batch.refresh_from_db()
    assert batch.state == BatchState.NOTICE
    for change in (lambda: batches.remove_items(batch, [1], by=final, at=NOW()), lambda: batches.add_versions(batch, [], by=final, at=NOW())):  # fmt: skip
        with pytest.raises(batches.BatchNotOpen):
            change()
    page = text(client.get("/batches/2026-01/notice"))
    assert "资源 1" in page
    assert "依据通知公示" in page
    assert "提出异议" in page
    assert client.get("/batches/2026-01").url == "/batches/2026-01/notice"
    assert "正在公示" in text(client.get("/batches/"))
    assert "2026-01/notice" in text(client.get("/feeds/batches/notices.atom"))
    [told] = Notice.objects.filter(kind="notice")
    assert told.text.count("《") == 3


def test_a_notice_that_has_not_begun_is_nobodys_to_see(batch, final, client):
    public_notices.open_notice(batch, begins_at=NOW() + WEEK, ends_at=NOW() + 2 * WEEK, by=final, at=NOW())
    assert {client.get(f"/batches/2026-01{more}").status_code for more in ("", "/notice", "/objection")} == {404}


@pytest.mark.parametrize("days", [(0, 0), (3, 1), (-9, -2)])
def test_a_period_that_cannot_be_is_refused(batch, final, days):
    begins, ends = (NOW() + timedelta(days=n) for n in days)
    with pytest.raises(batches.WrongTime):
        public_notices.open_notice(batch, begins_at=begins, ends_at=ends, by=final, at=NOW())
    assert not PublicNotice.objects.exists()


def test_nothing_goes_live_before_the_end_or_with_an_objection_unanswered(batch, notice, final):
    with pytest.raises(batches.NoticeStands, match="公示期到"):
        publish(batch, final)
    objection = object_to(notice, items(batch)[0])
    batches.schedule(batch, publish_at=notice.ends_at + timedelta(hours=1), by=final, at=NOW())
    at = notice.ends_at + timedelta(hours=2)
    assert not batches.publish_due(batch, at=at)
    batch.refresh_from_db()
    assert "1 件异议没有答复" in batch.trouble
    objections.answer(objection, upheld=False, answer="已核对授权书，授权有效。", by=final, at=NOW())
    assert batches.publish_due(batch, at=at)
    assert Version.objects.filter(state=State.PUBLISHED).count() == 3


def test_a_recorded_reason_lets_it_go_early_and_the_public_reads_it(batch, notice, final, client):
    with pytest.raises(public_notices.NoticeReason):
        public_notices.override(batch, reason=" ", by=final, at=NOW())
    public_notices.override(batch, reason="重阳节前须上线", by=final, at=NOW())
    publish(batch, final)
    assert "提前发布的理由：重阳节前须上线" in text(client.get("/batches/2026-01/notice"))
    assert AuditEntry.objects.filter(verb="review.notice_overridden", detail__reason="重阳节前须上线").exists()


def test_upheld_the_item_is_struck_through_goes_back_and_may_come_again(batch, notice, final, client):
    first, second, _third = items(batch)
    objection = object_to(notice, first, contact="qian@example.org")
    objections.answer(objection, upheld=True, answer="授权书已过期。", by=final, at=NOW())
    version = first.version
    version.refresh_from_db()
    assert version.state == State.SUBMITTED
    assert Decision.objects.get(round__version=version).reasons[0]["text"] == "公示异议成立：授权书已过期。"
    Version.objects.filter(pk=version.pk).update(title="省级退回后改过的题目")
    page = text(client.get("/batches/2026-01/notice"))
    assert "<del>资源 0</del>" in page
    assert "授权书已过期" in page
    assert "改过的题目" not in page
    assert "收到异议 1 件，成立 1 件" in page
    assert Mail.objects.get(address="qian@example.org").subject.endswith("已有答复")
    over(notice)
    published = publish(batch, final)
    assert [one["title"] for one in published.manifest["items"]] == ["资源 1", "资源 2"]
    exports.write_export(published)
    assert (published_batches().get().size, published_batches().get().pulled) == (2, 0)
    assert "资源 0" not in text(client.get("/batches/2026-01"))
    # it comes again with another batch, is suspended and restored: the old line stays as it is
    Version.objects.filter(pk=version.pk).update(state=State.ACCEPTED)
    again = batches.create_batch(number="2026-02", title="第二批", by=final, at=NOW())
    assert version in waiting_for_a_batch()
    assert batches.add_versions(again, [version], by=final, at=NOW()) == (1, [])
    publish(again, final)
    version.resource.refresh_from_db()
    set_availability(version.resource, to=Availability.SUSPENDED, by=final, at=NOW(), reason="核实")
    set_availability(version.resource, to=Availability.ONLINE, by=final, at=NOW(), reason="无误")
    first.refresh_from_db()
    assert first.pulled_at is not None
    assert BatchItem.objects.get(batch=again).pulled_at is None
    second.refresh_from_db()
    assert second.pulled_at is None


def test_rejected_it_stays_and_both_sides_read_why(batch, notice, final, client):
    objection = object_to(notice, items(batch)[0])
    objections.answer(objection, upheld=False, answer="画面系本单位拍摄。", by=final, at=NOW())
    page = text(client.get(f"/objections/{objection.number}"))
    assert "画面系本单位拍摄" in page
    assert "异议不成立" in page
    assert "钱学礼" not in page
    assert "13812345678" not in page
    with pytest.raises(objections.AlreadyAnswered):
        objections.answer(objection, upheld=True, answer="改判", by=final, at=NOW())
    assert BatchItem.objects.living().count() == 3


def test_what_is_withdrawn_returned_or_retired_meanwhile_keeps_its_line_with_a_word(batch, notice, final, client):
    first, second, _third = items(batch)
    withdraw(first.version, by=desk.reporter(desk.institution()), at=NOW(), reason="内部原因不公开")
    decisions.release(second.version.rounds.get(), by=final, at=NOW(), reason="片尾有误，内部意见")
    page = text(client.get("/batches/2026-01/notice"))
    assert page.count("<del>") == 2
    assert "报送单位撤回" in page
    assert "退回复核" in page
    assert "内部" not in page


def test_called_off_the_batch_is_composed_again_and_the_page_says_why(batch, notice, final, client):
    objection = object_to(notice, items(batch)[0])
    with pytest.raises(public_notices.NoticeReason):
        public_notices.call_off(batch, reason="", by=final, at=NOW())
    public_notices.call_off(batch, reason="名单有误", by=final, at=NOW())
    batch.refresh_from_db()
    assert batch.state == BatchState.COMPOSING
    assert "停止：名单有误" in text(client.get("/batches/2026-01/notice"))
    with pytest.raises(objections.NotOnNotice):
        object_to(notice, items(batch)[1])
    objections.answer(objection, upheld=False, answer="名单已更正。", by=final, at=NOW())
    public_notices.open_notice(batch, begins_at=NOW(), ends_at=NOW() + WEEK, by=final, at=NOW())
    assert PublicNotice.objects.count() == 2


def test_scheduled_and_called_back_it_is_on_notice_again_and_cancelled_it_keeps_its_lines(batch, notice, final, client):
    batches.schedule(batch, publish_at=notice.ends_at + WEEK, by=final, at=NOW())
    assert batches.call_back(batch, by=final, at=NOW()).state == BatchState.NOTICE
    batches.cancel(batch, by=final, at=NOW())
    page = text(client.get("/batches/2026-01/notice"))
    assert "这个批次已取消" in page
    assert page.count("<del>") == 3
    assert waiting_for_a_batch().count() == 3


def test_only_the_ministry_answers_and_never_for_its_own_institution(batch, notice, final):
    objection = object_to(notice, items(batch)[0])
    for user in (desk.reporter(desk.institution()), holder(Role.DECIDING_OFFICER), holder(Role.OPERATOR)):
        with pytest.raises(objections.MayNotAnswer):
            objections.answer(objection, upheld=True, answer="不应当", by=user, at=NOW())
    held = NOW() - timedelta(days=30)
    Mandate.objects.create(
        user=final, institution=desk.institution(), role=MandateRole.INSTITUTION_REVIEWER, begins_at=held
    )
    with pytest.raises(objections.MayNotAnswer, match="本单位"):
        objections.answer(objection, upheld=False, answer="自己的", by=final, at=NOW())


def test_published_early_an_upheld_objection_waits_for_the_suspension(batch, notice, final):
    first = items(batch)[0]
    objection = object_to(notice, first)
    public_notices.override(batch, reason="须赶在节前", by=final, at=NOW())
    publish(batch, final)
    with pytest.raises(objections.StillOnline):
        objections.answer(objection, upheld=True, answer="确有问题。", by=final, at=NOW())
    first.version.resource.refresh_from_db()
    set_availability(first.version.resource, to=Availability.SUSPENDED, by=final, at=NOW(), reason="确有问题")
    objections.answer(objection, upheld=True, answer="确有问题。", by=final, at=NOW())
    assert Objection.objects.get().state == ObjectionState.UPHELD


# the pages


def typed(item, /, **changes):
    return {"item": item.pk, "reason": TEXT, "name": "钱学礼", "contact": "138-1234-5678", "website": ""} | changes


def test_anyone_objects_without_an_account_and_follows_by_number(batch, notice):
    stranger = Client(enforce_csrf_checks=True)
    item, address = items(batch)[1], "/batches/2026-01/objection"
    page = text(stranger.get(f"{address}?item={item.pk}"))
    assert f'value="{item.pk}" selected' in page
    token = {"csrfmiddlewaretoken": stranger.cookies["csrftoken"].value}
    answer = stranger.post(address, typed(item) | token)
    objection = Objection.objects.get()
    assert answer.url == f"/objections/{objection.number}"
    assert objection.version == item.version
    assert TEXT in text(stranger.get(answer.url))
    assert stranger.get("/objections/", {"number": f" {objection.number.lower()} "}).url == answer.url
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, contact FROM review_objection")
        assert "钱学礼" not in str(cursor.fetchall())
    assert not AuditEntry.objects.filter(verb="review.objected", detail__icontains="钱学礼").exists()


@pytest.mark.parametrize(
    "wrong", [{"reason": "短"}, {"contact": "找我"}, {"name": ""}, {"item": "9999999"}, {"item": "x\x00"}, {"website": "spam"}, {"reason": "长" * 2001}]
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, batch, notice, wrong):
    answer = client.post("/batches/2026-01/objection", typed(items(batch)[0], **wrong))
    assert answer.status_code == 422
    assert "处需要修改" in text(answer)
    if "reason" not in wrong:
        assert TEXT in text(answer)
    assert not Objection.objects.exists()


def test_a_flood_is_stopped(client, batch, notice):
    statuses = [client.post("/batches/2026-01/objection", typed(items(batch)[0])).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    assert Objection.objects.count() == 5


def test_after_the_end_the_form_says_so(client, batch, notice):
    over(notice)
    assert "公示已经结束" in text(client.get("/batches/2026-01/objection"))
    assert client.post("/batches/2026-01/objection", typed(items(batch)[0])).status_code == 409
    assert not Objection.objects.exists()


def test_the_ministry_opens_answers_and_publishes_by_its_pages(batch, final):
    client, work = signed_in(final), reverse("batch_work", args=["2026-01"])
    assert "发布前先公示" in text(client.get(work))
    today = timezone.localdate()
    dates = {"begins_date": today.isoformat(), "ends_date": (today + WEEK).isoformat()}
    back = {"begins_date": dates["ends_date"], "ends_date": dates["begins_date"], "text": "依据第六条"}
    refused = client.post(reverse("batch_notice_open", args=["2026-01"]), back)
    assert refused.status_code == 422
    assert "依据第六条" in text(refused)  # nothing is typed twice
    assert "将来的一天结束" in text(refused)
    client.post(reverse("batch_notice_open", args=["2026-01"]), dates | {"text": "公示"})
    notice = PublicNotice.objects.get()
    objection = object_to(notice, items(batch)[0])
    page = text(client.get(work))
    assert "公示期到" in page
    assert "1 件待答复" in page
    client.post(reverse("batch_release", args=["2026-01"]), {"do": "now"})
    assert Batch.objects.get().state == BatchState.NOTICE
    assert objection.number in text(client.get(reverse("objections")))
    assert "待答复的公示异议" in text(client.get("/work/"))
    sheet = load_workbook(BytesIO(client.get(reverse("objections"), {"export": 1, "batch": "2026-01"}).content)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert {objection.number, TEXT, "钱*", "138****5678"} <= set(cells)
    assert not {"钱学礼", "13812345678"} & set(cells)
    address = reverse("objection_work", args=[objection.number])
    assert "138****5678" in text(client.get(address))
    assert "钱学礼" not in text(client.get(address))
    full = text(client.post(reverse("objection_reveal", args=[objection.number]), {"purpose": "电话核实"}))
    assert "13812345678" in full
    assert "钱学礼" in full
    assert AuditEntry.objects.filter(verb="accounts.personal_data_read").exists()
    assert client.post(address, {"outcome": "rejected", "answer": ""}).status_code == 422
    client.post(address, {"outcome": "rejected", "answer": "核对无误。"})
    client.post(reverse("batch_release", args=["2026-01"]), {"do": "now", "despite": "已无异议，节前上线"})
    assert PublicNotice.objects.get().overridden_reason == "已无异议，节前上线"
    assert Batch.objects.get().state == BatchState.SCHEDULED


def test_others_reach_neither_the_list_nor_the_names(batch, notice):
    objection = object_to(notice, items(batch)[0])
    reporter = signed_in(desk.reporter(desk.institution()))
    places = [reverse("objections"), reverse("objection_work", args=[objection.number])]
    assert {reporter.get(place).status_code for place in places} == {403}
    assert reporter.post(reverse("objection_reveal", args=[objection.number]), {"purpose": "看看"}).status_code == 403


def test_the_list_costs_the_same_however_long(batch, notice, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as few:
        client.get("/batches/2026-01/notice")
    for number in range(5):
        more = desk.handed_in(f"又一项 {number}", state=State.ACCEPTED).version
        BatchItem.objects.create(batch=batch, version=more, position=10 + number)
    with django_assert_max_num_queries(len(few)):
        client.get("/batches/2026-01/notice")
