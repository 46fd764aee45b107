"""Recipes followed on real files: what comes out is what was asked for, and nothing of the original is lost or made up."""

from pathlib import Path

import av
import pytest

from lifelong.media.probe.cage import Interrupted
from lifelong.media.probe.probing import probe_facts, probe_whole
from lifelong.media.repair import CannotRepair, Picture, Recipe, Tone, follow
from lifelong.media.tests import samples


def followed(recipe: Recipe, source: Path, tmp_path: Path):
    """Facts before and after."""
    before, target = probe_facts(source), tmp_path / f"made{recipe.suffix}"
    follow(recipe, source, target, before)
    after = probe_facts(target)
    whole = probe_whole(target, after)
    assert (whole.damaged, whole.read_error) == (0, False)
    return before, after, target


def times(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [round(float(frame.time), 2) for frame in film.decode(video=0)]


@pytest.mark.parametrize(
    "source",
    [
        {"codec": "libx265", "rotation": 90, "container": "mov"},
        {"pix_fmt": "yuv422p", "profile": "high422", "frame_ticks": (3000, 3003, 4000, 1500)},
        {"codec": "libx265", "container": "mkv", "audio": ("aac", "libmp3lame"), "size": (1282, 722)},
    ],
)
def test_a_picture_is_coded_down_frame_by_frame(source, tmp_path):
    film = samples.video(seconds=1.0, **source)
    tones = tuple(Tone(96_000, 44100) if name != "aac" else None for name in source.get("audio", ("aac",)))
    before, after, made = followed(Recipe("code", Picture(2_500_000), tones), film, tmp_path)
    picture = after.video
    assert (after.container, picture.codec, picture.pix_fmt, picture.profile) == ("mp4", "h264", "yuv420p", "High")
    assert after.boxes.index_first
    assert picture.display_size == before.video.display_size
    assert picture.rotation == before.video.rotation
    assert times(made) == times(film), "no frame is lost, none is invented"
    assert [track.codec for track in after.audio] == ["aac"] * len(before.audio)
    assert [track.channels for track in after.audio] == [track.channels for track in before.audio]
    assert picture.bit_rate < 2_500_000 * 1.2, "a short film too keeps to what was promised"
    assert picture.bit_rate < before.video.bit_rate if before.video.bit_rate else after.bit_rate < before.bit_rate


@pytest.mark.parametrize(
    "source", [{"audio": ("libmp3lame",)}, {"container": "avi", "audio": ("libmp3lame",)}, {"container": "ts"}]
)
def test_where_only_the_sound_is_wrong_the_picture_goes_as_it_is(source, tmp_path):
    film = samples.video(seconds=1.0, **source)
    _before, after, made = followed(Recipe("code", None, (Tone(128_000, 44100),)), film, tmp_path)

    def pictures(path: Path) -> list[bytes]:
        with av.open(str(path)) as opened:
            return [frame.to_ndarray().tobytes() for frame in opened.decode(video=0)]

    assert pictures(made) == pictures(film)
    assert [(track.codec, track.channels) for track in after.audio] == [("aac", 2)]


@pytest.mark.parametrize(
    ("source", "rate"),
    [
        ({"codec": "pcm_s16le", "container": "wav", "sample_rate": 48000}, 48000),
        ({"codec": "flac", "container": "flac", "sample_rate": 96000}, 48000),
        ({"codec": "aac", "container": "m4a"}, 44100),
        ({"codec": "mp2", "container": "mp2"}, 44100),
    ],
)
def test_an_mp3_is_made_from_better_sound(source, rate, tmp_path):
    before, after, _made = followed(Recipe("mp3", None, (Tone(128_000, rate),)), samples.sound(**source), tmp_path)
    track = after.main_audio
    assert (after.container, track.codec, track.sample_rate, track.channels) == ("mp3", "mp3", rate, 2)
    assert not after.sound.identical
    assert abs(after.duration_s - before.duration_s) < 0.1


def test_damage_ends_it_and_leaves_nothing(tmp_path):
    content = bytearray(samples.video(pix_fmt="yuv422p", profile="high422", seconds=1.0).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    broken = samples.written("broken-422.mp4", bytes(content))
    target = tmp_path / "made.mp4"
    with pytest.raises(CannotRepair) as cannot:
        follow(Recipe("code", Picture(2_500_000), (None,)), broken, target, probe_facts(broken))
    assert cannot.value.reason == "damaged"
    assert list(tmp_path.iterdir()) == []


def test_what_would_come_out_worse_is_refused_by_the_work_itself_too(tmp_path):
    film = samples.video(seconds=1.0, pix_fmt="yuv422p", profile="high422", interlaced=True)
    with pytest.raises(CannotRepair) as cannot:
        follow(Recipe("code", Picture(2_500_000), (None,)), film, tmp_path / "made.mp4", probe_facts(film))
    assert cannot.value.reason == "interlaced"


def test_who_is_stopped_in_the_midst_leaves_nothing_half(tmp_path):
    film = samples.video(codec="libx265", seconds=1.0)
    told = []

    def stop(share: float) -> None:
        told.append(share)
        if share > 0.3:
            raise Interrupted("shut down")

    with pytest.raises(Interrupted):
        follow(
            Recipe("code", Picture(2_500_000), (None,)), film, tmp_path / "made.mp4", probe_facts(film), progress=stop
        )
    assert told == sorted(told)
    assert list(tmp_path.iterdir()) == []
