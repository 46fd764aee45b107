"""Days counted, counted again, moved to Parquet and brought back: always the same rows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lifelong.catalogue.models import Change, Count, Entry
from lifelong.monitoring.actions import usage_counting, usage_history
from lifelong.monitoring.models import (
    UsageCurve,
    UsageDay,
    UsageEvent,
    UsageLearner,
    UsagePeriod,
    UsageRun,
    UsageTotal,
)
from lifelong.monitoring.queries import usage_raw
from lifelong.monitoring.tests.using import event, happened, visit
from lifelong.monitoring.usage import history

DAY = date(2026, 7, 15)
AT = datetime(2026, 11, 27, tzinfo=UTC)
TABLES = [UsageDay, UsageTotal, UsageCurve, UsageLearner, UsagePeriod]


def stands() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def used(library: dict[str, Entry]) -> Entry:
    """One who studies, two who look, a robot, the staff, a double click, something sent twice."""
    entry, second = library["二十四式太极拳入门"], library["中医养生保健"]
    happened(
        visit(entry, DAY, visitor="v1", person="p1", seconds=95), visit(entry, DAY, visitor="v2", seconds=30),
        visit(second, DAY, visitor="v2", after_s=100), visit(second, DAY, visitor="v3"),
        visit(entry, DAY, visitor="r", standing="robot"), visit(entry, DAY, visitor="st", standing="staff", seconds=40),
        [event(second, DAY, 10, visitor="v3", session="again")],
        [event(second, DAY, n, visitor="v4", key="same") for n in (50, 51)],
        [event(second, DAY, n, "go", visitor="v2") for n in (130, 150, 190)],
    )  # fmt: skip
    return entry


def test_a_day_is_counted_by_resource_institution_region_category_and_in_all(used: Entry) -> None:
    usage_counting.count_day(DAY, at=AT)
    mine = UsageDay.objects.get(resource=used.resource)
    assert (mine.views, mine.plays, mine.visitors, mine.learners, mine.seconds, mine.completions) == (
        2,
        2,
        2,
        1,
        125,
        1,
    )
    assert mine.excluded == {"robot": 1, "staff": 3}
    assert mine.institution_id == used.institution_id
    totals = {(row.scope, row.key): row for row in UsageTotal.objects.all()}
    everything = totals["all", ""]
    assert (everything.views, everything.visitors) == (5, 4)  # v2 was at both
    assert everything.excluded == {"robot": 1, "staff": 3, "double": 2, "repeat": 1}
    assert (everything.goings, totals["area", "older"].goings) == (2, 0)
    assert (
        totals["region", "410000"].visitors == totals["region", "410300"].visitors == 4
    )  # the province includes its city
    assert totals["inst", "4110001"].views == 2
    assert totals["area", "older"].views == 2
    assert totals["category", used.category.code].views == totals["category", "older"].views == 2
    curve = UsageCurve.objects.get(resource=used.resource)
    assert curve.bins[:15] == [2] * 15
    assert curve.bins[-1] == 0
    assert len(curve.bins) == 50


def test_a_day_run_again_writes_nothing_and_what_came_late_only_adds_itself(used: Entry) -> None:
    usage_counting.count_day(DAY, at=AT)
    before = stands()
    assert usage_counting.count_day(DAY, at=AT).written == 0
    assert stands() == before
    assert usage_raw.recent_days(DAY) == []
    happened(visit(used, DAY, visitor="late"))
    assert usage_raw.recent_days(DAY) == [DAY] == usage_raw.all_uncounted()
    usage_counting.count_day(DAY, at=AT)
    assert UsageDay.objects.get(resource=used.resource).views == 3
    UsageEvent.objects.filter(visitor="late").delete()
    usage_counting.count_day(DAY, at=AT)
    assert stands() == before


def test_a_resource_that_moves_to_another_institution_keeps_its_past(used: Entry, library: dict[str, Entry]) -> None:
    usage_counting.count_day(DAY, at=AT)
    before = stands()
    Entry.objects.filter(pk=used.pk).update(
        institution=library["中医养生保健"].institution, area="degree", category=None
    )
    assert usage_counting.count_day(DAY, at=AT).written == 0
    assert stands() == before


def test_an_event_that_names_no_resource_harms_no_day(used: Entry) -> None:
    happened([event(used, DAY, visitor="x", session="x")])
    UsageEvent.objects.filter(visitor="x").update(resource_id=999_999_999)
    usage_counting.count_day(DAY, at=AT)
    assert UsageTotal.objects.get(scope="all").views == 5


def test_learners_of_a_month_are_people_and_the_library_shows_what_was_measured(used: Entry) -> None:
    later, next_month = date(2026, 7, 20), date(2026, 8, 2)
    for day in (later, next_month):
        happened(visit(used, day, visitor=f"of {day}", person="p1", seconds=20))
    usage_counting.count_days([DAY, later, next_month], at=AT)
    periods = {row.period: row for row in UsagePeriod.objects.filter(resource=used.resource)}
    assert {period: (row.views, row.learners) for period, row in periods.items()} == {
        "2026-07": (3, 1), "2026-08": (1, 1), "2026": (4, 1), "all": (4, 1),
    }  # fmt: skip
    shown = Entry.objects.with_counts().get(pk=used.pk)
    assert (shown.views, shown.learners, shown.declared_views) == (4, 1, 36500)  # measured beside declared, never added
    lines = Change.objects.count()
    usage_counting.count_day(DAY, at=AT)
    assert Change.objects.count() == lines  # nothing changed: the index is left alone


def test_a_day_in_parquet_counts_the_same_byte_for_byte_and_takes_what_comes_late(used: Entry) -> None:
    usage_counting.count_day(DAY, at=AT)
    before, events = stands(), UsageEvent.objects.count()
    assert usage_history.archive(DAY, at=AT) == events
    run = UsageRun.objects.get(day=DAY)
    assert not UsageEvent.objects.exists()
    assert history.path_of(DAY, run.sha256).is_file()
    assert usage_counting.count_day(DAY, at=AT).written == 0
    for table in TABLES:
        table.objects.all().delete()
    usage_counting.count_day(DAY, at=AT)

    def without_keys(found: list[Any]) -> list[Any]:
        return [sorted(({**row, "id": 0} for row in rows), key=str) for rows in found]

    assert without_keys(stands()) == without_keys(before)
    assert usage_raw.all_uncounted() == []
    happened(visit(used, DAY, visitor="late"))
    assert usage_raw.all_uncounted() == [DAY]
    usage_counting.count_day(DAY, at=AT)
    usage_history.archive(DAY, at=AT)
    assert UsageDay.objects.get(resource=used.resource).views == 3
    assert usage_counting.compare_day(DAY) == []
    assert len(list(history.folder().rglob("*.parquet"))) == 1


def test_a_file_that_was_never_put_in_force_is_not_read_and_rows_that_came_meanwhile_stay(
    used: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage_counting.count_day(DAY, at=AT)
    write = history.write

    def killed(*given: Any) -> str:
        write(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        usage_history.archive(DAY, at=AT)
    assert usage_counting.count_day(DAY, at=AT).written == 0  # the orphan beside the rows counts for nothing

    def busy(*given: Any) -> str:
        UsageEvent.objects.filter(visitor="v3").delete()  # as if other rows stood there than were read
        return write(*given)

    monkeypatch.setattr(history, "write", busy)
    left = UsageEvent.objects.exclude(visitor="v3").count()
    with pytest.raises(history.Differs):
        usage_history.archive(DAY, at=AT)
    assert UsageEvent.objects.count() == left
    assert UsageRun.objects.get(day=DAY).sha256 == ""


def test_a_flipped_byte_in_a_file_is_found_before_anything_is_deleted(
    used: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = history.compare

    def flipped(base: Any, path: Any) -> None:
        base.execute("UPDATE raw SET visitor = 'another' WHERE kind = 'watch'")
        compare(base, path)

    monkeypatch.setattr(history, "compare", flipped)
    with pytest.raises(history.Differs):
        usage_history.archive(DAY, at=AT)
    assert UsageEvent.objects.exists()
    assert not list(history.folder().rglob("*.parquet"))


def test_a_byte_that_flips_later_is_found_before_anything_is_counted_from_it(used: Entry) -> None:
    usage_counting.count_day(DAY, at=AT)
    usage_history.archive(DAY, at=AT)
    before = stands()
    path = history.path_of(DAY, UsageRun.objects.get(day=DAY).sha256)
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(history.Damaged):
        usage_counting.count_day(DAY, at=AT)
    path.unlink()
    with pytest.raises(CommandError, match="损坏"):
        call_command("usage", "rerun", "--from", "2026-07-15", "--to", "2026-07-15")
    with pytest.raises(SystemExit):
        call_command("usage", "compare", "--from", "2026-07-14", "--to", "2026-07-15")
    assert stands() == before


def test_the_command_counts_again_archives_and_tells_what_differs(
    used: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    span = ["--from", "2026-07-14", "--to", "2026-07-15"]
    call_command("usage", "rerun", *span)
    call_command("usage", "compare", *span)
    call_command("usage", "archive")
    call_command("usage", "compare", *span)
    assert "不同 0 处" in capsys.readouterr().out
    assert not UsageEvent.objects.exists()
    UsageDay.objects.filter(resource=used.resource).update(views=9)
    with pytest.raises(SystemExit) as left:
        call_command("usage", "compare", *span)
    assert left.value.code == 1
    told = capsys.readouterr().out
    assert f"days 2026-07-15 {used.resource_id}" in told
    assert f"period 2026-07 {used.resource_id}" in told
    call_command("usage", "rerun", *span)
    for period in ("2026-07", "2026", "all"):
        row = UsagePeriod.objects.filter(resource=used.resource, period=period)
        before = row.values().get()
        row.update(seconds=1, learners=7)
        assert f"period {period} {used.resource_id}" in usage_counting.compare_periods([DAY])
        row.update(**before)
    Count.objects.filter(resource=used.resource).update(learners=8)
    assert usage_counting.compare_periods([DAY]) == [f"library {used.resource_id}"]
    with pytest.raises(SystemExit) as wrong:
        call_command("usage", "rerun", "--from", "2026-07-15", "--to", "2026-07-14")
    assert wrong.value.code == 2
