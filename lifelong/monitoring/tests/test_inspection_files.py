"""What lies here: a flipped byte is found, a film is really played, pictures, captions, texts and proofs are looked at."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.tests import world
from lifelong.media import actions, bucket, making, storage
from lifelong.media.bucket import Place
from lifelong.media.bucket.rest import Bucket
from lifelong.media.lifecycle import FileKind, RenditionKind
from lifelong.media.models import MediaFile, Rendition
from lifelong.media.probe import probe_facts
from lifelong.media.tests import samples
from lifelong.media.tests.strict_bucket import a_strict_bucket
from lifelong.monitoring.actions import inspection_running, inspection_settling
from lifelong.monitoring.actions.inspection_targets import read_texts_again, take_up, take_up_rest
from lifelong.monitoring.lifecycle import FindingState, LookOutcome, Subject
from lifelong.monitoring.looks import files
from lifelong.monitoring.models import InspectionDay, InspectionFinding, InspectionTarget
from lifelong.resources.models import Caption, Version
from lifelong.screening import actions as words
from lifelong.standards.models import HostName, HostPlatform

pytestmark = pytest.mark.django_db
BEGIN = datetime(2031, 3, 2, 9, tzinfo=timezone.get_fixed_timezone(480))


@pytest.fixture
def film(final: Any) -> MediaFile:
    """A published film of three seconds, with everything that is made of it, a cover and captions."""
    version = world.accepted("太极拳起势")[0]
    file = version.files.get()
    media_file = file.media_file
    media_file.renditions.all().delete()
    stored(media_file, samples.video(size=(640, 360), bit_rate=400_000).read_bytes())
    media_file.facts = probe_facts(media_file.location).to_json()
    media_file.save()
    for make in [making.movie_or_sound, making.streams]:
        actions.record_renditions(media_file, made=make(media_file), at=BEGIN)
    picture = BytesIO()
    Image.effect_noise((1280, 720), 60).convert("RGB").save(picture, "JPEG")
    cover = MediaFile.objects.create(
        institution=media_file.institution, kind=FileKind.COVER, original_name="封面.jpg", size=1, path="-"
    )
    stored(cover, picture.getvalue())
    actions.record_renditions(cover, made=making.cover(cover), at=BEGIN)
    version.cover = cover
    version.save()
    caption = actions.store_caption(
        institution=media_file.institution, name="a.vtt", content="WEBVTT\n\n00:00.500 --> 00:01.000\n起势\n".encode(),
        length_s=None, by=None, at=BEGIN,
    )  # fmt: skip
    Caption.objects.create(file=file, media_file=caption)
    world.batches.publish(world.batch_of([version], final), at=timezone.now())
    take_up_rest(at=BEGIN)
    return media_file


def stored(media_file: MediaFile, content: bytes) -> None:
    from lifelong.media.tests.cast import sha256

    media_file.sha256, media_file.size = sha256(content), len(content)
    media_file.path = storage.original_path(media_file.sha256)
    media_file.location.parent.mkdir(parents=True, exist_ok=True)
    media_file.location.write_bytes(content)
    media_file.save()


def look(at: datetime, subjects: list[Subject] | None = None) -> inspection_running.Done:
    """Everything there is, now."""
    InspectionTarget.objects.filter(look_at__isnull=True, claimed_at=None).exclude(findings__isnull=False).update(
        look_at=at
    )
    done = inspection_running.inspect_stored(now=lambda: at)
    rest = inspection_running.inspect_rest(now=lambda: at)
    return inspection_running.Done(
        done.looked + rest.looked, done.bad + rest.bad, done.unknown + rest.unknown, done.read_bytes
    )


def flip(path: Path, share: float = 0.6, many: int = 1) -> None:
    """One byte becomes another; whoever hard-linked the same bytes keeps them, so that one thing fails at a time."""
    content = bytearray(path.read_bytes())
    for place in range(many):
        content[int(len(content) * share) + place] ^= 0xFF
    path.unlink()
    path.write_bytes(bytes(content))


def troubles() -> set[str]:
    return set(InspectionFinding.objects.values_list("trouble", flat=True))


def test_a_sound_library_passes_every_look(film: MediaFile) -> None:
    done = look(BEGIN)
    assert done.looked == InspectionTarget.objects.count() >= 10
    told = InspectionTarget.objects.exclude(outcome=LookOutcome.OK)
    assert [(one.subject, one.outcome, one.note) for one in told] == []
    assert done.read_bytes > 2 * film.size
    assert InspectionDay.objects.filter(looked__gt=0, bad=0).count() == len({*InspectionTarget.objects.values_list("subject", flat=True)})  # fmt: skip


def test_a_flipped_byte_is_found_hidden_at_once_after_the_second_look_and_healed(film: MediaFile, operator) -> None:
    whole = film.location.read_bytes()
    flip(film.location)
    assert look(BEGIN).bad == 1
    assert troubles() == {"file_changed"}
    inspection_settling.settle(at=BEGIN)
    assert Entry.objects.get().visibility == Visibility.ONLINE
    later = BEGIN + timedelta(minutes=11)
    assert inspection_running.inspect_stored(now=lambda: later).bad == 1
    assert inspection_settling.settle(at=later) == {"told": 1, "hidden": 1}
    assert Entry.objects.get().visibility == Visibility.HIDDEN
    film.location.write_bytes(whole)
    healed = later + timedelta(days=1, minutes=1)
    inspection_running.inspect_stored(now=lambda: healed)
    assert InspectionFinding.objects.get().state == FindingState.CURED
    assert Entry.objects.get().visibility == Visibility.ONLINE


@pytest.mark.parametrize("kind", [RenditionKind.MP4, RenditionKind.HLS])
def test_a_flipped_byte_in_what_is_played_is_found(film: MediaFile, kind: str) -> None:
    look(BEGIN)  # the streams' first sums are taken
    made = film.renditions.get(kind=kind)
    path = next(made.location.parent.glob("*.m4s")) if kind == RenditionKind.HLS else made.location
    flip(path)
    look(BEGIN + timedelta(days=30))
    assert "made_changed" in troubles()


def test_what_is_gone_is_missing(film: MediaFile) -> None:
    film.renditions.get(kind=RenditionKind.MP4).location.unlink()
    film.location.unlink()
    look(BEGIN)
    assert troubles() == {"file_missing", "made_missing", "play_broken"}


def test_a_film_whose_middle_is_rubbish_does_not_play(film: MediaFile) -> None:
    path = film.renditions.get(kind=RenditionKind.MP4).location
    flip(path, 0.4, many=path.stat().st_size // 3)
    seen = files.playback(film, turn=1)
    assert (seen.outcome, seen.trouble) == (LookOutcome.BAD, "play_broken")
    assert "帧损坏" in seen.note


def test_a_playlist_that_reaches_beyond_its_stream_does_not_play(film: MediaFile) -> None:
    made = film.renditions.get(kind=RenditionKind.HLS)
    stream = next(made.location.parent.glob("*.m4s"))
    content = stream.read_bytes()
    stream.unlink()
    stream.write_bytes(content[: len(content) // 2])
    seen = files.playback(film, turn=1)
    assert seen.trouble == "play_broken"
    assert "超出文件末尾" in seen.note


def test_a_sound_plays_and_a_broken_one_does_not(film: MediaFile, tmp_path: Path) -> None:
    sound = samples.sound(seconds=8.0)
    answer = files.spots(sound, [0.0, 0.5, 1.0])
    assert files.faults("a", answer) == []
    assert [round(spot["decoded_s"]) for spot in answer["spots"]] == [3, 3, 3]
    content = sound.read_bytes()
    broken = tmp_path / "b.mp3"
    broken.write_bytes(content[: len(content) // 3] + b"\0" * (len(content) // 3 * 2))
    assert files.faults("b", files.spots(broken, [0.0, 0.5, 1.0]))


def test_a_broken_cover_and_captions_from_another_film_are_found(film: MediaFile) -> None:
    cover = Rendition.objects.filter(kind=RenditionKind.COVER).first()
    cover.location.write_bytes(cover.location.read_bytes()[:200])
    caption = Rendition.objects.get(kind=RenditionKind.CAPTION)
    caption.location.unlink()
    caption.location.write_text("WEBVTT\n\n01:00:00.500 --> 01:00:01.000\n起势\n")
    look(BEGIN)
    assert {"cover_broken", "caption_broken"} <= troubles()


@pytest.fixture
def there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    opened: dict[Place, Bucket] = {}
    monkeypatch.setattr(bucket, "at", lambda place: opened.setdefault(place, Bucket(place)))
    with a_strict_bucket() as (_server, place):
        settings.BUCKET = place
        yield bucket.bucket()
    for each in opened.values():
        each.lines.close()


def test_originals_in_a_bucket_are_read_through_and_a_bucket_that_is_away_is_no_finding(
    film: MediaFile, there: Bucket, settings: Any
) -> None:
    film.object_key = storage.object_key(film.sha256)
    film.save()
    there.put(film.location, film.object_key, lambda share: None)
    assert files.original(film).evidence["bucket"] == film.sha256
    flipped = film.location.with_name("flipped")
    flipped.write_bytes(film.location.read_bytes()[:-1] + b"?")
    there.put(flipped, film.object_key, lambda share: None)
    assert files.original(film).trouble == "file_changed"
    there.delete(film.object_key)
    assert files.original(film).trouble == "file_missing"
    settings.BUCKET = Place.read("s3://films?endpoint=http://127.0.0.1:9", key="k", secret="s")
    assert files.original(film).outcome == LookOutcome.UNKNOWN


def test_a_changed_word_list_reaches_what_is_online_even_what_nobody_reviewed(operator) -> None:
    world.loaded({"title": "民间偏方大全", "summary": "包治百病的方子都在这里，请仔细看。"}, {"title": "书法入门课程"})
    take_up_rest(at=BEGIN)
    assert look(BEGIN).bad == 0
    made = words.make_list("虚假医疗", "医疗", "block", by=operator, at=BEGIN)
    words.add_words(made, ["包治百病"], by=operator, at=BEGIN)
    later = BEGIN + timedelta(hours=1)
    assert read_texts_again(at=later) == 2
    assert inspection_running.inspect_rest(now=lambda: later).bad == 1
    finding = InspectionFinding.objects.get()
    assert finding.resource.online_version.title == "民间偏方大全"
    assert finding.looks.get().evidence["hits"][0]["word"] == "包治百病"


@pytest.mark.parametrize(("days", "trouble"), [(200, ""), (20, "proof_soon"), (-1, "proof_over")])
def test_a_proof_about_to_run_out_is_told(days: int, trouble: str) -> None:
    platform = HostPlatform.objects.create(
        name="某平台", level=3, verified_at=BEGIN, expires_date=BEGIN.date() + timedelta(days=days)
    )
    HostName.objects.create(platform=platform, host="icourse163.org")
    world.loaded()
    take_up_rest(at=BEGIN)
    look(BEGIN)
    assert troubles() == ({trouble} if trouble else set())


def licensed(until: date) -> None:
    owner = Version.objects.get().resource.institution
    paper = MediaFile.objects.create(institution=owner, kind=FileKind.PAPER, original_name="授权.pdf", size=1, path="-")
    Version.objects.update(rights_file=paper, rights_until=until)
    take_up(Entry.objects.shown_or_not().values_list("resource", flat=True), at=BEGIN)
    InspectionTarget.objects.exclude(subject=Subject.EVIDENCE).delete()


@pytest.mark.parametrize(
    ("days", "trouble"), [(None, ""), (61, ""), (60, "licence_soon"), (0, "licence_soon"), (-1, "licence_over")]
)
def test_a_licence_about_to_run_out_is_told_beside_the_proof_of_a_link(days: int | None, trouble: str) -> None:
    until = "" if days is None else str(BEGIN.date() + timedelta(days=days))
    world.loaded({"type": "A03", "link": "https://www.icourse163.org/course/1", "rights_until": until})
    take_up_rest(at=BEGIN)
    InspectionTarget.objects.exclude(subject=Subject.EVIDENCE).delete()
    assert look(BEGIN).looked == 1 + (days is not None)
    assert troubles() == ({trouble} if trouble else set())


def test_a_licence_that_ran_out_hides_after_the_period_and_its_renewal_brings_back(operator) -> None:
    world.loaded({"title": "书法入门"})
    licensed(BEGIN.date() + timedelta(days=2))

    def on(days: float) -> dict[str, int]:
        at = BEGIN + timedelta(days=days)
        inspection_running.inspect_rest(now=lambda: at)
        return inspection_settling.settle(at=at)

    assert on(0) == {"told": 0, "hidden": 0}
    assert on(0.1) == {"told": 1, "hidden": 0}  # soon
    assert on(3.2)["told"] == 0  # over: suspected anew
    assert on(3.3) == {"told": 1, "hidden": 0}
    assert on(17.2)["hidden"] == 0
    assert on(17.4)["hidden"] == 1
    assert Entry.objects.shown_or_not().get().visibility == Visibility.HIDDEN
    licensed(BEGIN.date() + timedelta(days=400))
    assert Entry.objects.get().visibility == Visibility.ONLINE
    assert set(InspectionFinding.objects.values_list("trouble", "state")) == {
        ("licence_soon", FindingState.CURED), ("licence_over", FindingState.CURED)
    }  # fmt: skip
    assert InspectionTarget.objects.get(subject=Subject.EVIDENCE).key == f"{BEGIN.date() + timedelta(days=400)}"


def test_a_checker_that_dies_every_time_is_told_and_not_tried_for_ever(film: MediaFile, monkeypatch: Any) -> None:
    InspectionTarget.objects.exclude(subject=Subject.FILE).delete()

    def dies(target: InspectionTarget, at: datetime) -> None:
        raise KeyboardInterrupt

    looks: dict[Subject, Callable[..., Any]] = {**inspection_running.LOOKS, Subject.FILE: dies}
    monkeypatch.setattr(inspection_running, "LOOKS", looks)
    target = InspectionTarget.objects.filter(media_file=film).get()
    InspectionTarget.objects.exclude(pk=target.pk).delete()
    for turn in range(3):
        with pytest.raises(KeyboardInterrupt):
            inspection_running.inspect_stored(now=lambda turn=turn: BEGIN + timedelta(hours=turn))
    inspection_running.inspect_stored(now=lambda: BEGIN + timedelta(hours=4))
    target.refresh_from_db()
    assert (target.outcome, target.claims) == (LookOutcome.UNKNOWN, 0)
    assert "多次中断" in target.note
