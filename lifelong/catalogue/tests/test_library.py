"""Snapshots: prepared while hidden, shown all at once, taken out at once."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder
from lifelong.catalogue import policy, tasks
from lifelong.catalogue.actions import availability, media, snapshots
from lifelong.catalogue.lifecycle import SHOWN_NEXT, ChangeKind, Visibility
from lifelong.catalogue.models import Change, Entry
from lifelong.catalogue.queries import desk as the_desk
from lifelong.catalogue.tests import world
from lifelong.media.models import Rendition
from lifelong.notices.models import Notice
from lifelong.resources.actions.steps import set_availability
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Version, VersionFile
from lifelong.review import events
from lifelong.review.actions import batches
from lifelong.review.models import Batch, BatchItem
from lifelong.review.tests import desk

pytestmark = pytest.mark.django_db


def suspend(entry, by, reason="画面有误"):
    return availability.suspend(entry.resource, by=by, reason=reason, at=timezone.now())


def test_a_prepared_entry_is_ready_and_shown_to_nobody(final):
    batch = world.batch_of(world.accepted("太极拳起势"), final)
    batches.prepare(batch, at=timezone.now())
    entry = Entry.objects.get()
    assert entry.visibility == Visibility.PREPARED
    assert entry.files[0]["url"].startswith("/media/p/")
    assert not Entry.objects.online().exists()
    assert not Change.objects.exists()


def test_publishing_shows_everything_with_its_change_log(final):
    batch = world.published(final)
    entries = list(Entry.objects.online())
    assert {entry.title for entry in entries} == {"太极拳起势", "八段锦"}
    for entry in entries:
        assert entry.published_at == entry.harvested_at == batch.published_at
        assert Change.objects.get(resource=entry.resource).seq == entry.change
        assert entry.institution_name == entry.institution.name
        assert entry.speakers[0]["name"] == "张建华"


def test_a_fault_while_publishing_shows_nothing(final):
    batch = world.batch_of(world.accepted("太极拳起势", "八段锦"), final)
    batches.prepare(batch, at=timezone.now())

    def fail(**facts):
        raise OSError("disk full")

    events.batch_published.connect(fail)
    try:
        with pytest.raises(OSError, match="disk full"):
            batches.publish(batch, at=timezone.now())
    finally:
        events.batch_published.disconnect(fail)
    assert not Entry.objects.online().exists()
    assert not Change.objects.exists()


def test_what_left_the_batch_after_it_was_made_ready_is_not_shown(final):
    versions = world.accepted("太极拳起势", "八段锦")
    batch = world.batch_of(versions, final)
    batches.prepare(batch, at=timezone.now())
    named = world.public_files()
    batches.call_back(batch, by=final, at=timezone.now())
    batches.remove_items(batch, [BatchItem.objects.get(version=versions[0]).pk], by=final, at=timezone.now())
    batches.publish(batch, at=timezone.now())
    assert [entry.title for entry in Entry.objects.all()] == ["八段锦"]
    assert len(world.public_files()) == len(named) - 1


def test_a_version_without_anything_to_play_stops_the_batch_and_says_which(final):
    version = world.accepted("没有转好的片子")[0]
    Rendition.objects.all().delete()
    with pytest.raises(media.NotReadyToPlay, match="没有转好的片子"):
        batches.publish(world.batch_of([version], final), at=timezone.now())
    version.refresh_from_db()
    assert version.state == State.ACCEPTED


def next_version(entry, title, *, same_file):
    """Version n+1 of a published resource, accepted."""
    old = entry.version
    made = Version.objects.create(
        resource=entry.resource, number=2, title=title, type="A01", area="older", state=State.ACCEPTED,
        state_at=timezone.now(), saved_at=timezone.now(), summary=old.summary, rights_holder="某校", speakers="李明",
    )  # fmt: skip
    file = old.files.get().media_file if same_file else desk.media_file(entry.institution)
    VersionFile.objects.create(version=made, media_file=file)
    desk.next_round(made, file, timezone.now())
    return made


@pytest.mark.parametrize("same_file", [True, False])
def test_the_next_version_takes_the_place_of_the_one_before(final, same_file):
    world.published(final, "太极拳起势")
    first = Entry.objects.get()
    second = next_version(first, "太极拳起势（新编）", same_file=same_file)
    batch = world.batch_of([second], final, "2026-02")
    batches.prepare(batch, at=timezone.now())
    assert Entry.objects.online().get().title == "太极拳起势"
    batches.publish(batch, at=timezone.now())
    entry = Entry.objects.get()
    assert (entry.title, entry.visibility) == ("太极拳起势（新编）", Visibility.ONLINE)
    name = entry.files[0]["url"].rsplit("/", 1)[1].split(".")[0]
    assert world.public_files() == {name}
    assert (first.files[0]["url"] == entry.files[0]["url"]) is same_file


def test_a_new_version_of_what_is_suspended_stays_hidden(final, operator):
    world.published(final, "太极拳起势")
    entry = Entry.objects.get()
    second = next_version(entry, "太极拳起势（新编）", same_file=False)
    suspend(entry, operator)
    batches.publish(world.batch_of([second], final, "2026-02"), at=timezone.now())
    entry = Entry.objects.get()
    assert (entry.title, entry.visibility) == ("太极拳起势（新编）", Visibility.HIDDEN)
    assert not world.public_files()
    availability.restore(entry.resource, by=final, reason="已核实", at=timezone.now())
    assert len(world.public_files()) == 1


def test_suspending_takes_the_bytes_away_at_once(final, operator):
    world.published(final)
    entry = world.entry("八段锦")
    other = world.entry("太极拳起势").files[0]["url"].rsplit("/", 1)[1].split(".")[0]
    suspend(entry, operator)
    entry.refresh_from_db()
    assert entry.visibility == Visibility.HIDDEN
    assert entry.files[0]["url"] == ""
    assert world.public_files() == {other}
    assert entry.resource.availability == Availability.SUSPENDED
    assert Change.objects.filter(resource=entry.resource).last().kind == ChangeKind.SUSPENDED
    assert BatchItem.objects.get(version=entry.version).pulled_reason == "画面有误"


def test_another_resource_with_the_same_file_gets_a_new_address(final, operator):
    world.published(final)
    one, two = world.entry("八段锦"), world.entry("太极拳起势")
    shared = two.version.files.get()
    VersionFile.objects.filter(pk=shared.pk).update(media_file=one.version.files.get().media_file)
    snapshots.renew_media(one.version.files.get().media_file_id, at=timezone.now())
    before = world.entry("太极拳起势").files[0]["url"]
    suspend(one, operator)
    after = world.entry("太极拳起势").files[0]["url"]
    names = [address.rsplit("/", 1)[1].split(".")[0] for address in (before, after)]
    assert names[0] not in world.public_files()
    assert names[1] in world.public_files()


def test_restoring_gives_a_new_address_and_mends_the_batch(final, operator):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    old = entry.files[0]["url"]
    suspend(entry, operator)
    availability.restore(entry.resource, by=final, reason="已核实", at=timezone.now())
    entry = world.entry("八段锦")
    assert entry.visibility == Visibility.ONLINE
    assert entry.files[0]["url"] not in {"", old}
    assert BatchItem.objects.get(version=entry.version).pulled_at is None


def test_what_is_retired_never_comes_back(final):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    availability.retire(entry.resource, by=final, reason="版权到期", at=timezone.now())
    assert world.entry("八段锦").visibility == Visibility.GONE
    with pytest.raises(availability.MayNotChange):
        availability.restore(entry.resource, by=final, reason="反悔", at=timezone.now())
    assert not world.public_files()


def test_whoever_changes_the_availability_the_entry_follows(final):
    world.published(final, "八段锦")
    resource = world.entry("八段锦").resource
    set_availability(resource, to=Availability.SUSPENDED, by=final, at=timezone.now(), reason="另有安排")
    assert world.entry("八段锦").visibility == Visibility.HIDDEN
    assert not world.public_files()


def test_ministry_and_institution_are_told(final, operator):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    reporter = desk.reporter(entry.institution)
    suspend(entry, operator)
    told = Notice.objects.filter(kind="catalogue.suspended")
    assert {notice.user_id for notice in told} == {final.pk, reporter.pk}
    assert all("画面有误" in notice.text for notice in told)


def test_no_reason_no_suspension(final, operator):
    world.published(final, "八段锦")
    with pytest.raises(availability.NoReason):
        suspend(world.entry("八段锦"), operator, " ")
    assert world.entry("八段锦").visibility == Visibility.ONLINE


def test_a_name_that_survived_a_kill_is_taken_away_by_the_job(final, operator):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    suspend(entry, operator)
    media.make_public(media.renditions_of(entry.version), at=timezone.now())
    assert world.public_files()
    assert tasks.keep_hidden.func(entry.pk) is True
    assert not world.public_files()
    assert tasks.keep_hidden.func(entry.pk) is False
    media.make_public(media.renditions_of(entry.version), at=timezone.now())
    assert tasks.check_hidden.func() == 1
    assert not world.public_files()


def test_a_loaded_resource_is_suspended_like_any_other(operator):
    world.loaded()
    suspend(world.entry("高等数学"), operator)
    assert world.entry("高等数学").visibility == Visibility.HIDDEN


def test_the_covers_of_a_public_entry_are_public(final):
    version = world.accepted("有封面的")[0]
    cover = desk.media_file(version.resource.institution)
    Rendition.objects.filter(media_file=cover).delete()
    for width in (320, 640, 1280):
        path = Path(settings.FILES) / "renditions" / f"cover-{width}.jpg"
        path.write_bytes(b"jpeg")
        Rendition.objects.create(
            media_file=cover, kind="cover", path=f"renditions/{path.name}", size=4, sha256="0" * 64, width=width
        )
    Version.objects.filter(pk=version.pk).update(cover=cover)
    batches.publish(world.batch_of([version], final), at=timezone.now())
    entry = world.entry("有封面的")
    wide, card = (Rendition.objects.get(media_file=cover, width=width).public_name for width in (1280, 640))
    assert wide in entry.cover
    assert card in entry.small_cover
    assert len(world.public_files()) == 4


ROLES = [*Role.values, "reporter"]
MAY = {
    ("operator", "suspend", "online"), ("final_reviewer", "suspend", "online"),
    ("final_reviewer", "restore", "hidden"),
    ("final_reviewer", "retire", "online"), ("final_reviewer", "retire", "hidden"),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", Visibility.values)
def test_who_may_do_what_in_which_state(role, state):
    world.loaded(world.LINES[0])
    entry = Entry.objects.get()
    entry.visibility = state
    user = desk.reporter(entry.institution) if role == "reporter" else holder(role)
    able = {verb for verb, can in policy.abilities(user, entry).items() if can}
    assert able == {verb for who, verb, where in MAY if (who, where) == (role, state)}


def test_every_step_of_visibility_is_named():
    assert set(SHOWN_NEXT) == set(Visibility)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
def test_no_list_walks_or_sorts_the_whole_library_for_a_page(db):
    """A loaded library has one instant for a million rows: an order that an index holds only in part sorts them all."""
    batch = Batch(pk=1)
    plans = {
        "desk": the_desk.library().values_list("pk").explain(),
        "desk by area": the_desk.library(area="older").values_list("pk").explain(),
        "out": the_desk.library(state="hidden").values_list("pk").explain(),
        "batch": batch.items.order_by("position", "pk").values_list("pk").explain(),
    }
    assert not [name for name, plan in plans.items() if name != "out" and "TEMP B-TREE" in plan], plans
    assert "entry_out" in plans["out"]
