"""The index follows the change log, whatever happens to its feeder."""

import os
import threading
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from lifelong.catalogue import feeder as feeding
from lifelong.catalogue.actions import availability, snapshots
from lifelong.catalogue.actions.log import note_changes
from lifelong.catalogue.feeder import Feeder
from lifelong.catalogue.lifecycle import ChangeKind
from lifelong.catalogue.models import Change, Count, Entry
from lifelong.catalogue.queries.health import index_lag, index_trouble
from lifelong.catalogue.queries.listing import the_reader
from lifelong.catalogue.search.asking import Question, ask
from lifelong.catalogue.search.shelf import Shelf
from lifelong.catalogue.tests import world
from lifelong.standards.models import CategoryNode

pytestmark = pytest.mark.django_db


def found(text: str = "", **filters) -> list[str]:
    reader = the_reader()
    reader.every_s = 0
    return sorted(
        entry.title for entry in Entry.objects.filter(resource_id__in=ask(reader.now(), Question.of(text, filters)).ids)
    )


def test_a_publication_is_found_and_a_suspension_is_not(feed, final, operator):
    feed()
    world.published(final)
    assert found("太极拳") == []
    feed()
    assert found("太极拳") == ["太极拳起势"]
    entry = world.entry("太极拳起势")
    availability.suspend(entry.resource, by=operator, reason="画面有误", at=timezone.now())
    feed()
    assert found("太极拳") == []
    availability.restore(entry.resource, by=final, reason="已核实", at=timezone.now())
    feed()
    assert found("太极拳") == ["太极拳起势"]


def test_the_cursor_is_the_last_line_of_the_log(feed):
    world.loaded()
    feed()
    assert the_reader().now().cursor == Change.objects.last().seq


def test_a_new_feeder_goes_on_where_the_last_commit_was(db):
    world.loaded(*world.LINES[:2])
    first = Feeder()
    first.catch_up()
    world.loaded(*world.LINES[2:], name="more.jsonl")
    first.close()
    second = Feeder()
    assert second.catch_up() >= 3  # on PostgreSQL the last lines are looked at again
    assert found("摄影") == ["智能手机摄影基础"]
    second.close()


def test_doing_a_step_again_changes_nothing(feed, settings):
    world.loaded()
    feed()
    feeder = Feeder(Path(settings.DATA) / "second")
    feeder.catch_up()
    feeder.cursor = 0
    feeder.catch_up()
    assert feeding.view_of(feeder.writer.index, feeder.writer.folder).searcher.num_docs == len(world.LINES) + 1
    feeder.close()


def test_reindex_changes_over_while_the_old_index_answers(feed, capsys):
    world.loaded()
    feed()
    before = the_reader().now().build
    call_command("reindex")
    assert "5 条" in capsys.readouterr().out
    assert the_reader().now().build != before
    assert found("太极拳") == ["二十四式太极拳入门", "太极拳进阶"]
    world.loaded({"title": "后来的太极拳"}, name="later.jsonl")
    feed()  # the feeder moves over to the new build by itself
    assert "后来的太极拳" in found("太极拳")


def test_what_changes_during_a_rebuild_is_in_the_new_index(db, settings, monkeypatch):
    world.loaded(*world.LINES[:2])
    real = feeding.indexing.facts_of

    def slowly(entries):
        yield from real(entries)
        if Entry.objects.count() == 2:
            world.loaded(*world.LINES[2:], name="more.jsonl")

    monkeypatch.setattr(feeding.indexing, "facts_of", slowly)
    feeding.rebuild(Shelf(Path(settings.INDEX)))
    assert len(found()) == 5


def test_what_differs_between_index_and_library_is_named(feed, monkeypatch):
    monkeypatch.setattr(feeding, "SLICE", 2)
    world.loaded()
    feed()
    stale, left_over = world.entry("中医养生保健"), world.entry("太极拳进阶")
    Entry.objects.filter(pk=stale.pk).update(change=stale.change + 100)
    Entry.objects.filter(pk=left_over.pk).update(visibility="hidden")
    assert feeding.differences(the_reader().now()) == {stale.resource_id, left_over.resource_id}


def test_reconciling_leaves_index_and_library_the_same(db):
    world.loaded()
    feeder = Feeder()
    feeder.catch_up()
    Entry.objects.filter(title="太极拳进阶").update(visibility="hidden")
    Entry.objects.filter(title="高等数学").update(change=10_000)
    assert feeder.reconcile() == 2
    assert feeder.reconcile() == 0
    assert found("太极拳") == ["二十四式太极拳入门"]
    feeder.close()


def test_only_one_feeder_works_and_the_next_takes_over(tmp_path):
    lock = tmp_path / "feeder.lock"
    with feeding._locked(lock, lambda: True) as first:
        assert first
        patience = iter([True, False])
        with feeding._locked(lock, lambda: next(patience)) as second:
            assert not second
    with feeding._locked(lock, lambda: True) as third:
        assert third


@pytest.mark.django_db(transaction=True)
def test_a_running_feeder_shows_a_publication_within_two_seconds(settings, final):
    going, feeder = threading.Event(), Feeder()
    going.set()

    def run():
        feeder.run(going.is_set)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while Shelf(Path(settings.INDEX)).current() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        world.published(final, "太极拳起势")
        begun = time.monotonic()
        while found("太极拳") == [] and time.monotonic() - begun < 8:
            time.sleep(0.05)
        assert found("太极拳") == ["太极拳起势"]
        assert time.monotonic() - begun < 2
    finally:
        going.clear()
        thread.join(10)


def test_a_renamed_category_is_searched_by_its_new_name(feed):
    world.loaded()
    feed()
    CategoryNode.objects.filter(code="older.health").update(name="康养新篇")
    assert snapshots.index_category("older", at=timezone.now()) == 3
    feed()
    assert found("康养") == ["二十四式太极拳入门", "太极拳进阶"]


def test_new_counts_move_the_order(feed):
    world.loaded()
    entry = world.entry("太极拳进阶")
    Count.objects.create(resource=entry.resource, views=3, counted_at=timezone.now())
    harvested = entry.harvested_at
    note_changes([entry.resource_id], kind=ChangeKind.COUNTED, at=timezone.now())
    feed()
    answer = ask(the_reader().now(), Question.of("太极拳", sort="views"))
    assert answer.ids[0] == entry.resource_id
    entry.refresh_from_db()
    assert entry.harvested_at == harvested


def test_readiness_tells_of_an_index_that_is_not_there_or_has_stopped(feed, settings, client):
    assert "feeder" in index_trouble()
    feed()
    assert index_trouble() == ""
    world.loaded()
    assert index_lag() == client.get("/readyz").json()["checks"]["index"]["lag"] == 5
    assert b"\nlifelong_index_lag 5\n" in client.get("/metrics").content
    assert index_trouble() == ""  # a moment is not a trouble
    meta = Shelf(Path(settings.INDEX)).current() / "meta.json"
    long_ago = time.time() - 60
    os.utime(meta, (long_ago, long_ago))
    assert "落后 5 项" in index_trouble()
