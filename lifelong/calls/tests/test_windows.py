"""When a door is open: 「5 月 20 日前」, extensions, grace, and reviews that are only late."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifelong.accounts.models import Role, User
from lifelong.accounts.tests.cast import holder
from lifelong.calls import actions, windows
from lifelong.calls.lifecycle import CallState, Stage
from lifelong.calls.models import Call
from lifelong.calls.tests.cast import open_call, spans
from lifelong.institutions.tests.cast import institution

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def test_before_the_twentieth_includes_that_day_to_midnight() -> None:
    end = windows.end_of(date(2026, 5, 20))
    assert end == shanghai(2026, 5, 21)
    assert windows.end_of(date(2026, 5, 20), time(17)) == shanghai(2026, 5, 20, 17)


def test_the_end_is_shanghais_whatever_zone_the_server_keeps() -> None:
    assert windows.end_of(date(2026, 5, 20)).astimezone(ZoneInfo("UTC")).isoformat() == "2026-05-20T16:00:00+00:00"


def test_a_deadline_reads_as_the_notice_writes_it() -> None:
    year = timezone.localtime().year
    assert windows.deadline(shanghai(year, 5, 21)) == "5 月 20 日 24:00"
    assert windows.deadline(shanghai(year, 5, 20, 17)) == "5 月 20 日 17:00"
    assert windows.deadline(shanghai(year - 1, 1, 1)) == f"{year - 2} 年 12 月 31 日 24:00"


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_an_end_taken_apart_is_the_same_end(day: date, hour: time | None) -> None:
    end = windows.end_of(day, hour)
    assert windows.end_of(*windows.day_and_hour(end)) == end


@pytest.mark.django_db
class TestDoors:
    @pytest.fixture
    def officer(self) -> User:
        return holder(Role.DECIDING_OFFICER)

    @pytest.fixture
    def call(self, officer: User) -> Call:
        return open_call(officer)

    def end(self, call: Call, stage: str = Stage.SUBMISSION) -> datetime:
        found = windows.effective_end(call, stage)
        assert found
        return found

    def test_a_door_is_open_to_the_last_instant_and_not_beyond(self, call: Call) -> None:
        end, own = self.end(call), institution()
        assert windows.is_open(call, Stage.SUBMISSION, own, end - timedelta(microseconds=1))
        assert not windows.is_open(call, Stage.SUBMISSION, own, end)
        assert "已于" in windows.door(call, Stage.SUBMISSION, own, end).message
        assert windows.deadline(end) in windows.door(call, Stage.SUBMISSION, own, end).message

    def test_before_its_beginning_a_door_says_when(self, officer: User) -> None:
        begins = timezone.now() + timedelta(days=2)
        call = open_call(officer, spans=spans(begins))
        door = windows.door(call, Stage.REGISTRATION, None, timezone.now())
        assert not door.open
        assert "将于" in door.message

    def test_review_windows_are_never_shut_only_late(self, call: Call) -> None:
        end = self.end(call, Stage.PROVINCIAL_REVIEW)
        door = windows.door(call, Stage.PROVINCIAL_REVIEW, None, end + timedelta(days=30))
        assert door.open
        assert door.late
        assert windows.is_late(call, Stage.PROVINCIAL_REVIEW, end)
        assert windows.door(call, Stage.FINAL_REVIEW, None, end).open, "without a window there is no limit"

    def test_an_extension_for_one_opens_for_that_one(self, call: Call, officer: User) -> None:
        own, rival, end = institution("甲"), institution("乙"), self.end(call)
        window = windows.window_of(call, Stage.SUBMISSION)
        later = end + timedelta(days=2)
        actions.extend_window(window, ends_at=later, reason="停电", institution=own, by=officer, at=timezone.now())
        call = Call.objects.with_windows().get(pk=call.pk)
        assert windows.is_open(call, Stage.SUBMISSION, own, end)
        assert not windows.is_open(call, Stage.SUBMISSION, rival, end)
        assert not windows.is_open(call, Stage.SUBMISSION, None, end)
        assert windows.effective_end(call, Stage.SUBMISSION, own) == later

    def test_an_extension_for_all_opens_for_all_and_never_shortens_anyones(self, call: Call, officer: User) -> None:
        own, rival, end = institution("甲"), institution("乙"), self.end(call)
        window = windows.window_of(call, Stage.SUBMISSION)
        far = end + timedelta(days=9)
        actions.extend_window(window, ends_at=far, reason="停电", institution=own, by=officer, at=timezone.now())
        near = end + timedelta(days=1)
        actions.extend_window(window, ends_at=near, reason="平台维护", by=officer, at=timezone.now())
        call = Call.objects.with_windows().get(pk=call.pk)
        assert windows.effective_end(call, Stage.SUBMISSION, own) == far
        assert windows.effective_end(call, Stage.SUBMISSION, rival) == near

    def test_grace_is_for_submission_of_uploads_begun_in_time(self, call: Call) -> None:
        own, end = institution(), self.end(call)
        before, soon, too_late = end - timedelta(minutes=1), end + timedelta(minutes=119), end + timedelta(minutes=120)
        graced = windows.door(call, Stage.SUBMISSION, own, soon, upload_began_at=before)
        assert (graced.open, graced.in_grace) == (True, True)
        assert not windows.door(call, Stage.SUBMISSION, own, soon).open
        assert not windows.door(call, Stage.SUBMISSION, own, soon, upload_began_at=end).open
        assert not windows.door(call, Stage.SUBMISSION, own, too_late, upload_began_at=before).open
        registration_end = self.end(call, Stage.REGISTRATION)
        assert not windows.door(call, Stage.REGISTRATION, own, registration_end, upload_began_at=before).open

    def test_a_closed_call_shuts_its_doors_with_its_own_words(self, call: Call, officer: User) -> None:
        actions.close_call(call, message="因平台迁移，本次征集提前结束。", by=officer, at=timezone.now())
        call = Call.objects.with_windows().get(pk=call.pk)
        door = windows.door(call, Stage.SUBMISSION, None, timezone.now())
        assert not door.open
        assert door.message == "因平台迁移，本次征集提前结束。"
        assert windows.door(call, Stage.PROVINCIAL_REVIEW, None, timezone.now()).open, "work under way goes on"

    def test_drafts_and_finished_calls_are_shut(self, call: Call) -> None:
        for state, word in ((CallState.DRAFT, "尚未发布"), (CallState.FINISHED, "办结")):
            call.state = state
            assert word in windows.door(call, Stage.REGISTRATION, None, timezone.now()).message

    def test_reckoning_asks_the_database_nothing(self, call: Call, django_assert_num_queries) -> None:
        own = institution()
        with django_assert_num_queries(0):
            for stage in Stage:
                windows.door(call, stage, own, timezone.now())
