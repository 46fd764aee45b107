"""From the last byte to what can be played: probing and renditions, on real films."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image

from lifelong.audit.models import AuditEntry
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.media import actions, events, queries, storage, tasks
from lifelong.media.lifecycle import ProbeState
from lifelong.media.models import MediaFile
from lifelong.media.tests import cast, samples


def through(college, reporter, source: Path) -> MediaFile:
    """Arrived, and every job done."""
    media_file = cast.stored(college, reporter, source)
    drain()
    media_file.refresh_from_db()
    return media_file


def kinds(media_file: MediaFile) -> dict[str, object]:
    return {each.kind: each for each in media_file.renditions.all()}


def test_a_good_film_is_measured_read_and_playable(college, reporter):
    heard: list[str] = []

    def hear(signal, name):
        def note(sender, media_file, **_rest):
            heard.append(name)

        signal.connect(note, weak=False)
        return signal, note

    notes = [
        hear(events.facts_measured, "facts"),
        hear(events.whole_measured, "whole"),
        hear(events.renditions_made, "renditions"),
    ]
    try:
        film = through(college, reporter, samples.video())
    finally:
        for signal, note in notes:
            signal.disconnect(note)
    assert film.probe_state == ProbeState.WHOLE
    assert film.facts["container"] == "mp4"
    assert film.whole["frames"] > 0
    assert heard[0] == "facts"
    assert set(heard) == {"facts", "whole", "renditions"}
    made = kinds(film)
    assert set(made) == {"mp4", "poster", "hls", "sprite"}
    assert os.path.samefile(made["mp4"].location, film.location), "a link, not a second copy"
    assert (made["mp4"].width, made["mp4"].height) == (1280, 720)
    with Image.open(made["poster"].location) as poster:
        assert (poster.format, poster.size) == ("JPEG", (1280, 720))
    assert queries.playable(film) == made["mp4"]


def test_a_film_with_its_index_at_the_end_gets_a_mended_copy(college, reporter):
    film = through(college, reporter, samples.video(movflags=""))
    mended = kinds(film)["mp4"]
    assert mended.location.read_bytes() != film.location.read_bytes()
    content = mended.location.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert mended.sha256 == storage.hash_of(mended.location)
    assert film.sha256 == storage.hash_of(film.location)


def test_a_good_film_in_another_wrapping_is_wrapped_anew(college, reporter):
    film = through(college, reporter, samples.video(container="matroska", suffix=".mkv"))
    made = kinds(film)
    assert set(made) == {"mp4", "poster", "hls", "sprite"}
    assert made["mp4"].location.read_bytes()[4:8] == b"ftyp"


def test_a_film_that_would_have_to_be_coded_anew_is_not_played(college, reporter):
    film = through(college, reporter, samples.video(container="webm", codec="libvpx-vp9", audio=(), suffix=".webm"))
    assert set(kinds(film)) == {"poster"}


def test_a_portrait_film_has_an_upright_poster(college, reporter):
    film = through(college, reporter, samples.video(rotation=90))
    poster = kinds(film)["poster"]
    assert poster.height > poster.width
    with Image.open(poster.location) as picture:
        assert picture.size == (poster.width, poster.height)


def test_sound_is_played_as_it_is(college, reporter):
    sound = through(college, reporter, samples.sound())
    assert set(kinds(sound)) == {"mp3", "waveform"}
    assert os.path.samefile(kinds(sound)["mp3"].location, sound.location)


def test_what_cannot_be_read_says_why_and_is_not_read_again(college, reporter, tmp_path: Path):
    text = tmp_path / "film.mp4"
    text.write_text("这不是视频" * 100)
    film = through(college, reporter, text)
    assert film.probe_state == ProbeState.FAILED
    assert film.facts["readable"] is False
    assert film.facts["reason"]
    assert kinds(film) == {}


def test_every_task_may_be_repeated(college, reporter):
    film = through(college, reporter, samples.video())
    before = {each.pk: (each.kind, each.path, each.sha256) for each in film.renditions.all()}
    for task in (tasks.probe_facts_of, tasks.probe_whole_of, tasks.make_renditions_of):
        task.func(film.pk)
    assert {each.pk: (each.kind, each.path, each.sha256) for each in film.renditions.all()} == before


def test_a_long_film_is_decoded_fully_when_it_is_asked_for(college, reporter):
    """Sampled first; the full decode takes its place once, and a second run changes nothing."""
    long = samples.video(size=(64, 48), rate=5, seconds=21 * 60.0, key_every=50, bit_rate=50_000, audio=())
    film = through(college, reporter, long)
    assert film.whole["method"] == "sampled"
    actions.decode_fully([film])
    actions.decode_fully([film])
    waiting = Job.objects.filter(path__endswith=".decode_fully")
    assert [job.queue for job in waiting] == ["media"], "once per file"
    others = Job.objects.exclude(pk__in=waiting).values_list("priority", flat=True)
    assert waiting[0].priority < min(others), "whatever else waits goes first"
    drain()
    film.refresh_from_db()
    assert (film.whole["method"], film.whole["frames"], film.whole["damaged"]) == ("full", 21 * 60 * 5, 0)
    tasks.decode_fully.func(film.pk)
    assert actions.record_full(film, whole={"method": "full", "frames": 1}, at=timezone.now()).whole == film.whole
    assert AuditEntry.objects.filter(verb="media.fully_decoded").count() == 1


def test_a_short_film_is_not_decoded_again(college, reporter):
    film = through(college, reporter, samples.video())
    actions.decode_fully([film])
    assert not Job.objects.filter(path__endswith=".decode_fully").exists()


def test_nothing_is_public_before_somebody_decides(college, reporter):
    film = through(college, reporter, samples.video())
    assert not any(each.public_name for each in film.renditions.all())
    assert not list(Path(storage.files() / "public").rglob("*.mp4"))


def test_a_cover_comes_in_three_widths(college, reporter, tmp_path: Path):
    Image.effect_noise((1920, 1080), 60).convert("RGB").save(tmp_path / "c.jpg")
    cover = actions.store_small(
        institution=college, kind="cover", name="c.jpg", content=(tmp_path / "c.jpg").read_bytes(), by=reporter,
        at=timezone.now(),
    )  # fmt: skip
    drain()
    assert [each.width for each in queries.pictures(cover)] == [320, 640, 1280]
    for each in queries.pictures(cover):
        with Image.open(each.location) as picture:
            assert picture.size == (each.width, each.height)


def test_a_small_cover_is_not_made_bigger(college, reporter, tmp_path: Path):
    Image.effect_noise((400, 225), 60).convert("RGB").save(tmp_path / "c.jpg")
    cover = actions.store_small(
        institution=college, kind="cover", name="c.jpg", content=(tmp_path / "c.jpg").read_bytes(), by=reporter,
        at=timezone.now(),
    )  # fmt: skip
    drain()
    assert [each.width for each in queries.pictures(cover)] == [320, 400]


@pytest.mark.parametrize("name", ["broken", "text"])
def test_what_is_no_cover_makes_no_pictures_and_no_trouble(college, reporter, name: str):
    content = b"\xff\xd8\xff" + b"x" * 50 if name == "broken" else b"hello"
    cover = actions.store_small(
        institution=college, kind="cover", name="c.jpg", content=content, by=reporter, at=timezone.now()
    )
    drain()
    assert queries.pictures(cover) == []
