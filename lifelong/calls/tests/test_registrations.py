"""Registering, deciding, replacing, joining again; what lies sealed; two officers at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.utils import timezone

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import ANHUI, holder, person, region
from lifelong.audit.models import AuditEntry
from lifelong.calls import actions, policy, queries, windows
from lifelong.calls.actions.deciding import AlreadyDecided, InstitutionUnsettled, PaperMissing, ReasonMissing
from lifelong.calls.actions.handing_in import NotReady
from lifelong.calls.actions.proving import CodeWrong
from lifelong.calls.actions.registering import (
    AlreadyRegistered,
    InstitutionUnknown,
    NotAsked,
    NotCorrectable,
    WindowClosed,
)
from lifelong.calls.lifecycle import RegistrationState, Stage
from lifelong.calls.models import Call, Registration
from lifelong.calls.queries.registrations import token_of
from lifelong.calls.storage import open_sealed
from lifelong.calls.tests.cast import VALUES, open_call, pdf, spans, submitted
from lifelong.calls.values import normal
from lifelong.institutions.actions.mandates import ReporterExists
from lifelong.institutions.models import Institution, Mandate
from lifelong.institutions.queries import reporter_of
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.notices.models import Mail
from lifelong.web.refusals import Conflict, NotAllowed

pytestmark = pytest.mark.django_db
State = RegistrationState


@pytest.fixture
def officer() -> User:
    return holder(Role.DECIDING_OFFICER)


@pytest.fixture
def own() -> Institution:
    return institution()


@pytest.fixture
def call(officer: User, own: Institution) -> Call:
    return open_call(officer)


def now():
    return timezone.now()


class TestFillingIn:
    def test_what_names_a_person_lies_sealed(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, position, landline, mobile, email FROM calls_registration")
            raw = " ".join(cursor.fetchone())
        for text in ("张建华", "副院长", "1234567", "13812345678", "zhang"):
            assert text not in raw
        assert Registration.objects.get(pk=registration.pk).name == "张建华"

    def test_a_known_institution_is_recognised_by_its_name_whatever_spaces(self, call: Call, own: Institution) -> None:
        registration = actions.prepare(call, VALUES | {"institution_name": " 洛河 职业学院"}, at=now())
        assert registration.institution == own
        assert registration.number == "2026-01-0001"

    def test_names_stay_as_they_were_typed_and_are_compared_without_their_widths(self, call: Call) -> None:
        raw = {name: str(value) for name, value in VALUES.items()} | {
            "institution_name": "洛河大学（２号\u200b校区） ", "position": "继续教育学院（函授部）副院长",
        }  # fmt: skip
        values, problems = normal(raw)
        assert not problems
        more = {"institution_kind": "other", "region": region("410300")}
        kept = actions.prepare(call, values | more, at=now())
        assert (kept.institution_name, kept.position) == ("洛河大学（２号校区）", "继续教育学院（函授部）副院长")
        with pytest.raises(AlreadyRegistered):
            actions.prepare(call, values | more | {"institution_name": "洛河大学(2号校区)"}, at=now())
        known = institution("嵩山学院(东区)")
        other = VALUES | {"institution_name": "嵩山学院（东区）", "email": "b@example.org"}
        assert actions.prepare(call, other, at=now()).institution == known

    def test_an_unknown_institution_says_what_and_where_it_is(self, call: Call) -> None:
        with pytest.raises(InstitutionUnknown) as refused:
            actions.prepare(call, VALUES | {"institution_name": "新单位"}, at=now())
        assert {"institution_name", "region", "institution_kind"} <= set(refused.value.fields)
        more = {"institution_name": "新单位", "institution_kind": "other", "region": region("410300")}
        assert actions.prepare(call, VALUES | more, at=now()).is_new_institution
        with pytest.raises(NotAsked, match="河南省"):
            actions.prepare(call, VALUES | more | {"region": region("340100")}, at=now())

    def test_a_kind_that_is_not_asked_is_told_so(self, officer: User, own: Institution) -> None:
        call = open_call(officer, "2026-02", answer_kinds=["university"])
        with pytest.raises(NotAsked, match="高等职业学校"):
            actions.prepare(call, VALUES, at=now())

    def test_the_same_person_again_gets_the_link_and_not_a_second_registration(self, call: Call) -> None:
        actions.prepare(call, VALUES, at=now())
        with pytest.raises(AlreadyRegistered):
            actions.prepare(call, VALUES | {"email": "Zhang@example.org"}, at=now())
        assert Registration.objects.count() == 1

    def test_after_the_end_nobody_registers_and_the_deadline_is_named(self, call: Call) -> None:
        end = windows.effective_end(call, Stage.REGISTRATION)
        with pytest.raises(WindowClosed, match=windows.deadline(end)):
            actions.prepare(call, VALUES, at=end)

    def test_an_extension_for_one_lets_that_one_register(self, call: Call, own: Institution, officer: User) -> None:
        end = windows.effective_end(call, Stage.REGISTRATION)
        window = windows.window_of(call, Stage.REGISTRATION)
        actions.extend_window(
            window, ends_at=end + timedelta(days=1), reason="公章外借", institution=own, by=officer, at=now()
        )
        actions.prepare(call, VALUES, at=end)
        institution("嵩山开放大学")
        with pytest.raises(WindowClosed):
            actions.prepare(call, VALUES | {"institution_name": "嵩山开放大学", "email": "b@example.org"}, at=end)


class TestProvingTheEmail:
    def code(self) -> str:
        text = Mail.objects.order_by("-pk").first().text
        return text.split("验证码：")[1][:6]

    def test_the_mailed_code_proves_it(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        actions.send_link(registration, at=now())
        assert Mail.objects.get().secret
        assert actions.prove_email(registration, code=f" {self.code()} ", at=now()).email_verified_at

    def test_five_wrong_ones_kill_the_code(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        actions.send_link(registration, at=now())
        code = self.code()
        wrong = "000000" if code != "000000" else "111111"
        for _ in range(5):
            with pytest.raises(CodeWrong):
                actions.prove_email(registration, code=wrong, at=now())
        with pytest.raises(CodeWrong):
            actions.prove_email(registration, code=code, at=now())

    def test_a_code_lives_half_an_hour_and_a_new_one_kills_it(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        actions.send_link(registration, at=now())
        old = self.code()
        with pytest.raises(CodeWrong):
            actions.prove_email(registration, code=old, at=now() + timedelta(minutes=31))
        actions.send_link(registration, at=now())
        if self.code() != old:
            with pytest.raises(CodeWrong):
                actions.prove_email(registration, code=old, at=now())

    def test_another_address_has_to_be_proven_again(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        actions.send_link(registration, at=now())
        actions.prove_email(registration, code=self.code(), at=now())
        changed = actions.correct(registration, VALUES | {"email": "other@example.org"}, revision=1, at=now())
        assert changed.email_verified_at is None

    def test_where_mails_leave_it_must_be_proven_before_handing_in(self, call: Call, settings: Any) -> None:
        settings.DEMO = True
        registration = actions.prepare(call, VALUES, at=now())
        actions.add_stamped(registration, name="a.pdf", content=pdf(), at=now())
        with pytest.raises(NotReady, match="邮箱"):
            actions.submit(registration, at=now())


class TestHandingIn:
    def test_without_the_stamped_form_nothing_is_handed_in(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        with pytest.raises(NotReady, match="盖章"):
            actions.submit(registration, at=now())

    def test_the_stamped_form_lies_sealed_and_comes_back_whole(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        content = pdf(2)
        paper = actions.add_stamped(registration, name="盖章.pdf", content=content, at=now())
        on_disk = (django_settings.FILES / paper.path).read_bytes()
        assert b"%PDF" not in on_disk
        assert open_sealed(paper.path, paper.sha256) == content
        assert paper.pages == 2

    def test_papers_that_no_registration_knows_are_swept(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        kept = actions.add_stamped(registration, name="a.pdf", content=pdf(), at=now())
        registration.papers.all().delete()
        assert actions.sweep_papers(before=now() - timedelta(days=1)) == 0
        assert actions.sweep_papers(before=now() + timedelta(minutes=1)) == 1
        assert not (django_settings.FILES / kept.path).exists()

    def test_what_is_handed_in_is_changed_only_after_taking_it_back(self, call: Call) -> None:
        registration = submitted(call)
        with pytest.raises(NotCorrectable):
            actions.correct(registration, VALUES, revision=1, at=now())
        actions.withdraw(registration, at=now())
        actions.correct(registration, VALUES | {"name": "李明"}, revision=1, at=now())
        assert actions.submit(registration, at=now()).state == State.SUBMITTED

    def test_two_tabs_never_overwrite_each_other(self, call: Call) -> None:
        registration = actions.prepare(call, VALUES, at=now())
        actions.correct(registration, VALUES | {"name": "李明"}, revision=1, at=now())
        with pytest.raises(NotCorrectable):
            actions.correct(registration, VALUES | {"name": "王芳"}, revision=1, at=now())


class TestDeciding:
    def test_approval_opens_the_mandate_and_mails_the_link(self, call: Call, own: Institution, officer: User) -> None:
        registration, invitation = actions.approve(submitted(call), by=officer, at=now())
        assert registration.state == State.APPROVED
        mandate = reporter_of(own, now())
        assert mandate == registration.mandate
        assert mandate.user.email == "zhang@example.org"
        assert invitation.url
        assert Mail.objects.filter(address="zhang@example.org", secret=True, text__contains="/activate/").exists()

    def test_without_a_stamped_form_the_officer_says_where_the_paper_is(self, call: Call, officer: User) -> None:
        registration = actions.take_in(call, VALUES, by=officer, at=now())
        with pytest.raises(PaperMissing):
            actions.approve(registration, by=officer, at=now())
        actions.approve(registration, by=officer, at=now(), without_paper="原件存职成处档案柜")
        assert AuditEntry.objects.get(verb="calls.registration_approved").detail["without_paper"]

    def test_an_unknown_unit_is_settled_first(self, call: Call, own: Institution, officer: User) -> None:
        more = {"institution_name": "洛河职院", "institution_kind": "other", "region": region("410300")}
        registration = submitted(call, **more)
        with pytest.raises(InstitutionUnsettled):
            actions.approve(registration, by=officer, at=now())
        actions.approve(registration, institution=own, by=officer, at=now())
        assert Registration.objects.get().institution_name == "洛河职业学院"

    def test_or_entered_in_the_same_step(self, call: Call, officer: User) -> None:
        place = region("410300")
        registration = submitted(call, institution_name="新单位", institution_kind="other", region=place)
        actions.approve(registration, enter={"kind": "other", "region": place}, by=officer, at=now())
        assert Institution.objects.get(name="新单位").code == "410300002"

    def test_replacing_is_said_and_closes_the_old_mandate_at_once(
        self, call: Call, own: Institution, officer: User
    ) -> None:
        first, _invitation = actions.approve(submitted(call), by=officer, at=now())
        second = submitted(call, email="li@example.org", name="李明")
        with pytest.raises(ReporterExists, match="张建华"):
            actions.approve(second, by=officer, at=now())
        assert Registration.objects.get(pk=second.pk).state == State.SUBMITTED, "nothing was half done"
        at = now()
        actions.approve(second, replace=True, by=officer, at=at)
        first.refresh_from_db()
        assert first.state == State.REPLACED
        assert Mandate.objects.get(user__email="zhang@example.org").ends_at == at
        assert reporter_of(own, at).user.email == "li@example.org"
        assert Mandate.objects.count() == 2, "its history stays"

    def test_a_refusal_has_a_reason_is_mailed_and_may_be_answered_after_the_end(
        self, officer: User, own: Institution
    ) -> None:
        call = open_call(officer, spans=spans(registration=0.01))
        registration = submitted(call)
        with pytest.raises(ReasonMissing):
            actions.refuse(registration, reason=" ", by=officer, at=now())
        refused = actions.refuse(registration, reason="公章不清晰", by=officer, at=now())
        mail = Mail.objects.get(address="zhang@example.org")
        assert "公章不清晰" in mail.text
        assert "/registrations/" in mail.text
        after_end = now() + timedelta(days=2)
        assert not windows.is_open(call, Stage.REGISTRATION, own, after_end)
        actions.correct(refused, VALUES, revision=1, at=after_end)
        again = actions.submit(refused, at=after_end)
        assert again.state == State.SUBMITTED
        actions.refuse(again, reason="仍不清晰", by=officer, at=now())
        with pytest.raises(WindowClosed):
            actions.submit(again, at=now() + timedelta(days=9))

    def test_a_decision_is_made_once_and_the_second_hears_who_was_first(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        actions.approve(registration, by=officer, at=now())
        other = holder(Role.HANDLING_OFFICER)
        for again in (
            lambda: actions.approve(registration, by=other, at=now()),
            lambda: actions.refuse(registration, reason="x", by=other, at=now()),
        ):
            with pytest.raises(AlreadyDecided, match=officer.name):
                again()

    def test_sending_again_kills_the_old_link(self, call: Call, officer: User) -> None:
        registration, first = actions.approve(submitted(call), by=officer, at=now())
        fresh = actions.send_again(registration, by=officer, at=now())
        assert fresh is not None
        assert fresh.url != first.url
        user = registration.mandate.user
        assert user.activations.filter(cancelled_at=None, used_at=None).count() == 1
        user.set_password("x")
        user.save()
        with pytest.raises(Conflict, match="直接登录"):
            actions.send_again(registration, by=officer, at=now())

    def test_before_approval_it_is_the_private_link_that_is_renewed(self, call: Call, officer: User) -> None:
        registration = submitted(call)
        token = token_of(registration)
        assert queries.registration_by_token(token) == registration
        assert actions.send_again(registration, by=officer, at=now()) is None
        assert queries.registration_by_token(token) is None

    def test_a_mistyped_address_is_corrected_with_its_account(self, call: Call, officer: User) -> None:
        registration, _invitation = actions.approve(submitted(call), by=officer, at=now())
        fresh = actions.correct_address(registration, email="zhangjh@example.org", by=officer, at=now())
        assert fresh is not None
        registration.refresh_from_db()
        assert registration.email == "zhangjh@example.org"
        assert User.objects.get(pk=registration.mandate.user_id).email == "zhangjh@example.org"
        assert not User.objects.filter(email="zhang@example.org").exists()

    def test_an_address_that_signs_in_is_not_changed_by_others(self, call: Call, officer: User) -> None:
        registration, _invitation = actions.approve(submitted(call), by=officer, at=now())
        registration.mandate.user.set_password("long-enough-password")
        registration.mandate.user.save()
        with pytest.raises(Exception, match="本人"):
            actions.correct_address(registration, email="thief@example.org", by=officer, at=now())


class TestWhoDecides:
    @pytest.mark.parametrize("role", [*Role, "reporter", "rival officer", "stranger"])
    @pytest.mark.parametrize("state", list(State))
    def test_role_and_state_and_verb(self, role: str, state: State, call: Call, own: Institution) -> None:
        registration = submitted(call)
        Registration.objects.update(state=state)
        registration.refresh_from_db()
        user = {
            "reporter": lambda: reporter(institution("乙")),
            "rival officer": lambda: holder(Role.DECIDING_OFFICER, code=ANHUI),
            "stranger": lambda: person("x@example.org"),
        }.get(role, lambda: holder(role, email="somebody@example.org"))()
        may = policy.registration_abilities(user, registration)
        officer = role in {Role.HANDLING_OFFICER, Role.DECIDING_OFFICER}
        assert may["approve"] is may["refuse"] is (officer and state == State.SUBMITTED)
        assert may["send_again"] is (officer and state != State.WITHDRAWN)
        assert may["correct_address"] is (officer and state not in {State.WITHDRAWN, State.REPLACED})
        if not officer:
            with pytest.raises(NotAllowed):
                actions.approve(registration, by=user, at=now())

    def test_nobody_decides_on_their_own_institutions(self, call: Call, own: Institution, officer: User) -> None:
        registration = submitted(call)
        Mandate.objects.create(user=officer, institution=own, role="institution_reviewer")
        with pytest.raises(NotAllowed, match="本单位"):
            actions.approve(registration, by=officer, at=now())

    def test_nor_on_their_own_person(self, call: Call, officer: User) -> None:
        with pytest.raises(NotAllowed, match="本人"):
            actions.approve(submitted(call, email=officer.email), by=officer, at=now())

    def test_the_list_holds_what_lies_in_the_province(self, call: Call, officer: User) -> None:
        known = submitted(call)
        unknown = submitted(
            call, institution_name="新单位", institution_kind="other", region=region("410181"), email="b@example.org"
        )
        assert set(queries.registrations(officer)) == {known, unknown}
        assert not queries.registrations(holder(Role.DECIDING_OFFICER, code=ANHUI)).exists()
        assert set(queries.registrations(officer, text="13812345678")) == {known, unknown}
        assert not queries.registrations(officer, text="1381234").exists()
        assert list(queries.registrations(officer, text="b@example.org")) == [unknown]

    def test_a_ministry_call_is_registered_with_the_province(self, own: Institution) -> None:
        call = open_call(holder(Role.FINAL_REVIEWER), "moe-2026")
        registration = submitted(call)
        assert policy.can_check(holder(Role.HANDLING_OFFICER), registration)
        assert not policy.can_check(holder(Role.HANDLING_OFFICER, code=ANHUI), registration)


class TestJoiningAgain:
    def test_a_later_call_is_joined_in_one_click_with_what_is_known(
        self, call: Call, own: Institution, officer: User
    ) -> None:
        first, _invitation = actions.approve(submitted(call), by=officer, at=now())
        later = open_call(officer, "2027-01")
        user = User.objects.get(email="zhang@example.org")
        joined = actions.confirm_mandate(later, own, by=user, at=now())
        assert joined.state == State.APPROVED
        assert (joined.position, joined.landline) == (first.position, first.landline)
        assert actions.confirm_mandate(later, own, by=user, at=now()) == joined
        assert queries.joined(later, own) == joined

    def test_only_the_reporter_joins_and_only_what_is_open(self, call: Call, own: Institution, officer: User) -> None:
        with pytest.raises(NotAllowed):
            actions.confirm_mandate(call, own, by=reporter(institution("乙")), at=now())
        user = reporter(own)
        between = windows.effective_end(call, Stage.REGISTRATION) + timedelta(minutes=1)
        after = windows.effective_end(call, Stage.SUBMISSION)
        with pytest.raises(WindowClosed):
            actions.confirm_mandate(call, own, by=user, at=after)
        assert actions.confirm_mandate(call, own, by=user, at=between).state == State.APPROVED


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_give_one_mandate_and_one_clear_message() -> None:
    first, second = holder(Role.DECIDING_OFFICER), holder(Role.HANDLING_OFFICER)
    institution()
    registration = submitted(open_call(first))
    start, outcomes = threading.Barrier(2), []

    def decide(officer: User) -> None:
        start.wait()
        try:
            actions.approve(registration, by=officer, at=timezone.now())
            outcomes.append("approved")
        except AlreadyDecided as refusal:
            outcomes.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=[one]) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("approved") == 1
    assert any("您的操作没有生效" in outcome for outcome in outcomes)
    assert Mandate.objects.count() == 1
    assert Registration.objects.get().mandate == Mandate.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_for_the_same_institution_approved_at_once_give_one_reporter() -> None:
    officer = holder(Role.DECIDING_OFFICER)
    institution()
    call = open_call(officer)
    rivals = [submitted(call), submitted(call, email="li@example.org", name="李明")]
    start, outcomes = threading.Barrier(2), []

    def decide(registration: Registration) -> None:
        start.wait()
        try:
            actions.approve(registration, by=officer, at=timezone.now())
            outcomes.append("approved")
        except ReporterExists:
            outcomes.append("exists")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=[one]) for one in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "exists"]
    assert Mandate.objects.count() == 1
