"""The operator's desk: figures of the front added up, alarms told once, pages for those who run the platform."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.config.server.counters import WAYS
from lifelong.config.server.traffic import KEPT, MOST_ADDRESSES, OTHERS, Traffic
from lifelong.jobs.models import Job
from lifelong.monitoring.actions import desk as actions
from lifelong.monitoring.histogram import BINS, BOUNDS, added, bin_of, quantile
from lifelong.monitoring.models import HealthHour, Incident, Threshold, TrafficSlot
from lifelong.monitoring.queries import desk as queries
from lifelong.notices.models import Notice
from lifelong.web import health, workbooks
from lifelong.web.health import Part, Sign, Wait

NOW = datetime(2026, 11, 27, 8, 3, tzinfo=UTC)
PAGE, UPLOAD, BEAT = (WAYS.index(name) for name in ("page", "upload", "beat"))


# Histograms


@given(st.lists(st.floats(0, 30), min_size=1, max_size=200), st.sampled_from([0.5, 0.95]))
def test_a_quantile_lies_in_the_bin_of_the_true_one(seconds, share):
    bins = [0] * BINS
    for each in seconds:
        bins[bin_of(each)] += 1
    true = sorted(seconds)[max(0, -(-int(share * 100) * len(seconds) // 100) - 1)]
    found = quantile(bins, share)
    assert found is not None
    low, high = (
        BOUNDS[min(bin_of(true), BINS - 2) - 1] if bin_of(true) > 0 else 0.0,
        (*BOUNDS, BOUNDS[-1])[bin_of(true)],
    )
    assert low <= found <= high or true > BOUNDS[-1] == found


@given(st.lists(st.lists(st.integers(0, 9), min_size=BINS, max_size=BINS), max_size=5))
def test_histograms_add_up_in_any_order(every):
    assert added(every) == added(reversed(every))
    assert sum(added(every)) == sum(map(sum, every))


def test_a_bound_closes_its_bin_and_of_nothing_there_is_no_quantile():
    assert [bin_of(0), bin_of(BOUNDS[0]), bin_of(BOUNDS[0] + 1e-9), bin_of(99)] == [0, 0, 1, BINS - 1]
    assert quantile([0] * BINS, 0.5) is None
    assert quantile([0, 0, 0, 4, *[0] * (BINS - 4)], 0.5) == pytest.approx(0.015), "straight between 10 and 20 ms"


# What a worker gathers


def test_only_pages_are_timed_and_whoever_is_refused_is_masked():
    traffic = Traffic()
    traffic.answered(PAGE, "portal", 200, 0.004, "203.0.113.7", turned_away=False)
    traffic.answered(PAGE, "portal", 500, 0.3, "203.0.113.7", turned_away=False)
    traffic.answered(PAGE, "", 404, 0.01, "203.0.113.7", turned_away=False)
    traffic.answered(PAGE, "", 429, 0.0, "203.0.113.8", turned_away=True)
    traffic.answered(PAGE, "", 400, 0.0, "2001:db8:1:2::9", turned_away=True)
    traffic.answered(UPLOAD, "", 403, 0.0, "203.0.113.7", turned_away=False)
    traffic.answered(BEAT, "", 422, 0.0, "nonsense", turned_away=False)
    assert set(traffic.routes) == {"portal"}
    assert sum(traffic.routes["portal"][:BINS]) == 2
    assert traffic.routes["portal"][BINS:] == [pytest.approx(0.304), 1]
    assert traffic.refused == {
        "guess": {"203.0.113.*": 1}, "limit": {"203.0.113.*": 1}, "malformed": {"2001:db8:1::*": 1},
        "upload": {"203.0.113.*": 1}, "beat": {"*": 1},
    }  # fmt: skip


def test_a_thousand_attackers_take_no_more_room_than_two_hundred():
    traffic = Traffic()
    for number in range(1000):
        traffic.answered(PAGE, "", 404, 0, f"10.{number // 250}.{number % 250}.1", turned_away=False)
    assert len(traffic.refused["guess"]) == MOST_ADDRESSES + 1
    assert traffic.refused["guess"][OTHERS] == 1000 - MOST_ADDRESSES


def test_what_could_not_be_written_is_counted_with_the_next_minute():
    traffic = Traffic()
    traffic.answered(PAGE, KEPT, 200, 0.001, "", turned_away=False)
    taken = traffic.take()
    traffic.answered(PAGE, KEPT, 200, 0.001, "", turned_away=False)
    traffic.refuse("limit", "a")
    traffic.give_back(taken)
    assert (sum(traffic.routes[KEPT][:BINS]), traffic.refused) == (2, {"limit": {"a": 1}})


def row(count: int, *, bin: int = 4, errors: int = 0):
    counts = [0.0] * (BINS + 2)
    counts[bin], counts[BINS], counts[BINS + 1] = count, count * BOUNDS[bin], errors
    return counts


@pytest.mark.django_db
def test_workers_and_machines_add_to_the_same_ten_minutes():
    for host in ("a", "a", "b"):
        actions.note_traffic({"portal": row(10)}, {"limit": {"x": 2}}, at=NOW, host=host)
    actions.note_traffic({"portal": row(5)}, {}, at=NOW - timedelta(hours=3), host="a")
    assert TrafficSlot.objects.count() == 3
    assert {each.began_at.minute for each in TrafficSlot.objects.all()} == {0}
    [page] = queries.pages(queries.slots(NOW, queries.HOUR))
    assert (page.count, page.path, page.mean_ms) == (30, "portal", 50)
    assert queries.pages(queries.slots(NOW, queries.DAY))[0].count == 35
    [told] = queries.refused(queries.slots(NOW, queries.DAY))
    assert (told.count, told.hour) == (6, NOW.replace(minute=0))


@pytest.mark.django_db
def test_a_histogram_with_the_bounds_of_another_release_is_passed_over_and_gives_way():
    actions.note_traffic({"portal": [1, 2, 3]}, {}, at=NOW, host="a")
    assert queries.pages(queries.slots(NOW, queries.DAY)) == []
    actions.note_traffic({"portal": row(10)}, {}, at=NOW, host="a")
    assert [page.count for page in queries.pages(queries.slots(NOW, queries.DAY))] == [10]


@pytest.mark.django_db
def test_slow_failing_and_abused_pages_are_signs_that_go_with_their_cause():
    HealthHour.objects.create(began_at=queries.hour_of(NOW), seen_at=NOW)

    def unwell(at=NOW):
        return {sign.name: sign.level for sign in queries.own_signs(at) if sign.level != "well"}

    assert unwell() == {}
    actions.note_traffic({"slow": row(40, bin=10), "bad": row(5, errors=2)}, {"limit": {"x": 300}}, at=NOW)
    assert unwell() == {"pages.slow": "watch", "pages.errors": "watch", "refused.limit": "watch"}
    later = NOW + timedelta(hours=2)
    assert unwell(later) == {"refused.limit": "watch", "operations.blind": "watch"}, (
        "and nobody has looked for two hours"
    )
    assert "refused.limit" not in unwell(NOW + timedelta(days=2))


# Alarms


@pytest.fixture
def says(monkeypatch):
    """What the chapters say, in the test's hands."""
    figures: dict[str, float] = {}

    def provider(at):
        for name, figure in figures.items():
            yield Sign(name, Part.BROKEN, f"标题 {name}", figure, "项", watch_from=1, alarm_from=10)

    monkeypatch.setattr(health, "_signs", [provider])
    return figures


@pytest.mark.django_db
def test_an_alarm_is_told_once_however_often_it_is_seen_and_once_when_it_is_over(says):
    operator = holder(Role.OPERATOR)
    holder(Role.FINAL_REVIEWER)

    def look(minutes, **figures):
        says.update(figures)
        actions.look(at=NOW + timedelta(minutes=minutes))
        return list(Notice.objects.order_by("id").values_list("user", "subject"))

    assert look(-10, a=9) == []
    assert look(-5, a=99) == look(0, a=0) == [], "what is over at the second look was nothing"
    assert not Incident.objects.exists()
    assert look(2, a=10, b=99) == []
    begun = [(operator.pk, "平台告警：标题 a、标题 b")]
    assert look(7) == begun, "one notice for all that one look finds"
    assert look(10, a=50, b=0) == begun
    assert look(15, a=0) == begun
    assert look(20, a=12) == begun, "it comes and goes: still the same incident"
    assert look(25, a=0) == begun
    ended = [*begun, (operator.pk, "告警已解除：标题 b")]
    assert look(40) == ended
    assert look(55) == [*ended, (operator.pk, "告警已解除：标题 a")]
    assert look(60) == look(65)
    first = Incident.objects.get(name="a")
    assert (first.worst, first.ended_at) == ("50 项", NOW + timedelta(minutes=55))
    assert HealthHour.objects.get(began_at=queries.hour_of(NOW)).figures == {"a": 50, "b": 99}, "the worst of the hour"
    look(70, a=10)
    assert len(look(75)) == 4, "a new incident is told again"


@pytest.mark.django_db
def test_a_clock_that_ran_a_year_ahead_leaves_no_figure_and_no_alarm_behind(says):
    says["a"] = 10
    for minutes in (0, 5):
        actions.look(at=NOW + timedelta(days=366, minutes=minutes))
    says["a"] = 0
    actions.look(at=NOW + timedelta(days=366, minutes=10))
    assert actions.look(at=NOW) == 1
    assert queries.last_figures() == ({"a": 0}, NOW)
    assert actions.look(at=NOW + timedelta(minutes=35)) == 0


@pytest.mark.django_db
def test_a_sign_that_nobody_says_any_more_ends_its_alarm(says):
    says["a"] = 10
    actions.look(at=NOW - timedelta(minutes=5))
    assert actions.look(at=NOW) == 1
    says.clear()
    actions.look(at=NOW + timedelta(minutes=5))
    assert actions.look(at=NOW + timedelta(minutes=40)) == 0


@pytest.mark.django_db
def test_thresholds_are_data_and_who_changed_them_stands_in_the_trail(says):
    says["a"] = 5
    client = signed_in(holder(Role.OPERATOR))
    address = reverse("operations_threshold")

    def set_to(watch, alarm, name="a"):
        client.post(address, {"name": name, "watch_from": watch, "alarm_from": alarm})
        return [(each.watch_from, each.alarm_from) for each in Threshold.objects.all()]

    assert set_to("2", "4.5") == [(2, 4.5)]
    assert queries.signs(NOW)[0].level == "alarm"
    for watch, alarm in (("9", "3"), ("", "3"), ("x", ""), ("nan", ""), ("-1", ""), ("1e99", "")):
        assert set_to(watch, alarm) == [(2, 4.5)], (watch, alarm)
    assert set_to("1", "", name="unknown") == [(2, 4.5)]
    assert set_to("6", "") == [(6, None)]
    assert queries.signs(NOW)[0].level == "well"
    assert set_to("", "") == []
    assert AuditEntry.objects.filter(verb="monitoring.threshold_set").count() == 3


@pytest.mark.django_db
def test_what_is_older_than_thirty_five_days_is_forgotten():
    for days in (0, 34, 36):
        at = NOW - timedelta(days=days)
        actions.note_traffic({}, {}, at=at)
        actions.remember([], at=at)
        Incident.objects.create(
            name=f"{days}", title="x", worst="x", worst_figure=1, began_at=at, told_at=at, ended_at=at
        )
    standing = Incident.objects.create(
        name="old", title="x", worst="x", worst_figure=1, began_at=NOW - timedelta(days=90)
    )
    assert actions.forget(at=NOW) == 3
    assert TrafficSlot.objects.count() == HealthHour.objects.count() == 2
    assert Incident.objects.filter(pk=standing.pk).exists()


@pytest.mark.django_db
def test_a_curve_shows_the_hours_and_leaves_a_gap_where_nobody_looked():
    sign = Sign("a", Part.BROKEN, "甲", 1, watch_from=4)
    for hours, figure in ((5, 2), (4, 8), (1, 0)):
        actions.remember([Sign("a", Part.BROKEN, "甲", figure)], at=NOW - timedelta(hours=hours))
    found = queries.curve(sign, queries.hours(NOW, queries.DAY), NOW, queries.DAY)
    assert found.points == ["19,21.0 20,0.0", "23,28.0 23,28.0"]
    assert (found.worst, found.worst_at) == (8, queries.hour_of(NOW - timedelta(hours=4)))
    assert queries.curve(sign, [], NOW, queries.DAY).points == []


# Pages

PAGES = ("operations", "operations_pages", "operations_refused", "operations_waits", "operations_history")
SHEETS = ("operations_pages", "operations_refused", "operations_waits")


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [(Role.OPERATOR, 200), (Role.SYSTEM_ADMINISTRATOR, 200), (Role.AUDIT_ADMINISTRATOR, 403),
                                              (Role.SECURITY_ADMINISTRATOR, 403), (Role.DECIDING_OFFICER, 403), (Role.FINAL_REVIEWER, 403)])  # fmt: skip
def test_the_desk_is_for_those_who_run_the_platform(role, status):
    client = signed_in(holder(role))
    assert {client.get(reverse(name)).status_code for name in PAGES} == {status}
    assert {client.get(reverse(name), {"as": "xlsx"}).status_code for name in SHEETS} == {status}
    assert client.post(reverse("operations_threshold")).status_code == (302 if status == 200 else 403)


@pytest.mark.django_db
def test_each_line_leads_to_where_it_is_mended_and_only_who_may_go_there_gets_the_link(monkeypatch):
    monkeypatch.setattr(
        health, "_signs", [lambda at: [Sign("a", Part.BROKEN, "甲坏了", 3, "项", url="/there/", right="words.manage")]]
    )
    monkeypatch.setattr(health, "_waits", [lambda at: [Wait("乙待办", "河南省", 2, at, "/here/", "comments.moderate")]])
    seen = {}
    for role in (Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR):
        client = signed_in(holder(role))
        seen[role] = client.get(reverse("operations")).content.decode()
        assert "甲坏了" in seen[role]
        assert "乙待办" in seen[role]
        assert "没有故障，有 1 处要注意" in seen[role]
    assert 'href="/there/"' in seen[Role.OPERATOR]
    assert 'href="/here/"' in seen[Role.OPERATOR]
    assert reverse("word-lists") in seen[Role.OPERATOR]
    assert 'href="/there/"' not in seen[Role.SYSTEM_ADMINISTRATOR]
    assert 'href="/here/"' not in seen[Role.SYSTEM_ADMINISTRATOR]


@pytest.mark.django_db
def test_the_desk_asks_as_much_for_a_hundred_jobs_and_a_busy_week_as_for_none():
    client = signed_in(holder(Role.OPERATOR))
    now = timezone.now()
    address = reverse("operations")
    client.get(address)
    with CaptureQueriesContext(connection) as empty:
        client.get(address)
    Job.objects.bulk_create(
        Job(path=f"kind.{n % 9}", queue="default", state="dead", finished_at=now) for n in range(100)
    )
    for hours in range(60):
        at = now - timedelta(hours=hours)
        actions.note_traffic({f"p{n}": row(30) for n in range(20)}, {"guess": {f"{n}": 9 for n in range(50)}}, at=at)
        actions.remember(queries.signs(at) if hours < 2 else [], at=at)
    with CaptureQueriesContext(connection) as full:
        page = client.get(address)
    assert len(full) == len(empty)
    assert "100 项" in page.content.decode()
    book = client.get(reverse("operations_pages"), {"span": "day", "as": "xlsx"})
    assert len(list(workbooks.read(book.content, ["页面", "次数"]))) == 20


@pytest.mark.django_db
def test_a_quiet_platform_says_so_in_a_word(monkeypatch):
    monkeypatch.setattr(health, "_signs", [])
    monkeypatch.setattr(health, "_waits", [])
    client = signed_in(holder(Role.OPERATOR))
    page = client.get(reverse("operations")).content.decode()
    assert "一切正常" in page
    assert "没有人在等" in page
    assert "没有告警" in page
