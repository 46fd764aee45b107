"""What the platform offers to repair: never anything invented, and coding anew only where the result keeps the standard."""

from dataclasses import replace
from fractions import Fraction

import pytest

from lifelong.media.probe.facts import AudioTrack, Boxes, Facts, VideoTrack, WholeFacts
from lifelong.media.repair import Recipe, Tone
from lifelong.standards.technical import packaged
from lifelong.standards.technical.repairing import predicted, repair_of

STANDARD = packaged()
PICTURE = VideoTrack(
    codec="h264",
    profile="High",
    pix_fmt="yuv420p",
    width=1920,
    height=1080,
    frame_rate=Fraction(25),
    bit_rate=7_800_000,
)
AAC = AudioTrack(codec="aac", sample_rate=48000, channels=2, default=True, bit_rate=128_000)
FILM = Facts(
    True, 60_000_000, container="mp4", duration_s=60.0, bit_rate=8_000_000, video=PICTURE, audio=(AAC,),
    boxes=Boxes(index_first=True),
)  # fmt: skip
SOUND = Facts(
    True, 10_000_000, container="wav", duration_s=60.0, bit_rate=1_536_000,
    audio=(AudioTrack(codec="pcm_s16le", sample_rate=48000, channels=2, default=True),),
)  # fmt: skip


def film(picture: dict | None = None, **changes) -> Facts:
    return replace(FILM, video=replace(PICTURE, **(picture or {})), **changes)


def recipe(facts: Facts, **more) -> Recipe | None:
    found = repair_of(facts, STANDARD, **more)
    return found and found.recipe


HEVC = {"codec": "hevc", "profile": "Main"}
MP3 = replace(AAC, codec="mp3")


@pytest.mark.parametrize(
    ("facts", "kind", "coded", "tones"),
    [
        (film(boxes=Boxes(index_first=False)), "faststart", False, 0),
        (film(container="mkv", boxes=None), "rewrap", False, 0),
        (film(container="mov", audio=()), "rewrap", False, 0),
        (film(audio=(MP3,)), "code", False, 1),
        (film(container="mkv", audio=(AAC, MP3)), "code", False, 1),
        (film(HEVC), "code", True, 0),
        (film({"profile": "High 10", "pix_fmt": "yuv420p10le"}), "code", True, 0),
        (film({"profile": "High 4:2:2", "pix_fmt": "yuv422p"}, audio=(MP3,)), "code", True, 1),
        (SOUND, "mp3", False, 1),
    ],
)
def test_what_can_be_repaired_keeps_the_standard_afterwards(facts, kind, coded, tones):
    found = repair_of(facts, STANDARD)
    assert found is not None
    assert found.recipe is not None
    assert (found.recipe.kind, bool(found.recipe.picture)) == (kind, coded)
    assert sum(tone is not None for tone in found.recipe.tones) == tones
    assert found.remaining == ()
    assert repair_of(predicted(facts, found.recipe), STANDARD) is None, "nothing is left to repair"


def test_the_bit_rate_is_never_above_the_sources():
    for rate in (2_200_000, 2_600_000, 5_000_000, 90_000_000):
        found = recipe(film(HEVC | {"bit_rate": rate - 130_000}, bit_rate=rate))
        assert found is not None
        assert found.picture is not None
        assert found.picture.bit_rate <= rate - 130_000
    assert recipe(film(audio=(replace(MP3, bit_rate=96_000),))).tones == (Tone(96_000, 48000),)
    m4a = replace(SOUND, container="mp4", audio=(replace(AAC, bit_rate=150_000),))
    assert recipe(m4a) == Recipe("mp3", None, (Tone(128_000, 48000),))


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (film(HEVC | {"width": 854, "height": 480}), "854×480"),
        (film(HEVC | {"frame_rate": Fraction(15)}), "15 帧"),
        (film(HEVC, bit_rate=2_020_000), "2.02 Mbps"),
        (film(HEVC, bit_rate=900_000), "0.90 Mbps"),
        (film(HEVC | {"interlaced": True}), "隔行"),
        (film(HEVC | {"hdr": True}), "HDR"),
        (film(HEVC, audio=(replace(AAC, codec=""),)), "无法识别"),
        (replace(SOUND, audio=(replace(SOUND.audio[0], channels=1),)), "声道"),
        (replace(SOUND, audio=(replace(SOUND.audio[0], sample_rate=22050),)), "采样率"),
        (replace(SOUND, audio=(AudioTrack("aac", sample_rate=44100, channels=2, bit_rate=48_000),)), "48 kbps"),
    ],
)
def test_where_something_would_have_to_be_invented_it_is_not_offered_and_the_reason_is_said(facts, word):
    found = repair_of(facts, STANDARD)
    assert found is not None
    assert found.recipe is None
    assert word in found.why_not


def test_a_lossless_repair_is_offered_though_another_fail_stays_and_the_fail_is_named():
    found = repair_of(film({"width": 960, "height": 540}, container="mkv", boxes=None), STANDARD)
    assert found is not None
    assert found.recipe == Recipe("rewrap")
    assert [finding.id for finding in found.remaining] == ["video.resolution"]


def test_a_file_that_keeps_the_standard_or_cannot_be_read_is_offered_nothing():
    assert repair_of(FILM, STANDARD) is None
    assert repair_of(film(bit_rate=900_000), STANDARD) is None, "padding a bit rate is no repair"
    assert repair_of(Facts(False, reason="damaged"), STANDARD) is None
    assert repair_of(film(HEVC | {"encrypted": True}), STANDARD) is None


def test_what_is_damaged_is_not_covered_up():
    late = film(boxes=Boxes(index_first=False))
    cut = film(boxes=Boxes(index_first=False, missing_bytes=500))
    broken = WholeFacts(duration_s=60.0, frames=1500, packets=3000, damaged=4, decoded_s=60.0)
    for found in (repair_of(cut, STANDARD), repair_of(late, STANDARD, whole=broken)):
        assert found is not None
        assert found.recipe is None
        assert "补不回" in found.why_not
