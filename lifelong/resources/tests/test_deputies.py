"""An officer acts for an institution at its written request: both named, told, ended, and never deciding on it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import ANHUI, holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.calls import actions as calls
from lifelong.calls import queries
from lifelong.calls.actions.deputising import AlreadyDeputised
from lifelong.calls.models import Call, Deputation, Letter
from lifelong.calls.storage import open_sealed
from lifelong.calls.tests.cast import pdf
from lifelong.notices.models import Mail, Notice
from lifelong.resources import policy
from lifelong.resources.actions import submission
from lifelong.resources.models import Round, Step
from lifelong.resources.tests import cast
from lifelong.review import policy as review
from lifelong.review.lifecycle import Stage
from lifelong.web.refusals import NotAllowed

pytestmark = pytest.mark.django_db


def asked(call: Call, college, by: User, **values) -> Deputation:
    given = {"asked_by_name": "苗秀兰", "note": "代为上传并报送", "until": timezone.localdate() + timedelta(days=2)}
    return calls.deputise(
        Call.objects.with_windows().get(pk=call.pk), college, **(given | values), request_file=("申请.pdf", pdf()), by=by,
        at=timezone.now(),
    )  # fmt: skip


def again(user: User) -> User:
    """The person with the next request: nothing is remembered of the last one."""
    return User.objects.get(pk=user.pk)


def test_from_the_written_request_to_the_receipt_with_both_names(college, reporter, call):
    officer, head = holder(Role.HANDLING_OFFICER), holder(Role.DECIDING_OFFICER)
    User.objects.filter(pk=officer.pk).update(name="高敏行")
    page = reverse("call-deputations", args=[call.number, college.code])
    desk = signed_in(officer)
    form = {"asked_by_name": "苗秀兰", "note": "代为上传并报送", "until": timezone.localdate().isoformat()}
    assert desk.get(reverse("resources:index")).status_code == 403
    assert desk.post(page, form).status_code == 422  # no request, no deputy
    assert desk.post(page, form | {"request": SimpleUploadedFile("申请.pdf", b"no pdf")}).status_code == 422
    assert not Letter.objects.exists()
    desk.post(page, form | {"request": SimpleUploadedFile("申请.pdf", pdf())})
    assert Notice.objects.filter(user=reporter, subject__startswith="省级工作人员开始为贵单位代报").count() == 1
    assert desk.get(reverse("resources:index")).status_code == 200

    acting = again(officer)
    version = cast.ready(college, acting)
    round = submission.submit(version, call=call, signature=cast.signed(version, acting), by=acting, at=timezone.now())
    told = signed_in(reporter).get(reverse("resources:overview", args=[version.resource.resource_id])).content.decode()
    assert "高敏行" in told
    assert "代 洛河开放大学 苗秀兰" in told
    assert set(Step.objects.values_list("on_behalf_of", flat=True)) == {"洛河开放大学 苗秀兰"}
    receipt = reverse("resources:receipt", args=[version.resource.resource_id, 1, round.receipt_number])
    assert "代 洛河开放大学 苗秀兰" in signed_in(reporter).get(receipt).content.decode()
    assert "高敏行应贵单位的书面申请代为报送" in Mail.objects.filter(user=reporter).last().text

    # whoever hands in does not decide, not even as the head of the desk; a colleague does
    assert "本单位报送" in review.why_not_decide(again(head), round, Stage.PROVINCIAL) or review.can_decide(
        again(head), round, Stage.PROVINCIAL
    )
    assert not review.can_hold(acting, round, Stage.PROVINCIAL)

    # the institution ends it, at once
    made = Deputation.objects.get()
    inside = signed_in(reporter)
    assert inside.get(reverse("call-deputation-letter", args=[call.number, college.code, made.pk])).content == pdf()
    inside.post(reverse("call-deputation-end", args=[call.number, college.code, made.pk]))
    made.refresh_from_db()
    assert made.ended_by == reporter
    assert desk.get(reverse("resources:index")).status_code == 403
    assert not policy.can_edit(again(officer), version)
    assert not review.can_hold(again(officer), round, Stage.PROVINCIAL)  # and still does not decide on it
    shown = inside.get(reverse("resources:overview", args=[version.resource.resource_id])).content.decode()
    assert "高敏行" in shown
    verbs = set(AuditEntry.objects.filter(verb__startswith="calls.").values_list("verb", flat=True))
    assert {"calls.deputation_opened", "calls.deputation_ended", "calls.letter_added", "calls.letter_read"} <= verbs


def test_who_may_act_for_whom(college, rival_college, reporter, rival, call):
    officer, stranger = holder(Role.HANDLING_OFFICER), holder(Role.HANDLING_OFFICER, code=ANHUI)
    for person in (stranger, reporter, rival, holder(Role.FINAL_REVIEWER)):
        with pytest.raises(NotAllowed):
            asked(call, college, person)
        assert not Deputation.objects.exists()
    made = asked(call, college, officer)
    with pytest.raises(AlreadyDeputised):
        asked(call, college, holder(Role.DECIDING_OFFICER))
    acting = again(officer)
    assert policy.can_create(acting, college)
    assert not policy.can_create(acting, rival_college)
    with pytest.raises(NotAllowed):
        calls.end_deputation(made, by=rival, at=timezone.now())
    page = reverse("call-deputations", args=[call.number, college.code])
    assert [signed_in(one).get(page).status_code for one in (rival, stranger, reporter, officer)] == [
        404,
        404,
        200,
        200,
    ]
    # it ends by itself, and reading the call in between was not the institution's reading
    calls.announce(
        call,
        kind="announcement",
        title="公告",
        text="请阅读",
        by=holder(Role.DECIDING_OFFICER, email="d2@example.org"),
        at=timezone.now(),
    )
    signed_in(officer).get(reverse("call", args=[call.number]))
    assert queries.with_reading_counts(call).get().read == 0
    line = next(
        one for one in queries.board(Call.objects.with_windows().get(), timezone.now()) if one.institution == college
    )
    assert line.deputy == officer.name
    # for as long as they are an officer of its province
    officer.appointments.update(ends_at=timezone.now())
    assert not policy.can_create(again(officer), college)
    officer.appointments.update(ends_at=None)
    assert policy.can_create(again(officer), college)
    made.mandate.ends_at = timezone.now() - timedelta(seconds=1)
    made.mandate.save()
    assert not policy.can_create(again(officer), college)
    assert Round.objects.count() == 0
    # the paper of the refused second is swept, the request stays
    assert calls.sweep_papers(before=timezone.now() + timedelta(days=1)) == 1
    assert open_sealed(made.letter.path, made.letter.sha256) == pdf()
