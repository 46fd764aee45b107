"""``load``: an existing library comes in once, whole, and says what it could not take."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.catalogue.actions.loading import chunk, load, run
from lifelong.catalogue.models import Change, Entry, LoadRun
from lifelong.catalogue.tests import world
from lifelong.institutions.models import Institution
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Origin, Resource, Version
from lifelong.review.models import Batch, BatchItem
from lifelong.standards.queries.judging import metadata_context

pytestmark = pytest.mark.django_db


def bring(path: Path) -> Any:
    return load(path, at=timezone.now(), context=metadata_context("load"))


def test_four_fields_are_enough(tmp_path):
    path = world.written(
        tmp_path / "a.jsonl", [{"title": "书法", "type": "A01", "area": "老年教育", "institution": "X1"}]
    )
    done = bring(path)
    assert (done.accepted, done.rejected) == (1, 0)
    entry = Entry.objects.get()
    assert (entry.title, entry.area, entry.institution.name, entry.region) == ("书法", "older", "X1", None)


def test_a_loaded_record_is_a_published_version_like_any_other(tmp_path):
    world.loaded()
    entry = world.entry("二十四式太极拳入门")
    version, resource = entry.version, entry.resource
    assert (version.state, version.origin, version.number) == (State.PUBLISHED, Origin.LOAD, 1)
    assert (resource.availability, resource.online_version) == (Availability.ONLINE, version)
    assert version.category.code == "older.health"
    assert version.series.title == entry.series_title == "太极拳系列"
    assert version.speakers == "张建华"
    assert entry.speakers[0]["name"] == "张建华"
    assert (entry.declared_views, entry.views) == (36500, 0)
    assert entry.region_id == "410300"
    assert BatchItem.objects.get(version=version).batch.origin == "load"
    assert version.steps.get().verb == "loaded"
    version.full_clean(exclude=["created_by", "saved_by", "raw", "problems", "call"])


def test_one_batch_one_change_a_record_and_an_audit_row_a_chunk(monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 2)
    world.loaded()
    assert Batch.objects.get().items.count() == Change.objects.count() == len(world.LINES)
    rows = AuditEntry.objects.filter(verb="catalogue.loaded")
    assert rows.count() == 3
    assert {len(row.detail["sha256"]) for row in rows} == {64}
    assert list(BatchItem.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert set(Entry.objects.values_list("change", flat=True)) == set(Change.objects.values_list("seq", flat=True))


def test_repeating_makes_no_doubles(tmp_path):
    world.loaded()
    again = world.loaded()
    assert (again.accepted, again.known, again.rejected) == (0, 5, 0)
    assert Resource.objects.count() == Version.objects.count() == Entry.objects.count() == 5


def test_a_licence_keeps_its_last_day_also_one_that_is_over(tmp_path):
    days = ["2099年12月31日", "2020-01-31", "长期", None, "后年"]
    lines = [world.line(title=f"第 {number} 课", rights_until=day) for number, day in enumerate(days)]
    done = bring(world.written(tmp_path / "a.jsonl", lines))
    assert (done.accepted, done.rejected) == (4, 1)
    kept = Version.objects.order_by("pk").values_list("rights_until", flat=True)
    assert list(kept) == [date(2099, 12, 31), date(2020, 1, 31), None, None]


@pytest.mark.parametrize("same", [{"resource_id": "OLD-1"}, {"own_number": "N1"}, {}])
def test_a_record_is_known_again_by_its_id_its_number_or_its_line(tmp_path, same):
    first = world.written(tmp_path / "a.jsonl", [world.line(**same)])
    bring(first)
    title = {} if not same else {"title": "改了名的书法"}
    second = world.written(tmp_path / "b.jsonl", [world.line(**same, **title), world.line(title="另一个")])
    done = bring(second)
    assert (done.known, done.accepted) == (1, 1)


def test_the_same_record_twice_in_one_file_comes_in_once(tmp_path):
    path = world.written(
        tmp_path / "a.jsonl", [world.line(own_number="N1"), world.line(own_number="N1", title="又一次")]
    )
    assert bring(path).accepted == 1


def test_an_id_of_ours_is_kept_and_a_foreign_one_is_not(tmp_path):
    ours = new_id()
    bring(
        world.written(
            tmp_path / "a.jsonl", [world.line(resource_id=ours), world.line(resource_id="旧-17", title="旧的")]
        )
    )
    assert world.entry("书法入门").identifier == ours
    assert len(world.entry("旧的").identifier) == 9


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("{not json", "line.json"),
        ("[1, 2]", "line.json"),
        ({"title": ""}, "title.missing"),
        ({"type": "A09"}, "type."),
        ({"area": "火星"}, "area."),
        ({"institution": ""}, "institution.missing"),
        ({"institution": "有 空格"}, "institution.format"),
        ({"region": "999999"}, "region.unknown"),
        ({"region": "河南"}, "region.format"),
        ({"duration": "1:2"}, "duration."),
        ({"declared_views": -1}, "declared_views."),
        ({"link": "http://127.0.0.1/x"}, "link."),
        ({"created_date": "2023-02-29"}, "created_date."),
        ({"outline": "<catalog><a/>"}, "outline."),
        ({"published_at": "2999-01-01"}, "published_at.format"),
        ({"title": 5, "type": None}, "type."),
    ],
)
def test_a_bad_line_is_kept_with_its_reason_and_stops_no_other(tmp_path, bad, code):
    wrong = bad if isinstance(bad, str) else world.line(**bad)
    path = world.written(tmp_path / "a.jsonl", [world.line(title="好的一行"), wrong, world.line(title="也是好的")])
    done = bring(path)
    assert (done.accepted, done.rejected) == (2, 1)
    kept = json.loads(Path(done.rejected_file).read_text("utf-8"))
    assert kept["line"] == 2
    assert any(problem["code"].startswith(code) for problem in kept["problems"])
    assert all(problem["message"] for problem in kept["problems"])
    assert kept["record"] == (
        wrong if isinstance(wrong, dict) else json.loads(wrong) if wrong[0] == "[" else wrong + "\n"
    )


def test_a_break_in_the_middle_is_gone_on_from_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 2)
    lines = [world.line(title=f"第 {n} 项") for n in range(7)]
    path = world.written(tmp_path / "a.jsonl", [*lines[:3], "{bad", *lines[3:]])
    real, calls = chunk.write, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(run, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        bring(path)
    assert Entry.objects.count() == 3
    done = bring(path)
    assert done.went_on_at == 4
    assert (done.lines, done.accepted, done.rejected) == (8, 7, 1)
    assert Entry.objects.count() == Batch.objects.get().items.count() == 7
    assert len(Path(done.rejected_file).read_text().splitlines()) == 1
    assert LoadRun.objects.get().finished_at


def test_an_unknown_institution_is_made_once_with_its_region(tmp_path):
    bring(world.written(tmp_path / "a.jsonl", [world.line(institution="N9", title=f"第 {n}") for n in range(3)]))
    assert Institution.objects.get(code="N9").region_id == "410300"


def test_a_district_we_do_not_list_counts_as_its_city(tmp_path):
    bring(world.written(tmp_path / "a.jsonl", [world.line(region="320199")]))
    assert Entry.objects.get().region_id == "320100"


def test_a_byte_order_mark_and_empty_lines_are_tolerated(tmp_path):
    path = world.written(tmp_path / "a.jsonl", ["\ufeff" + json.dumps(world.line()), "", world.line(title="二")])
    done = bring(path)
    assert (done.accepted, done.rejected) == (2, 0)


def test_a_video_with_only_a_link_is_shown_as_linked(tmp_path):
    bring(world.written(tmp_path / "a.jsonl", [world.line(link="https://www.icourse163.org/c/1")]))
    assert Entry.objects.get().is_linked


def test_the_command_prints_one_object_and_says_by_its_exit_whether_lines_were_rejected(tmp_path):
    path, out = world.written(tmp_path / "a.jsonl", [world.line(), "nonsense"]), io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("load", str(path), "--json", stdout=out)
    assert left.value.code == 1
    assert json.loads(out.getvalue())["accepted"] == 1
    with pytest.raises(SystemExit) as left:
        call_command("load", str(tmp_path / "none.jsonl"), stderr=io.StringIO())
    assert left.value.code == 2
