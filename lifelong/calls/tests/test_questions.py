"""Questions and answers, and who has read an announcement."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts.models import AuthorityKind, Role, User
from lifelong.accounts.tests.cast import ANHUI, authority, holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.calls import actions, queries
from lifelong.calls.actions.asking import AlreadyAnswered, NamesSomebody, NothingAsked, TooManyQuestions
from lifelong.calls.models import AmendmentReading, Call, Question
from lifelong.calls.tests.cast import open_call
from lifelong.institutions.models import Institution
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.notices.models import Mail, Notice
from lifelong.web import workbooks
from lifelong.web.refusals import NotAllowed

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def officer() -> User:
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def own() -> Institution:
    return institution()


@pytest.fixture
def asker(own: Institution) -> User:
    return reporter(own)


@pytest.fixture
def call(officer: User, own: Institution) -> Call:
    return open_call(officer)


def asked(call: Call, own: Institution, asker: User, text: str = "视频封面能用截图吗？") -> Question:
    return actions.ask(own, call=call, text=text, by=asker, at=NOW())


def test_a_question_is_asked_at_the_call_answered_and_published_without_names(officer, own, asker, call):
    page = reverse("call-ask", args=[call.number])
    inside = signed_in(asker)
    assert page in inside.get(reverse("call", args=[call.number])).content.decode()
    assert inside.post(page, {"institution": own.code, "text": "  "}).status_code == 422
    for _again in range(2):  # the first answer was lost on the way
        inside.post(page, {"institution": own.code, "text": f"{own.name}的视频封面能用截图吗？"})
    question = Question.objects.get()
    assert Notice.objects.filter(user=officer, kind="question").count() == 1

    desk = signed_in(officer)
    assert "提问等您答复" in desk.get("/work/").content.decode()
    where = reverse("question", args=[question.pk])
    assert asker.name in desk.get(where).content.decode()
    desk.post(reverse("question-answer", args=[question.pk]), {"text": "可以，须清晰。"})
    assert Notice.objects.filter(user=asker, kind="question.answered").count() == 1
    assert Mail.objects.filter(user=asker, subject="您的提问已有答复").count() == 1
    told = inside.get(where).content.decode()
    assert "可以，须清晰。" in told
    assert f"{officer.name[0]}*" in told
    assert officer.name not in told

    publish = reverse("question-publish", args=[question.pk])
    named = desk.post(publish, {"text": question.text, "answer": "可以。"})
    assert named.status_code == 422
    assert own.name in named.content.decode()
    desk.post(publish, {"text": "视频封面能用截图吗？", "answer": "可以，须清晰。"})
    public = signed_in(reporter(institution("河阳学院"), "heyang@example.org")).get(reverse("call", args=[call.number]))
    assert "视频封面能用截图吗？" in public.content.decode()
    assert own.name not in public.content.decode()
    desk.post(reverse("question-unpublish", args=[question.pk]))
    assert "可以，须清晰。" not in signed_in(asker).get(reverse("call", args=[call.number])).content.decode()
    verbs = set(AuditEntry.objects.filter(verb__startswith="calls.a").values_list("verb", flat=True))
    assert {"calls.asked", "calls.answered", "calls.answer_published", "calls.answer_unpublished"} <= verbs


def test_one_answer_and_the_second_is_told_who_was_first(officer, own, asker, call):
    question = asked(call, own, asker)
    colleague = holder(Role.HANDLING_OFFICER)
    actions.answer_question(question, text="可以。", by=colleague, at=NOW())
    with pytest.raises(AlreadyAnswered, match=colleague.name):
        actions.answer_question(question, text="不可以。", by=officer, at=NOW())
    assert Question.objects.get().answer == "可以。"


def test_who_may_ask_answer_read_and_publish(officer, own, asker, call):
    question = asked(call, own, asker)
    rival = reporter(institution("嵩山职业学院"), "rival@example.org")
    stranger = holder(Role.DECIDING_OFFICER, code=ANHUI)
    expert = holder(Role.EXPERT)
    for person in (rival, stranger, expert):
        assert signed_in(person).get(reverse("question", args=[question.pk])).status_code == 404
        assert not queries.questions(person).exists()
    for person in (rival, stranger, asker):
        with pytest.raises(NotAllowed):
            actions.answer_question(question, text="我来答", by=person, at=NOW())
    with pytest.raises(NotAllowed):
        actions.ask(own, call=call, text="冒名", by=rival, at=NOW())
    with pytest.raises(NotAllowed):  # not answered yet
        actions.publish_answer(question, text="问", answer="答", by=officer, at=NOW())
    actions.answer_question(question, text="可以。", by=officer, at=NOW())
    with pytest.raises(NotAllowed):
        actions.publish_answer(question, text="问", answer="答", by=stranger, at=NOW())
    for told in (f"{asker.name}问", "电话 13812345678", "0379-1234567", "zhang@example.org"):
        with pytest.raises(NamesSomebody):
            actions.publish_answer(question, text=told, answer="答", by=officer, at=NOW())


def test_what_is_no_question_and_too_many_of_them_are_refused(own, asker, call):
    for text in ("", "问" * 2001):
        with pytest.raises(NothingAsked):
            asked(call, own, asker, text)
    for number in range(30):
        asked(call, own, asker, f"第 {number} 问")
    with pytest.raises(TooManyQuestions):
        asked(call, own, asker)


def test_an_officer_of_the_province_answers_at_a_ministry_call(own, asker, officer):
    final = holder(Role.FINAL_REVIEWER)
    authority(AuthorityKind.MINISTRY)
    call = open_call(final, "2026-m")
    question = asked(call, own, asker)
    assert set(Notice.objects.filter(kind="question").values_list("user", flat=True)) == {officer.pk, final.pk}
    assert queries.waiting_questions(final).get() == question
    actions.answer_question(question, text="可以。", by=officer, at=NOW())
    with pytest.raises(NotAllowed):  # the issuer alone publishes
        actions.publish_answer(question, text="问", answer="答", by=officer, at=NOW())


def test_the_list_is_filtered_exported_and_asks_as_often_whatever_its_length(officer, own, asker, call):
    desk, index = signed_in(officer), reverse("questions")
    for number in range(2):
        asked(call, own, asker, f"第 {number} 问")
    desk.get(index)
    with CaptureQueriesContext(connection) as few:
        desk.get(index)
    for number in range(2, 12):
        asked(call, own, asker, f"第 {number} 问")
    with CaptureQueriesContext(connection) as many:
        desk.get(index)
    assert len(many) == len(few)
    actions.answer_question(Question.objects.first(), text="=1+1", by=officer, at=NOW())
    sheet = desk.get(f"{reverse('questions-export')}?show=answered&call={call.number}").content
    assert [row["答复"] for row in workbooks.read(sheet, ["问题", "答复"])] == ["=1+1"]
    assert desk.get(f"{index}?show=nonsense&call=none&page=9").status_code == 200


def test_read_by_so_many_of_so_many_with_a_reminder_and_a_telephone_list(officer, own, asker, call):
    others = [institution(f"第{number}学院", office_email=f"office{number}@example.org") for number in range(3)]
    said = {"kind": "amendment", "title": "附件更正", "text": "以新附件为准。", "by": officer}
    amendment = actions.announce(call, **said, at=NOW())
    assert actions.announce(call, **said, at=NOW()) == amendment, "sent twice, said once"
    desk = signed_in(officer)
    page = reverse("call-announcement", args=[call.number, amendment.pk])
    assert "0 / 4" in desk.get(page).content.decode()
    Mail.objects.all().delete()
    remind = reverse("call-announcement-remind", args=[call.number, amendment.pk])
    desk.post(f"{remind}?show=unread", {"do": "chosen", "id": [others[0].pk, own.pk]})
    assert set(Mail.objects.values_list("address", flat=True)) == {"office0@example.org", asker.email}
    desk.post(remind, {"do": "all"})  # a moment later: those two are left
    assert Mail.objects.count() == 4

    signed_in(asker).get(reverse("call", args=[call.number]))
    assert "1 / 4" in desk.get(page).content.decode()
    assert "已读 1 / 4" in desk.get(reverse("call-desk", args=[call.number])).content.decode()
    assert AmendmentReading.objects.filter(at__isnull=False).get().reminded_at is not None
    shown = desk.get(f"{page}?show=unread").content.decode()
    assert own.name not in shown.split("<tbody>")[1]
    masked = desk.get(f"{reverse('call-announcement-export', args=[call.number, amendment.pk])}?show=read").content
    full = desk.post(f"{page}?show=read", {"do": "export", "purpose": "电话催阅"}).content
    assert [row["单位名称"] for row in workbooks.read(masked, ["单位名称", "负责人"])] == [own.name]
    assert [row["负责人"] for row in workbooks.read(masked, ["单位名称", "负责人"])] == [f"{asker.name[0]}*"]
    assert [row["负责人"] for row in workbooks.read(full, ["单位名称", "负责人"])] == [asker.name]
    head = [row[0].value for row in load_workbook(io_of(masked)).active.iter_rows(max_row=4)]
    assert "阅读：已读" in head
    assert AuditEntry.objects.filter(verb="accounts.personal_data_read").count() == 1
    AmendmentReading.objects.update(reminded_at=NOW() - timedelta(hours=1))
    assert actions.remind_unread(as_seen(amendment), [one.pk for one in others], by=officer, at=NOW()).sent == 3

    with CaptureQueriesContext(connection) as few:
        desk.get(page)
    for number in range(3, 12):
        institution(f"第{number}学院")
    with CaptureQueriesContext(connection) as many:
        desk.get(page)
    assert len(many) == len(few)


def as_seen(amendment):
    amendment.call = Call.objects.with_windows().get(pk=amendment.call_id)
    return amendment


def io_of(content: bytes):
    import io

    return io.BytesIO(content)
