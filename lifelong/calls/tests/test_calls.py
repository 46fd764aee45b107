"""The life of a call, who may do what with it, and whom it tells."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifelong.accounts.models import Appointment, Authority, AuthorityKind, Role, User
from lifelong.accounts.tests.cast import ANHUI, authority, holder, person
from lifelong.audit.models import AuditEntry
from lifelong.calls import actions, policy, queries, scope, windows
from lifelong.calls.actions.composing import AttachmentRefused, CallIncomplete, NumberTaken, SomebodyWasQuicker
from lifelong.calls.actions.running import NotLater, ReasonMissing
from lifelong.calls.lifecycle import CALL_NEXT, CallState, Stage
from lifelong.calls.models import Call, Reminder
from lifelong.calls.queries.board import _providers
from lifelong.calls.tests.cast import open_call, pdf, spans, submitted
from lifelong.institutions.models import InstitutionKind
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.notices.models import Mail, Notice
from lifelong.web.refusals import Conflict, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return holder(Role.DECIDING_OFFICER)


def draft(by: User, number: str = "2026-01", **values: object) -> Call:
    return actions.draft_call(
        number, title="征集", issued_by=by.appointments.first().authority, by=by, at=timezone.now(), **values
    )


class TestComposing:
    def test_a_draft_asks_for_what_the_notice_asks_for(self, officer: User) -> None:
        call = draft(officer)
        assert call.scope == scope.NOTICE_SCOPE
        assert scope.allows(call.scope, "degree", "A03")
        assert "只接收视频资源、音频资源" in scope.why_not(call.scope, "older", "A03")

    def test_a_scope_without_an_area_says_which_are_asked_for(self) -> None:
        assert "学历继续教育" in scope.why_not({"degree": ["A01"]}, "older", "A01")
        assert scope.why_not({}, "older", "A03") == ""

    def test_a_number_is_used_once_and_fits_an_address(self, officer: User) -> None:
        draft(officer)
        with pytest.raises(NumberTaken):
            draft(officer)
        with pytest.raises(CallIncomplete):
            draft(officer, "第 1 号")

    def test_two_who_compose_at_once_never_overwrite_each_other(self, officer: User) -> None:
        call = draft(officer)
        actions.change_call(call, revision=1, title="甲改的", by=officer, at=timezone.now())
        with pytest.raises(SomebodyWasQuicker):
            actions.change_call(call, revision=1, title="乙改的", by=officer, at=timezone.now())
        assert Call.objects.get().title == "甲改的"

    def test_an_end_before_the_beginning_is_refused(self, officer: User) -> None:
        now = timezone.now()
        with pytest.raises(CallIncomplete, match="晚于开始"):
            draft(officer, spans={Stage.SUBMISSION: actions.Span(now, now + timedelta(days=1))})

    def test_what_is_published_is_no_longer_rewritten(self, officer: User) -> None:
        call = open_call(officer)
        with pytest.raises(NotAllowed, match="更正"):
            actions.change_call(call, revision=call.revision, title="x", by=officer, at=timezone.now())
        with pytest.raises(NotAllowed):
            actions.delete_draft(call, by=officer, at=timezone.now())

    def test_publishing_names_everything_that_is_missing(self, officer: User) -> None:
        call = draft(officer, spans={}, scope={})
        with pytest.raises(CallIncomplete) as refused:
            actions.publish_call(call, by=officer, at=timezone.now())
        assert set(refused.value.fields) == {"body", "scope", "registration_end", "submission_end"}

    def test_attachments_are_told_by_their_content(self, officer: User) -> None:
        call = draft(officer)
        kept = actions.add_attachment(call, name="../附件 1：通知.doc", content=pdf(), by=officer, at=timezone.now())
        assert kept.name == "..附件 1：通知.pdf"
        for content in (b"MZ\x90\0", b"<html>", b"PK\x03\x04"):
            with pytest.raises(Exception, match=r"附件只能|损坏"):
                actions.add_attachment(call, name="x.pdf", content=content, by=officer, at=timezone.now())
        with pytest.raises(AttachmentRefused, match="20 MB"):
            actions.add_attachment(
                call, name="x.pdf", content=b"%PDF-" + b"0" * 21_000_000, by=officer, at=timezone.now()
            )

    def test_a_public_attachment_stays(self, officer: User) -> None:
        call = open_call(officer)
        kept = actions.add_attachment(call, name="a.pdf", content=pdf(), by=officer, at=timezone.now())
        with pytest.raises(NotAllowed):
            actions.remove_attachment(kept, by=officer, at=timezone.now())


VERBS = ["change", "publish", "close", "reopen", "finish", "extend", "announce", "add_papers"]
RIGHT_STATES = {
    "change": {"draft"}, "publish": {"draft"}, "close": {"open"}, "reopen": {"closed"}, "finish": {"open", "closed"},
    "extend": {"open", "closed"}, "announce": {"open", "closed"}, "add_papers": {"draft", "open", "closed"},
}  # fmt: skip
HANDLES = {"change", "announce", "add_papers"}


class TestPolicy:
    """Role × state × verb, for the province's own call and for the ministry's."""

    @pytest.mark.parametrize("state", list(CallState))
    @pytest.mark.parametrize("role", [*Role, "reporter", "stranger", "rival"])
    def test_a_provincial_call(self, role: str, state: CallState) -> None:
        call = draft(holder(Role.DECIDING_OFFICER, email="maker@example.org"))
        call.state = state
        user = self.someone(role)
        may = policy.abilities(user, call)
        for verb in VERBS:
            here = role == Role.DECIDING_OFFICER or (role == Role.HANDLING_OFFICER and verb in HANDLES)
            assert may[verb] is (here and state in RIGHT_STATES[verb]), (role, state, verb)
        assert policy.can_see(user, call) is (
            state != CallState.DRAFT or role in {Role.DECIDING_OFFICER, Role.HANDLING_OFFICER}
        )

    @pytest.mark.parametrize("state", list(CallState))
    @pytest.mark.parametrize("role", [*Role, "reporter", "stranger"])
    def test_a_ministry_call(self, role: str, state: CallState) -> None:
        call = draft(holder(Role.FINAL_REVIEWER, email="maker@example.org"))
        call.state = state
        may = policy.abilities(self.someone(role), call)
        for verb in VERBS:
            assert may[verb] is (role == Role.FINAL_REVIEWER and state in RIGHT_STATES[verb]), (role, state, verb)

    def someone(self, role: str) -> User:
        if role == "reporter":
            return reporter(institution())
        if role == "rival":
            return holder(Role.DECIDING_OFFICER, code=ANHUI)
        return person("x@example.org") if role == "stranger" else holder(role)

    def test_a_second_body_composes_for_the_department_it_is_part_of(self, officer: User) -> None:
        department = officer.appointments.get().authority
        centre = Authority.objects.create(
            kind=AuthorityKind.PROVINCE, name="省社区教育服务指导中心", region=department.region, part_of=department
        )
        helper = person("centre@example.org")
        Appointment.objects.create(user=helper, role=Role.HANDLING_OFFICER, authority=centre)
        assert policy.can_compose(helper, department)
        assert not policy.can_compose(helper, authority(AuthorityKind.PROVINCE, ANHUI))


class TestRunning:
    def test_publishing_tells_reporters_and_the_offices_of_the_rest(self, officer: User) -> None:
        own = reporter(institution("甲"))
        institution("乙", office_email="office@example.org")
        institution("丁", place="340100", office_email="far@example.org")
        open_call(officer)
        assert Notice.objects.get().user == own
        assert set(Mail.objects.values_list("address", flat=True)) == {own.email, "office@example.org"}

    def test_a_call_for_some_kinds_asks_only_those(self, officer: User) -> None:
        asked = institution("甲", kind=InstitutionKind.UNIVERSITY)
        other = institution("乙", kind=InstitutionKind.EDUCATION_BUREAU)
        call = open_call(officer, answer_kinds=["university"])
        assert list(queries.recipients_of(call)) == [asked]
        assert queries.open_calls_for(asked, timezone.now()) == [call]
        assert queries.open_calls_for(other, timezone.now()) == []

    def test_only_allowed_steps_are_taken(self, officer: User) -> None:
        steps = {
            CallState.CLOSED: lambda call: actions.close_call(call, message="x", by=officer, at=timezone.now()),
            CallState.FINISHED: lambda call: actions.finish_call(call, by=officer, at=timezone.now()),
        }
        for number, state in enumerate(CallState):
            for then, step in steps.items():
                call = open_call(officer, f"n-{number}-{then}")
                Call.objects.filter(pk=call.pk).update(state=state)
                if then in CALL_NEXT[state]:
                    assert step(call).state == then
                else:
                    with pytest.raises((Conflict, NotAllowed)):
                        step(call)

    def test_a_call_is_published_once(self, officer: User) -> None:
        call = open_call(officer)
        with pytest.raises(Conflict):
            actions.publish_call(call, by=officer, at=timezone.now())

    def test_closing_needs_words_and_can_be_undone(self, officer: User) -> None:
        call = open_call(officer)
        with pytest.raises(ReasonMissing):
            actions.close_call(call, message=" ", by=officer, at=timezone.now())
        actions.close_call(call, message="迁移", by=officer, at=timezone.now())
        assert actions.reopen_call(call, by=officer, at=timezone.now()).closed_message == ""

    def test_an_extension_is_later_has_a_reason_and_is_recorded(self, officer: User) -> None:
        own = institution(office_email="office@example.org")
        call = open_call(officer)
        window = windows.window_of(call, Stage.REGISTRATION)
        with pytest.raises(NotLater):
            actions.extend_window(window, ends_at=window.ends_at, reason="x", by=officer, at=timezone.now())
        with pytest.raises(ReasonMissing):
            actions.extend_window(
                window, ends_at=window.ends_at + timedelta(days=1), reason="", by=officer, at=timezone.now()
            )
        actions.extend_window(
            window,
            ends_at=window.ends_at + timedelta(days=1),
            reason="公章外借",
            institution=own,
            by=officer,
            at=timezone.now(),
        )
        entry = AuditEntry.objects.get(verb="calls.extended")
        assert entry.detail["institution"] == own.code
        assert entry.detail["reason"] == "公章外借"
        assert Mail.objects.filter(address="office@example.org", subject__contains="延至").exists()

    def test_an_announcement_reaches_those_asked_and_counts_its_readers(self, officer: User) -> None:
        own = institution()
        reporter(own)
        call = open_call(officer)
        actions.announce(call, kind="amendment", title="更正", text="第三条改为……", by=officer, at=timezone.now())
        for _ in range(2):
            actions.note_reading(call, [own], at=timezone.now())
        assert call.amendments.get().readings.count() == 1
        assert Notice.objects.filter(subject="更正：更正").exists()


class TestBoardAndReminders:
    @pytest.fixture(autouse=True)
    def _progress(self):
        self.done: dict[int, queries.Progress] = {}
        provider = lambda call, ids: {pk: self.done[pk] for pk in ids if pk in self.done}  # noqa: E731
        queries.register_progress(provider)
        yield
        _providers.remove(provider)

    def test_the_board_says_who_is_where(self, officer: User) -> None:
        missing, waiting, busy, finished = (institution(name) for name in "甲乙丙丁")
        call = open_call(officer)
        submitted(call, waiting)
        for place, one in enumerate((busy, finished)):
            actions.approve(submitted(call, one, email=f"p{place}@example.org"), by=officer, at=timezone.now())
        self.done = {busy.pk: queries.Progress(drafts=2, submitted=1), finished.pk: queries.Progress(submitted=3)}
        found = {line.institution: line.standing for line in queries.board(call, timezone.now())}
        assert found == {missing: "missing", waiting: "waiting", busy: "partly", finished: "finished"}
        end = windows.effective_end(call, Stage.SUBMISSION)
        late = {line.institution for line in queries.board(call, end, standing="late")}
        assert late == {missing, waiting, busy}

    def test_the_board_costs_the_same_for_many(self, officer: User, django_assert_max_num_queries) -> None:
        call = open_call(officer)
        for number in range(9):
            reporter(institution(f"单位{number}"))
        with django_assert_max_num_queries(9):
            lines = queries.board(call, timezone.now())
            assert [line.telephones for line in lines] == [["13812345678"]] * 9

    def test_reminders_go_three_days_and_one_day_before_to_those_who_have_not_finished_each_once(
        self, officer: User
    ) -> None:
        unknown = institution("甲", office_email="office@example.org")
        institution("乙")
        finished = institution("丙")
        call = open_call(officer, spans=spans(registration=10, submission=10))
        actions.approve(submitted(call, finished), by=officer, at=timezone.now())
        self.done = {finished.pk: queries.Progress(submitted=1)}
        Mail.objects.all().delete()
        end = windows.effective_end(call, Stage.REGISTRATION)
        assert actions.remind(at=end - timedelta(days=4)) == 0
        for _ in range(2):
            actions.remind(at=end - timedelta(days=3))
        assert Mail.objects.filter(address="office@example.org").count() == 2, "one for each door"
        for _ in range(2):
            actions.remind(at=end - timedelta(hours=20))
        assert Mail.objects.filter(address="office@example.org").count() == 4
        assert actions.remind(at=end) == 0
        assert not Reminder.objects.filter(institution=finished).exists()
        assert Reminder.objects.filter(institution=unknown).count() == 4

    def test_an_extension_brings_reminders_of_the_new_end(self, officer: User) -> None:
        own = institution("甲", office_email="office@example.org")
        call = open_call(officer, spans=spans(registration=10, submission=10))
        window = windows.window_of(call, Stage.REGISTRATION)
        actions.remind(at=window.ends_at - timedelta(hours=5))
        later = window.ends_at + timedelta(days=5)
        actions.extend_window(window, ends_at=later, reason="x", institution=own, by=officer, at=timezone.now())
        assert actions.remind(at=later - timedelta(hours=5)) == 1

    def test_finished_and_closed_calls_remind_nobody(self, officer: User) -> None:
        institution("甲", office_email="office@example.org")
        call = open_call(officer)
        end = windows.effective_end(call, Stage.REGISTRATION)
        actions.close_call(call, message="x", by=officer, at=timezone.now())
        assert actions.remind(at=end - timedelta(hours=5)) == 0
