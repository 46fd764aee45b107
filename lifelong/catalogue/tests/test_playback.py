"""What the public may fetch of a film besides the film: stretches, captions, pictures; all of it comes and goes together."""

from django.utils import timezone

from lifelong.catalogue.actions import availability, snapshots
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.jobs.models import Job
from lifelong.media import actions, queries, serving, storage
from lifelong.media.actions import Made
from lifelong.resources.actions.steps import move
from lifelong.resources.lifecycle import State, Verb
from lifelong.resources.models import Caption
from lifelong.review.tests import desk

VTT = b"WEBVTT\n\n00:00.500 --> 00:01.000\n\xe8\xb5\xb7\xe5\x8a\xbf\n"


def complete(entry: Entry) -> Entry:
    """Stretches and captions for the entry's file, as the jobs and the institution bring them."""
    file = entry.version.files.get()
    folder = queries.adaptive_folder(file.media_file)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("720.m4s", "720.m3u8", "master.m3u8"):
        (folder / name).write_text(name)
    path = storage.rendition_path(file.media_file.sha256, "hls/master.m3u8")
    actions.record_renditions(file.media_file, made=[Made("hls", path, 9, "0" * 64)], at=timezone.now())
    caption = actions.store_caption(
        institution=entry.institution, name="a.vtt", content=VTT, length_s=None, by=None, at=timezone.now()
    )
    Caption.objects.create(file=file, media_file=caption)
    snapshots.renew_media(file.media_file_id, at=timezone.now())
    return Entry.objects.get(pk=entry.pk)


def status(address: str) -> int:
    return serving.answer("GET", address, {}.get).status


def test_a_suspension_takes_stretches_and_captions_and_a_restoration_brings_them_back(final, operator, client) -> None:
    world.published(final, "八段锦")
    entry = complete(world.entry("八段锦"))
    assert entry.has_captions
    [file] = entry.files
    public = [file["hls"], file["hls"].replace("master.m3u8", "720.m4s"), file["tracks"][0]["src"]]
    assert [status(address) for address in public] == [200, 200, 200]
    page = client.get(entry.get_absolute_url()).content.decode()
    assert f'data-hls="{file["hls"]}"' in page
    assert f'src="{file["tracks"][0]["src"]}" srclang="zh-Hans"' in page
    availability.suspend(entry.resource, by=operator, reason="画面有误", at=timezone.now())
    assert [status(address) for address in public] == [404, 404, 404]
    assert not world.public_files()
    availability.restore(entry.resource, by=final, reason="已核实", at=timezone.now())
    assert status(Entry.objects.get(pk=entry.pk).files[0]["hls"]) == 200


def test_who_is_accepted_gets_lower_rungs(final) -> None:
    version = desk.handed_in(state=State.FORWARDED).version
    move(version, to=State.ACCEPTED, verb=Verb.ACCEPTED, by=final, at=timezone.now())
    assert Job.objects.filter(path__endswith="make_rungs_of", args=[version.files.get().media_file_id]).exists()
