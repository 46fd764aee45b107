"""Nothing dies silently: what became of an address that once was public, and what stays online whatever comes next."""

import pytest
from django.conf import settings
from django.utils import timezone

from lifelong.catalogue.actions import availability, snapshots
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.catalogue.tests.test_library import next_version, suspend
from lifelong.media import storage
from lifelong.media.actions import match_public_names, sweeping
from lifelong.media.models import FormerName
from lifelong.resources.actions.steps import move
from lifelong.resources.lifecycle import State
from lifelong.resources.models import VersionFile
from lifelong.review.actions import batches, decisions

pytestmark = pytest.mark.django_db
NOW = timezone.now


def retire(entry, final):
    return availability.retire(entry.resource, by=final, reason="版权到期", at=NOW())


def media_of(entry):
    return entry.files[0]["url"]


def told(client, address):
    answer = client.get(address)
    return answer.status_code, (b"".join(answer) if answer.streaming else answer.content).decode()


@pytest.mark.parametrize("becomes", [State.RETURNED, State.REFUSED, State.WITHDRAWN, "suspended", "released"])
def test_whatever_becomes_of_the_next_version_the_one_online_stays(client, final, operator, becomes):
    """Made ready with its batch, all but shown; then it does not come."""
    world.published(final, "太极拳起势")
    first = Entry.objects.get()
    second = next_version(first, "太极拳起势（新编）", same_file=True)
    batch = world.batch_of([second], final, "2026-02")
    batches.prepare(batch, at=NOW())
    if becomes == "suspended":
        suspend(first, operator)
        batches.publish(batch, at=NOW())
        availability.restore(first.resource, by=final, reason="已核实", at=NOW())
        shown = world.entry("太极拳起势（新编）")  # came while it was hidden, and is what is restored
    else:
        if becomes in {State.RETURNED, State.REFUSED}:
            move(second, to=State.SUBMITTED, verb="taken_back", by=final, at=NOW())
            move(second, to=becomes, verb=becomes, by=final, at=NOW())
        elif becomes == "released":
            decisions.release(second.rounds.get(), by=final, at=NOW(), reason="片尾有误")
        else:
            move(second, to=becomes, verb=becomes, by=final, at=NOW())
        assert not batches.publish_due(batch, at=NOW())
        shown = Entry.objects.online().get()
        assert shown.version == first.version
    assert shown.visibility == Visibility.ONLINE
    assert shown.title in client.get(f"/resources/{shown.identifier}").content.decode()
    assert client.get(media_of(shown)).status_code == 200


def test_addresses_of_a_replaced_version_say_gone_and_lead_on(client, final):
    world.published(final, "太极拳起势")
    first = Entry.objects.get()
    second = next_version(first, "太极拳起势（新编）", same_file=False)
    batches.publish(world.batch_of([second], final, "2026-02"), at=NOW())
    status, text = told(client, media_of(first))
    assert (status, f"/resources/{first.identifier}" in text) == (410, True)
    assert told(client, media_of(first).replace(".mp4", "/master.m3u8"))[0] == 410
    assert told(client, "/media/p/" + "0" * 32 + ".mp4")[0] == 404


def test_media_of_what_is_suspended_are_hidden_of_what_is_retired_gone(client, final, operator):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    suspend(entry, operator)
    status, text = told(client, media_of(entry))
    assert (status, "暂停提供" in text) == (404, True)
    availability.restore(entry.resource, by=final, reason="已核实", at=NOW())
    again = world.entry("八段锦")
    assert told(client, media_of(entry))[0] == 410  # it is back under another address, and this one says so
    assert told(client, media_of(again))[0] == 200
    suspend(again, operator)
    retire(again, final)
    assert {told(client, media_of(one))[0] for one in (entry, again)} == {410}
    assert FormerName.objects.filter(gone=False).count() == 0


def test_a_file_that_another_resource_shows_too_leads_to_one_of_them(client, final, operator):
    world.published(final, "八段锦", "太极拳起势")
    one, other = world.entry("八段锦"), world.entry("太极拳起势")
    VersionFile.objects.filter(version=other.version).update(media_file=one.version.files.get().media_file)
    snapshots.renew_media(one.version.files.get().media_file_id, at=NOW())
    shared = media_of(world.entry("太极拳起势"))
    assert shared == media_of(one)
    suspend(one, operator)
    assert told(client, shared) == (404, f"这项资源暂停提供，说明请看 /resources/{one.identifier}")
    assert told(client, media_of(world.entry("太极拳起势")))[0] == 200


def test_what_was_made_ready_and_does_not_come_takes_no_address_of_another_silently(client, final):
    world.published(final, "八段锦")
    online, [waiting] = world.entry("八段锦"), world.accepted("同一个文件")
    VersionFile.objects.filter(version=waiting).update(media_file=online.version.files.get().media_file)
    batch = world.batch_of([waiting], final, "2026-02")
    batches.prepare(batch, at=NOW())
    snapshots.drop_prepared(Entry.objects.prepared(), at=NOW())
    status, text = told(client, media_of(online))
    assert (status, f"/resources/{online.identifier}" in text) == (410, True)
    assert told(client, media_of(world.entry("八段锦")))[0] == 200


def test_what_former_names_answer_is_mended_from_the_database(client, final, monkeypatch):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    retire(entry, final)
    name = FormerName.objects.get().public_name
    storage.former_path(name).unlink()
    assert told(client, media_of(entry))[0] == 404
    stranger = storage.former_path("f" * 32)
    storage.write_once(b"gone /x", stranger)
    monkeypatch.setattr(sweeping, "is_young", lambda path, seconds: False)
    restored, removed = match_public_names()
    assert (restored, removed) == (1, 1)
    assert told(client, media_of(entry))[0] == 410
    assert match_public_names() == (0, 0)


PLACES = ["/resources/{}", "/r/{}", "/embed/{}", "/api/v1/resources/{}", "/resources/{}/transcript", "/resources/{}/qr.svg",
          "/oembed?url={site}/resources/{}", "/oembed?url={site}/r/{}"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_every_address_of_a_retired_resource_is_gone_and_of_a_suspended_one_hidden(client, final, operator, place):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    address = place.format(entry.identifier, site=settings.SITE_URL)
    suspend(entry, operator)
    assert client.get(address).status_code in {404, 401}  # 401 is oEmbed's own word for it
    retire(entry, final)
    assert client.get(address).status_code == 410


def test_the_page_says_why_since_when_and_offers_what_is_like_it(client, final, operator, feed):
    world.published(final, "八段锦第一式", "八段锦第二式")
    feed()
    entry = world.entry("八段锦第一式")
    suspend(entry, operator, "画面有误，正在更正")
    feed()
    status, page = told(client, f"/resources/{entry.identifier}")
    assert status == 404
    assert "原因：画面有误，正在更正" in page
    assert "八段锦第二式" in page
    assert f'/resources/{world.entry("八段锦第二式").identifier}"' in page


def test_lists_whose_last_resource_left_say_so(client, final, operator):
    world.loaded(world.LINES[0])
    entry = Entry.objects.get()
    addresses = [f"/series/{entry.series_id}", f"/speakers/{entry.speakers[0]['id']}"]
    suspend(entry, operator)
    for address in addresses:
        status, page = told(client, address)
        assert (status, "里现在没有资源" in page) == (404, True)
    assert told(client, "/series/999999")[1].count("里现在没有资源") == 0


def test_what_is_retired_leaves_the_batches_and_enters_none(final):
    world.published(final, "八段锦")
    entry = world.entry("八段锦")
    second = next_version(entry, "八段锦（新编）", same_file=False)
    batch = world.batch_of([second], final, "2026-02")
    retire(entry, final)
    assert not batch.items.exists()
    batches.call_back(batch, by=final, at=NOW())
    added, left = batches.add_versions(batch, [second], by=final, at=NOW())
    assert (added, "已出库" in left[0]) == (0, True)
