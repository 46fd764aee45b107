"""Every row and every case of the technical standard's table, on real files; and the judge as a pure function."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lifelong.media.probe import (
    AudioTrack,
    Boxes,
    Facts,
    MpegFrames,
    Sound,
    VideoTrack,
    WholeFacts,
    probe_facts,
    probe_whole,
)
from lifelong.media.tests import samples
from lifelong.media.tests.samples import sound, video
from lifelong.standards.technical import Finding, judge, packaged, verdict_of

KEY = "00112233445566778899aabbccddeeff"
ENCRYPTED = (("encryption_scheme", "cenc-aes-ctr"), ("encryption_key", KEY), ("encryption_kid", KEY))
FRAGMENTS = "+frag_keyframe+empty_moov+default_base_moof"
NO_DEPTH = {"audio.bit_depth": "unknown"}
NOT_MP3 = {"audio.container": "fail", "audio.bit_depth": "unknown", "audio.playable": "unknown"}


def text(name: str, content: bytes) -> Callable[[], Path]:
    return lambda: samples.written(name, content)


def as_name(make: Callable[[], Path], suffix: str) -> Callable[[], Path]:
    return lambda: samples.renamed(make(), f"{make().stem}-renamed.{suffix}")


def with_a_hole() -> Path:
    content = bytearray(video(seconds=4.0).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 5000] = bytes(5000)
    return samples.written("hole.mp4", bytes(content))


#: case: (how the file comes about, type, every finding that is not a pass)
TABLE: dict[str, tuple[Callable[[], Path], str | None, dict[str, str]]] = {
    "a compliant film": (video, "A01", {}),
    "a compliant recording": (sound, "A02", NO_DEPTH),
    # file.readable
    "an empty file": (text("empty.mp4", b""), None, {"file.readable": "fail"}),
    "a text renamed": (text("letter.mp4", b"Dear all,\n" * 50), None, {"file.readable": "fail"}),
    "a playlist renamed": (text("list.mp4", b"#EXTM3U\nsecret.ts\n"), None, {"file.readable": "fail"}),
    "no moov": (lambda: samples.cut(video(movflags=""), 0.6), None, {"file.readable": "fail"}),
    # file.complete
    "a cut-off faststart film": (
        lambda: samples.cut(video(seconds=4.0), 0.6),
        "A01",
        {"file.complete": "fail", "video.bit_rate": "unknown"},
    ),
    "a cut-off fragmented film": (
        lambda: samples.cut(video(seconds=4.0, movflags=FRAGMENTS), 0.6),
        "A01",
        {"file.complete": "fail", "video.bit_rate": "unknown"},
    ),
    "a cut-off recording": (lambda: samples.cut(sound(), 0.6), "A02", {"file.complete": "fail", **NO_DEPTH}),
    "a cut-off recording without a header": (
        lambda: samples.cut(sound(xing=False), 0.6),
        "A02",
        {"file.complete": "fail", **NO_DEPTH},
    ),
    "a film with a hole": (with_a_hole, "A01", {"file.complete": "fail"}),
    # video.container
    "mov renamed": (as_name(partial(video, container="mov"), "mp4"), "A01", {"video.container": "fail"}),
    "mkv renamed": (as_name(partial(video, container="mkv"), "mp4"), "A01", {"video.container": "fail"}),
    "webm renamed": (
        as_name(partial(video, container="webm", codec="libvpx-vp9", audio=("libopus",), sample_rate=48000), "mp4"),
        "A01",
        {"video.container": "fail", "video.codec": "fail", "video.audio_codec": "fail", "video.playable": "unknown"},
    ),
    "small mkv renamed": (
        as_name(partial(video, container="mkv", size=(640, 480), rate=24), "mp4"),
        "A01",
        {"video.container": "fail", "video.resolution": "fail", "video.frame_rate": "fail"},
    ),
    "fragmented": (partial(video, movflags=FRAGMENTS), "A01", {}),
    # video.codec, video.playable
    "hevc": (partial(video, codec="libx265"), "A01", {"video.codec": "fail", "video.playable": "unknown"}),
    "high 10": (partial(video, pix_fmt="yuv420p10le", profile="high10"), "A01", {"video.playable": "fail"}),
    "4:2:2": (partial(video, pix_fmt="yuv422p", profile="high422"), "A01", {"video.playable": "fail"}),
    "4:4:4": (partial(video, pix_fmt="yuv444p", profile="high444"), "A01", {"video.playable": "fail"}),
    "index at the end": (partial(video, movflags=""), "A01", {"video.playable": "warn"}),
    "encrypted": (partial(video, options=ENCRYPTED), "A01", {"video.playable": "fail", "file.complete": "unknown"}),
    # video.audio_codec
    "mp3 in mp4": (partial(video, audio=("libmp3lame",)), "A01", {"video.audio_codec": "fail"}),
    "no sound": (partial(video, audio=()), "A01", {"video.audio_codec": "warn"}),
    "aac before mp3": (partial(video, audio=("aac", "libmp3lame")), "A01", {}),
    "mp3 as the default": (
        partial(video, audio=("aac", "libmp3lame"), default_audio=1),
        "A01",
        {"video.audio_codec": "fail"},
    ),
    # video.resolution
    "1278×720": (partial(video, size=(1278, 720)), "A01", {"video.resolution": "fail"}),
    "1280×718": (partial(video, size=(1280, 718)), "A01", {"video.resolution": "fail"}),
    "720×1280": (partial(video, size=(720, 1280)), "A01", {}),
    "960×720 with 4:3 pixels": (partial(video, size=(960, 720), sample_aspect_ratio=Fraction(4, 3)), "A01", {}),
    "1280×720 with 1:2 pixels": (
        partial(video, sample_aspect_ratio=Fraction(1, 2)),
        "A01",
        {"video.resolution": "fail"},
    ),
    "turned by 90°": (partial(video, rotation=90), "A01", {}),
    # video.frame_rate
    "30000/1001": (partial(video, rate=Fraction(30000, 1001)), "A01", {}),
    "24000/1001": (partial(video, rate=Fraction(24000, 1001)), "A01", {"video.frame_rate": "fail"}),
    "24": (partial(video, rate=24), "A01", {"video.frame_rate": "fail"}),
    "999/40": (partial(video, rate=Fraction(999, 40)), "A01", {"video.frame_rate": "fail"}),
    "variable, 20 on average": (
        partial(video, rate=30, frame_ticks=(3000, 6000), seconds=4.0),
        "A01",
        {"video.frame_rate": "fail"},
    ),
    "variable, 40 on average": (partial(video, rate=30, frame_ticks=(1500, 3000), seconds=2.0), "A01", {}),
    # video.bit_rate
    "a still slide": (partial(video, still=True), "A01", {"video.bit_rate": "fail"}),
    # audio.*
    "aac renamed": (as_name(partial(sound, codec="aac", container="aac"), "mp3"), "A02", NOT_MP3),
    "wav renamed": (as_name(partial(sound, codec="pcm_s16le", container="wav"), "mp3"), "A02", NOT_MP3),
    "ogg renamed": (
        as_name(partial(sound, codec="libopus", container="ogg", sample_rate=48000), "mp3"),
        "A02",
        NOT_MP3,
    ),
    "layer II renamed": (as_name(partial(sound, codec="mp2", container="mp2"), "mp3"), "A02", NOT_MP3),
    "mp3 with a cover": (lambda: samples.with_id3(sound()), "A02", NO_DEPTH),
    "48 kHz": (partial(sound, sample_rate=48000), "A02", NO_DEPTH),
    "32 kHz": (partial(sound, sample_rate=32000), "A02", {"audio.sample_rate": "fail", **NO_DEPTH}),
    "22 kHz": (partial(sound, sample_rate=22050, bit_rate=64000), "A02", {"audio.sample_rate": "fail", **NO_DEPTH}),
    "mono": (partial(sound, layout="mono"), "A02", {"audio.channels": "fail", **NO_DEPTH}),
    "joint stereo": (partial(sound, quality=4, xing=False), "A02", NO_DEPTH),
    "two identical channels": (partial(sound, channels="identical"), "A02", {"audio.channels": "warn", **NO_DEPTH}),
    "one silent channel": (partial(sound, channels="left_only"), "A02", {"audio.channels": "warn", **NO_DEPTH}),
    "variable bit rate without a header": (partial(sound, quality=4, xing=False, seconds=10.0), "A02", NO_DEPTH),
    "a film renamed mp3": (as_name(video, "mp3"), "A01", {}),
    "a recording renamed mp4": (as_name(sound, "mp4"), "A02", NO_DEPTH),
}


def judged(path: Path, **wishes) -> tuple[Facts, dict[str, Finding]]:
    facts = probe_facts(path)
    whole = probe_whole(path, facts) if facts.readable else None
    return facts, {finding.id: finding for finding in judge(facts, packaged(), whole=whole, **wishes)}


@pytest.mark.parametrize("case", TABLE)
def test_the_case_of_the_table_comes_out_right(case: str) -> None:
    make, kind, expected = TABLE[case]
    facts, findings = judged(make())
    assert facts.type == kind
    assert {rule: finding.verdict for rule, finding in findings.items() if finding.verdict != "pass"} == expected
    worst = "fail" if "fail" in expected.values() else "warn" if "warn" in expected.values() else "pass"
    assert verdict_of(findings.values()) == worst
    for finding in findings.values():
        assert finding.required
        assert finding.measured
        assert finding.message
        assert max(map(len, (finding.required, finding.measured))) <= 300
        assert finding.remedy or finding.verdict != "fail"


@pytest.mark.parametrize("case", ["a compliant film", "a compliant recording", "fragmented", "720×1280"])
def test_every_requirement_of_its_kind_is_judged(case: str) -> None:
    facts, findings = judged(TABLE[case][0](), declared=2)
    kind = "video" if facts.type == "A01" else "audio"
    wanted = [r.id for r in packaged().requirements if r.id.partition(".")[0] in ("file", "duration", kind)]
    assert list(findings) == wanted


def test_notes_are_in_the_words_of_a_pass() -> None:
    assert "分段" in judged(video(movflags=FRAGMENTS))[1]["video.container"].message
    assert "竖屏" in judged(video(size=(720, 1280)))[1]["video.resolution"].message
    assert "隔行" in judged(video(interlaced=True))[1]["video.playable"].message
    tracks = judged(video(audio=("aac", "libmp3lame")))[1]["video.audio_codec"]
    assert "AAC" in tracks.measured
    assert "MP3" in tracks.measured


def test_a_still_slide_is_told_why_and_that_it_may_be_waived() -> None:
    finding = judged(video(still=True))[1]["video.bit_rate"]
    assert "几乎不动" in finding.message
    assert "豁免" in finding.remedy
    assert "如果画面模糊，请从原始工程重新导出" in finding.remedy  # the two counsels never contradict each other
    restless = judged(video(bit_rate=1_500_000))[1]["video.bit_rate"]
    assert restless.verdict == "fail"
    assert "几乎不动" not in restless.message


def test_bit_depth_is_never_a_figure() -> None:
    for make in (sound, partial(sound, codec="pcm_s16le", container="wav")):
        finding = judged(make())[1]["audio.bit_depth"]
        assert finding.verdict == "unknown"
        assert finding.measured == "不适用于 MP3"


def test_a_measured_rate_is_never_rounded_up_to_what_is_wanted() -> None:
    facts = replace(film(), bit_rate=1_999_999)
    finding = one(facts, "video.bit_rate")
    assert finding.verdict == "fail"
    assert "1.999 Mbps" in finding.measured
    rate = one(with_video(frame_rate=Fraction(249_999, 10_000)), "video.frame_rate")
    assert rate.verdict == "fail"
    assert rate.measured.startswith("24.999")


def test_the_reason_of_unreadability_is_said() -> None:
    for content, words in (
        (b"", "空"),
        (b"#EXTM3U\n", "播放列表"),
        (b"%PDF-1.4\n", "文档"),
        (b"\xff\xd8\xff" + bytes(50), "图片"),
    ):
        findings = judged(samples.written("x.mp4", content))[1]
        assert list(findings) == ["file.readable"]
        assert words in findings["file.readable"].message


# The judge alone ---------------------------------------------------------------------------------------------------


def film() -> Facts:
    track = VideoTrack(
        codec="h264",
        profile="High",
        pix_fmt="yuv420p",
        width=1280,
        height=720,
        frame_rate=Fraction(25),
        bit_rate=2_500_000,
    )
    sound_track = AudioTrack(codec="aac", sample_rate=44100, channels=2, default=True)
    boxes = Boxes(brands=("isom",), index_first=True)
    return Facts(
        True,
        1_000_000,
        container="mp4",
        duration_s=100.0,
        bit_rate=2_600_000,
        video=track,
        audio=(sound_track,),
        boxes=boxes,
    )


def with_video(**changes) -> Facts:
    return replace(film(), video=replace(film().video, **changes))


def recording(**frames) -> Facts:
    track = AudioTrack(codec="mp3", sample_rate=44100, channels=2, default=True)
    return Facts(
        True,
        1_000_000,
        container="mp3",
        duration_s=100.0,
        bit_rate=128_000,
        audio=(track,),
        mpeg=MpegFrames(frames=3000, **frames),
    )


def one(facts: Facts, rule: str, whole: WholeFacts | None = None, declared: float | None = None) -> Finding:
    return next(f for f in judge(facts, packaged(), whole=whole, declared=declared) if f.id == rule)


def whole(**changes) -> WholeFacts:
    return replace(WholeFacts(duration_s=100.0, frames=2500, packets=5000, decoded_s=100.0), **changes)


def test_the_second_pass_is_not_yet_made() -> None:
    findings = judge(film(), packaged(), declared=100)
    unknown = {finding.id for finding in findings if finding.verdict == "unknown"}
    assert unknown == {"file.complete", "duration.matches"}
    assert verdict_of(findings) == "pass"


@pytest.mark.parametrize(
    ("length", "declared", "verdict"),
    [
        (100.0, 100, "pass"),
        (100.0, 102, "pass"),
        (100.0, 103, "fail"),
        (100.0, 97, "fail"),
        (100.49, 98, "pass"),
        (3600.0, 3636, "pass"),
        (3600.0, 3637, "fail"),
        (99.5, 102, "pass"),  # rounded half up: 100
        (0.4, 2, "pass"),
        (0.4, 3, "fail"),
    ],
)
def test_declared_and_measured_length_may_differ_by_two_seconds_or_a_hundredth(
    length: float, declared: float, verdict: str
) -> None:
    assert one(film(), "duration.matches", whole(duration_s=length), declared).verdict == verdict


def test_without_a_declared_length_nothing_is_compared() -> None:
    assert "duration.matches" not in {finding.id for finding in judge(film(), packaged(), whole=whole())}


def test_the_true_length_of_a_variable_recording_matches_where_a_guess_would_not() -> None:
    path = sound(quality=4, xing=False, seconds=60.0)
    assert judged(path, declared=60)[1]["duration.matches"].verdict == "pass"
    assert judged(path, declared=55)[1]["duration.matches"].verdict == "fail"


@pytest.mark.parametrize("reason", ["crashed", "timed_out", "out_of_memory"])
def test_a_file_that_breaks_the_second_pass_is_unreadable(reason: str) -> None:
    findings = judge(film(), packaged(), whole=WholeFacts(reason=reason), declared=100)
    assert [(f.id, f.verdict) for f in findings] == [("file.readable", "fail")]


def test_a_file_that_went_away_before_the_second_pass_leaves_the_question_open() -> None:
    assert one(film(), "file.complete", WholeFacts(reason="missing")).verdict == "unknown"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "pass"),
        ({"damaged": 1, "first_damage_s": 12.0}, "fail"),
        ({"read_error": True}, "fail"),
        ({"duration_s": 99.5}, "pass"),
        ({"duration_s": 98.5}, "fail"),
        ({"frames": 0}, "fail"),
        ({"method": "sampled", "decoded_s": 8.0}, "pass"),
    ],
)
def test_what_the_second_pass_found_decides_on_wholeness(changes: dict, verdict: str) -> None:
    assert one(film(), "file.complete", whole(**changes)).verdict == verdict


def test_the_finding_says_which_pass_was_made() -> None:
    assert "逐帧" in one(film(), "file.complete", whole()).message
    sampled = one(film(), "file.complete", whole(method="sampled"))
    assert "每分钟 2 秒" in sampled.message
    assert "抽查" in sampled.measured


def test_a_header_that_lies_about_the_length_warns() -> None:
    facts = replace(film(), boxes=replace(film().boxes, movie_duration_s=160.0))
    assert one(facts, "file.complete", whole()).verdict == "warn"


def test_a_truncated_film_fails_before_the_second_pass() -> None:
    facts = replace(film(), boxes=replace(film().boxes, missing_bytes=1000))
    assert one(facts, "file.complete").verdict == "fail"
    assert one(facts, "video.bit_rate").verdict == "unknown"


@pytest.mark.parametrize(
    ("frames", "verdict"),
    [
        ({}, "pass"),
        ({"declared_frames": 3000}, "pass"),
        ({"declared_frames": 3001, "cut_off": True}, "pass"),  # it has all that it says
        ({"declared_frames": 4000}, "fail"),
        ({"cut_off": True}, "fail"),
        ({"gaps": 1}, "warn"),
    ],
)
def test_a_recording_is_held_against_its_own_count(frames: dict, verdict: str) -> None:
    assert one(recording(**frames), "file.complete", whole(frames=0)).verdict == verdict


def test_recordings_that_were_joined_end_to_end_warn_and_do_not_fail() -> None:
    joined = samples.written("joined.mp3", sound().read_bytes() * 3)
    facts, findings = judged(joined, declared=6)
    assert facts.mpeg.gaps == 2
    assert findings["file.complete"].verdict == "warn"
    assert findings["duration.matches"].verdict == "pass"
    assert one(recording(gaps=1), "file.complete", whole(frames=0, damaged=9)).verdict == "fail"


@pytest.mark.parametrize(
    ("frames", "verdict"),
    [({}, "pass"), ({"free_format": True}, "fail"), ({"mixed": True}, "warn"), ({"leading_bytes": 99}, "warn")],
)
def test_odd_recordings_may_not_play_everywhere(frames: dict, verdict: str) -> None:
    assert one(recording(**frames), "audio.playable").verdict == verdict


def test_listening_to_the_whole_outweighs_the_sample() -> None:
    facts = replace(recording(), sound=Sound(3.0, silent=(2,)))
    assert one(facts, "audio.channels").verdict == "warn"
    assert one(facts, "audio.channels", whole(sound=Sound(100.0))).verdict == "pass"
    assert one(recording(), "audio.channels", whole(sound=Sound(100.0, silent=(1, 2)))).verdict == "warn"


def test_an_unknown_codec_is_judged_without_a_stumble() -> None:
    facts = replace(
        film(), video=VideoTrack(tag="zzzz"), audio=(AudioTrack(tag="yyyy"),), duration_s=None, bit_rate=None
    )
    findings = {finding.id: finding for finding in judge(facts, packaged(), whole=whole(frames=0, duration_s=0.0))}
    assert findings["video.codec"].verdict == "fail"
    assert "zzzz" in findings["video.codec"].measured
    assert findings["video.audio_codec"].verdict == "fail"
    for rule in ("video.resolution", "video.frame_rate", "video.bit_rate", "file.complete"):
        assert findings[rule].verdict == "unknown"


@pytest.mark.parametrize(
    ("width", "height", "ratio", "rotation", "verdict"),
    [
        (1280, 720, 1, 0, "pass"),
        (720, 1280, 1, 0, "pass"),
        (1440, 1080, Fraction(4, 3), 0, "pass"),
        (1279, 720, 1, 0, "fail"),
        (1280, 719, 1, 270, "fail"),
        (960, 720, 1, 0, "fail"),
        (959, 720, Fraction(4, 3), 0, "fail"),
        (720, 960, Fraction(4, 3), 90, "fail"),
        (3840, 600, 1, 0, "fail"),
    ],
)
def test_the_size_as_shown_is_judged(width: int, height: int, ratio: Fraction, rotation: int, verdict: str) -> None:
    facts = with_video(width=width, height=height, sample_aspect_ratio=Fraction(ratio), rotation=rotation)
    assert one(facts, "video.resolution").verdict == verdict


@given(st.fractions(min_value=Fraction(1, 100), max_value=300, max_denominator=100_000))
def test_any_rate_passes_exactly_when_it_is_25_or_more(rate: Fraction) -> None:
    assert one(with_video(frame_rate=rate), "video.frame_rate").verdict == ("pass" if rate >= 25 else "fail")


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_picture_and_the_same_one_turned_have_the_same_verdict(width: int, height: int) -> None:
    lying = one(with_video(width=width, height=height), "video.resolution").verdict
    standing = one(with_video(width=width, height=height, rotation=90), "video.resolution").verdict
    assert lying == standing == ("pass" if max(width, height) >= 1280 and min(width, height) >= 720 else "fail")


def test_judging_is_pure_and_repeats_itself() -> None:
    facts = probe_facts(video())
    assert judge(facts, packaged()) == judge(Facts.from_json(facts.to_json()), packaged())


def test_findings_pass_through_gettext(monkeypatch: pytest.MonkeyPatch) -> None:
    from lifelong.standards.technical import rules_video

    monkeypatch.setattr(rules_video, "_", lambda text: f"<{text}>")
    with translation.override("zh-hans"):
        assert one(film(), "video.container").message.startswith("<")
