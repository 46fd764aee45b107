"""A counter that goes flat is told once, stands on the operator's desk, and ends by itself."""

from datetime import UTC, datetime, timedelta

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.monitoring.actions import usage_alarms
from lifelong.monitoring.lifecycle import AlarmKind, Scope
from lifelong.monitoring.models import UsageAlarm, UsageTotal
from lifelong.monitoring.tests.using import event, happened
from lifelong.notices.models import Notice
from lifelong.web import desk

NOW = datetime(2026, 7, 15, 6, tzinfo=UTC)  # 14:00 in China


def week_of_use(entry: Entry, weeks: range, records: int) -> None:
    for week in weeks:
        day = (NOW - timedelta(weeks=week)).date()
        happened([event(entry, day, 60 * n, visitor=f"v{n}") for n in range(records)])


def test_silence_for_hours_is_told_once_and_ends_when_records_come_again(
    entry: Entry, operator: User, final: User
) -> None:
    week_of_use(entry, range(1, 5), 40)
    assert [alarm.kind for alarm in usage_alarms.watch(at=NOW)] == [AlarmKind.FLAT]
    assert usage_alarms.watch(at=NOW + timedelta(minutes=5)) == []
    assert Notice.objects.filter(user=operator).count() == 1
    told = [one for one in desk.waiting_for(operator) if one.url == "/work/usage/"]
    assert [one.note for one in told] == ["最近 3 小时没有收到一条使用记录，往常这个时段约 40 条。"]
    assert not [one for one in desk.waiting_for(final) if one.url == "/work/usage/"]
    week_of_use(entry, range(1), 1)
    assert usage_alarms.watch(at=NOW + timedelta(minutes=10)) == []
    assert UsageAlarm.objects.get().ended_at == NOW + timedelta(minutes=10)
    assert Notice.objects.filter(user=operator).count() == 2
    assert not [one for one in desk.waiting_for(operator) if one.url == "/work/usage/"]


def test_a_small_site_at_rest_raises_no_alarm(entry: Entry, operator: User) -> None:
    week_of_use(entry, range(1, 5), 20)
    week_of_use(entry, range(1, 2), 200)  # one busy day is no habit
    assert usage_alarms.watch(at=NOW) == []


def test_a_day_far_under_the_same_weekdays_before_is_told(operator: User) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    for week, views in enumerate([25, 110, 90, 130, 100]):
        UsageTotal.objects.create(scope=Scope.ALL, day=yesterday - timedelta(weeks=week), views=views)
    assert [(one.kind, one.found, one.usual) for one in usage_alarms.watch(at=NOW)] == [(AlarmKind.LOW, 25, 105)]
    UsageTotal.objects.filter(day=yesterday).update(views=60)  # late records came in
    usage_alarms.watch(at=NOW)
    assert UsageAlarm.objects.get().ended_at
