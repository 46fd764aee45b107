"""The first pass: what is measured of each kind of file, and that nothing a file is can do harm."""

import os
import struct
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from lifelong.media.probe import Facts, WholeFacts, probe_facts, probe_whole, sha256_of
from lifelong.media.tests import samples
from lifelong.media.tests.samples import sound, video

FRAGMENTS = "+frag_keyframe+empty_moov+default_base_moof"


def video_of(path: Path):
    facts = probe_facts(path)
    assert facts.readable, facts
    assert facts.video is not None
    return facts.video


def test_a_plain_film_has_all_its_facts() -> None:
    facts = probe_facts(video())
    assert facts.type == "A01"
    assert facts.container == "mp4"
    assert facts.duration_s == pytest.approx(2.0, abs=0.05)
    assert facts.bit_rate == round(facts.size_bytes * 8 / facts.duration_s)
    assert (facts.video.codec, facts.video.tag, facts.video.pix_fmt) == ("h264", "avc1", "yuv420p")
    assert facts.video.frame_rate == 25
    assert facts.video.frames == 50
    assert not facts.video.variable
    assert facts.video.bit_rate < facts.bit_rate
    track = facts.main_audio
    assert (track.codec, track.channels, track.sample_rate, track.profile) == ("aac", 2, 44100, "LC")
    assert facts.boxes.index_first is True
    assert facts.boxes.missing_bytes == 0


def test_facts_survive_the_way_through_json() -> None:
    for path in (video(rotation=90), sound(), samples.written("empty.mp4", b"")):
        facts = probe_facts(path)
        assert Facts.from_json(facts.to_json()) == facts
        whole = probe_whole(path, facts)
        assert WholeFacts.from_json(whole.to_json()) == whole


def test_signs_that_no_database_holds_are_kept_out_of_the_json(tmp_path: Path) -> None:
    content = bytearray(video().read_bytes())
    content[16:20] = b"a\x00b\x00"  # a brand
    at = content.index(b"avc1", 100)
    content[at : at + 4] = b"\x00\x01\xffz"  # a codec that nobody knows
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    facts = probe_facts(path)
    assert facts.video.codec == ""
    assert "\x00" not in str(facts.to_json())


@pytest.mark.parametrize(
    "rate", [Fraction(25), Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(999, 40), Fraction(50)]
)
@pytest.mark.parametrize("movflags", ["+faststart", FRAGMENTS])
def test_the_frame_rate_is_the_exact_fraction(rate: Fraction, movflags: str) -> None:
    assert video_of(video(rate=rate, movflags=movflags)).frame_rate == rate


@pytest.mark.parametrize("movflags", ["+faststart", FRAGMENTS])
def test_a_variable_rate_gives_its_average_and_not_its_nominal_rate(movflags: str) -> None:
    track = video_of(video(rate=30, frame_ticks=(3000, 6000), seconds=4.0, movflags=movflags))
    assert track.variable
    assert track.frame_rate == pytest.approx(20, abs=0.3)
    assert track.nominal_rate == 30


def test_display_size_follows_aspect_ratio_and_rotation() -> None:
    assert video_of(video(size=(960, 720), sample_aspect_ratio=Fraction(4, 3))).display_size == (1280, 720)
    assert video_of(video(size=(960, 720), sample_aspect_ratio=Fraction(4, 3))).width == 960
    assert video_of(video(rotation=90)).display_size == (720, 1280)
    assert video_of(video(rotation=180)).display_size == (1280, 720)
    assert video_of(video(container="mov", rotation=90)).display_size == (720, 1280)


@pytest.mark.parametrize(
    ("wishes", "container", "codec"),
    [
        ({"container": "mov"}, "mov", "h264"),
        ({"container": "mkv"}, "mkv", "h264"),
        ({"container": "webm", "codec": "libvpx-vp9", "audio": ("libopus",), "sample_rate": 48000}, "webm", "vp9"),
        ({"container": "avi", "audio": ("libmp3lame",)}, "avi", "h264"),
        ({"container": "flv"}, "flv", "h264"),
        ({"container": "ts"}, "ts", "h264"),
        ({"container": "mpg", "codec": "mpeg2video", "audio": ("mp2",)}, "mpg", "mpeg2video"),
        ({"container": "wmv", "codec": "wmv2", "audio": ("wmav2",)}, "wmv", "wmv2"),
        ({"codec": "libx265"}, "mp4", "hevc"),
        ({"codec": "mpeg4"}, "mp4", "mpeg4"),
    ],
)
def test_container_and_codec_come_from_the_content_whatever_the_name(wishes: dict, container: str, codec: str) -> None:
    original = video(**wishes)
    facts = probe_facts(samples.renamed(original, f"{original.stem}-as.mp4"))
    assert facts.readable
    assert facts.container == container
    assert facts.video.codec == codec
    assert facts.type == "A01"


@pytest.mark.parametrize(
    ("wishes", "container"),
    [
        ({"codec": "aac", "container": "aac"}, "aac"),
        ({"codec": "pcm_s16le", "container": "wav"}, "wav"),
        ({"codec": "libopus", "container": "ogg", "sample_rate": 48000}, "ogg"),
        ({"codec": "flac", "container": "flac"}, "flac"),
        ({"codec": "aac", "container": "m4a"}, "mp4"),
        ({"codec": "mp2", "container": "mp2"}, "mp2"),
        ({}, "mp3"),
    ],
)
def test_sound_of_every_kind_is_told_apart_under_the_name_mp3(wishes: dict, container: str) -> None:
    original = sound(**wishes)
    facts = probe_facts(samples.renamed(original, f"{original.stem}-as.mp3"))
    assert (facts.readable, facts.type, facts.container) == (True, "A02", container)
    assert facts.duration_s == pytest.approx(2.0, abs=0.1)


def test_every_audio_track_is_listed_and_the_default_one_leads() -> None:
    first = probe_facts(video(audio=("aac", "libmp3lame")))
    assert [track.codec for track in first.audio] == ["aac", "mp3"]
    assert first.main_audio.codec == "aac"
    second = probe_facts(video(audio=("aac", "libmp3lame"), default_audio=1))
    assert second.main_audio.codec == "mp3"


def test_a_cover_in_an_mp3_is_no_video() -> None:
    facts = probe_facts(samples.with_id3(sound()))
    assert (facts.type, facts.video, facts.container) == ("A02", None, "mp3")


def test_a_huge_tag_before_the_sound_is_skipped() -> None:
    facts = probe_facts(samples.with_id3(sound(), picture_bytes=12_000_000))
    assert facts.readable
    assert facts.duration_s == pytest.approx(2.0, abs=0.05)
    assert facts.mpeg.leading_bytes == 0


def test_rubbish_before_the_sound_is_counted_and_borne() -> None:
    facts = probe_facts(samples.written("rubbish.mp3", b"\x01\x02\x03rubbish" * 1000 + sound(xing=False).read_bytes()))
    assert facts.readable
    assert facts.mpeg.leading_bytes == 10_000


def test_an_id3_tag_may_precede_sound_of_another_kind() -> None:
    tagged = samples.with_id3(sound(codec="aac", container="aac"), name="tagged-aac.mp3")
    assert probe_facts(tagged).container == "aac"


def test_encryption_is_seen() -> None:
    key = "00112233445566778899aabbccddeeff"
    options = (("encryption_scheme", "cenc-aes-ctr"), ("encryption_key", key), ("encryption_kid", key))
    facts = probe_facts(video(options=options))
    assert facts.video.encrypted
    assert facts.video.codec == "h264"
    assert all(track.encrypted for track in facts.audio)


def test_two_identical_or_one_silent_channel_are_heard() -> None:
    assert probe_facts(sound(channels="identical")).sound.identical
    assert probe_facts(sound(channels="identical", joint=False)).sound.identical
    assert probe_facts(sound(channels="left_only")).sound.silent == (2,)
    different = probe_facts(sound()).sound
    assert (different.identical, different.silent) == (False, ())


def test_a_pause_in_the_sampled_places_says_nothing_of_silence() -> None:
    assert probe_facts(sound(channels="silent")).sound is None


# What is no media ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", "empty"),
        ("letter.mp4", "这是一封信。\n".encode() * 20, "text"),
        ("gbk.mp4", "这是一封信。\n".encode("gb18030") * 20, None),
        ("page.mp4", b"<!DOCTYPE html><html><body>404</body></html>", "document"),
        ("paper.mp4", b"%PDF-1.7\n" + bytes(100), "document"),
        ("letter.docx", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(50), "document"),
        ("zip.mp4", b"PK\x03\x04" + bytes(100), "archive"),
        ("photo.mp4", b"\xff\xd8\xff\xe0" + bytes(100), "picture"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        ("hls.mp4", b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\nsecret.ts\n", "playlist"),
        ("concat.mp4", b"ffconcat version 1.0\nfile sibling.mp4\n", "playlist"),
        ("zeros.mp4", bytes(5000), "unknown_format"),
        ("ones.mp3", b"\xff" * 50000, "unknown_format"),
        ("noise.mp3", bytes(range(256)) * 200, "unknown_format"),
        ("onlytag.mp3", b"ID3\x03\x00\x00\x00\x00\x0f\x7f" + bytes(2047), "damaged"),
        ("ftyp.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "no_index"),
        ("heic.mp4", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(50), "picture"),
        ("mkv.mp4", b"\x1a\x45\xdf\xa3" + bytes(200), "damaged"),
        ("riff.mp3", b"RIFF\x24\x00\x00\x00WAVE", "damaged"),
    ],
)
def test_what_is_no_media_is_unreadable_with_its_reason(name: str, content: bytes, reason: str | None) -> None:
    facts = probe_facts(samples.written(name, content))
    assert not facts.readable
    assert facts.type is None
    if reason:
        assert facts.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile {name}\n",
        "ffconcat version 1.0\nfile {path}\n",
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:2,\n{name}\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_text_that_names_a_sibling_never_has_it_read(tmp_path: Path, text: str) -> None:
    sibling = tmp_path / "sibling.mp4"
    sibling.write_bytes(video().read_bytes())
    os.utime(sibling, (0, 0))
    path = tmp_path / "list.mp4"
    path.write_text(text.format(name="sibling.mp4", path=sibling))
    facts = probe_facts(path)
    assert (facts.readable, facts.reason) == (False, "playlist")
    assert facts.duration_s is None


def test_a_film_without_its_index_is_unreadable_for_that_reason() -> None:
    assert probe_facts(samples.cut(video(movflags=""), 0.6)).reason == "no_index"
    assert probe_facts(samples.cut(video(), 0.0005)).reason in ("no_index", "damaged")


def test_folders_pipes_and_missing_files_are_unreadable_and_never_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    assert probe_facts(tmp_path).reason == "folder"
    assert probe_facts(pipe).reason == "not_a_file"
    assert probe_facts("/dev/zero").reason == "not_a_file"
    assert probe_facts(tmp_path / "none.mp4").reason == "missing"
    assert probe_facts(tmp_path / ("x" * 300)).reason == "missing"
    assert probe_facts("a\x00b").reason == "missing"


def test_a_file_without_permission_is_unreadable_for_that_reason(tmp_path: Path) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(video().read_bytes())
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        for place in (tmp_path, *list(tmp_path.parents)[:2]):
            place.chmod(0o755)
        os.seteuid(65534)
    try:
        assert probe_facts(path).reason == "no_permission"
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize(
    "name", ["第一课 太极拳（上）.mp4", "file:evil.mp4", "-i.mp4", "a'b\"c;d|e.mp4", "concat:a|b.mp4", "%d.mp4"]
)
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(video().read_bytes())
    assert probe_facts(path).readable


@pytest.mark.skipif(sys.platform != "linux", reason="other systems want UTF-8")
def test_a_name_that_is_no_text_will_do_too(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xd6\xd0\xce\xc4.mp4"  # GBK
    with open(path, "wb") as file:
        file.write(video().read_bytes())
    assert probe_facts(os.fsdecode(path)).readable


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(video().read_bytes())
    assert probe_facts(path).sha256 == ""
    assert probe_facts(path, sha256=True).sha256 == sha256_of(path)
    assert sha256_of(samples.written("abc", b"abc")).startswith("ba7816bf8f01cfea")


# Layout ----------------------------------------------------------------------------------------------------------


def test_the_place_of_the_index_is_seen() -> None:
    assert probe_facts(video()).boxes.index_first is True
    assert probe_facts(video(movflags="")).boxes.index_first is False
    fragmented = probe_facts(video(movflags=FRAGMENTS)).boxes
    assert fragmented.fragmented
    assert fragmented.index_first is True


def test_a_fragmented_film_that_ends_before_its_segment_index_does_is_cut_off(tmp_path: Path) -> None:
    """Cut exactly between two fragments: every box that is here is whole, only sidx knows what is missing."""
    whole = video(movflags=FRAGMENTS + "+dash", options=(("global_sidx", "1"),))
    content = whole.read_bytes()
    assert b"sidx" in content
    assert probe_facts(whole).boxes.missing_bytes == 0
    cut = content.rindex(b"moof") - 4
    (tmp_path / "cut.mp4").write_bytes(content[:cut])
    missing = probe_facts(tmp_path / "cut.mp4").boxes.missing_bytes
    assert 0 < missing <= len(content) - cut


def test_the_length_of_a_film_that_begins_in_its_index_and_goes_on_in_fragments_is_not_that_of_its_beginning() -> None:
    facts = probe_facts(video(movflags="+frag_keyframe"))
    assert facts.boxes.fragmented
    assert facts.boxes.movie_duration_s is None
    assert facts.duration_s == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("movflags", ["+faststart", FRAGMENTS])
def test_a_cut_off_file_misses_bytes(movflags: str) -> None:
    whole = video(movflags=movflags)
    facts = probe_facts(samples.cut(whole, 0.7))
    assert facts.readable
    assert facts.boxes.missing_bytes > 0


def test_zeros_behind_the_last_box_are_no_loss(tmp_path: Path) -> None:
    path = tmp_path / "padded.mp4"
    path.write_bytes(video().read_bytes() + bytes(4096))
    assert probe_facts(path).boxes.missing_bytes == 0


def test_a_media_box_that_reaches_to_the_end_is_found_short_by_its_samples(tmp_path: Path) -> None:
    content = bytearray(video(seconds=4.0).read_bytes())
    at = content.index(b"mdat") - 4
    content[at : at + 4] = bytes(4)  # length 0: to the end of the file, wherever that is
    path = tmp_path / "open-ended.mp4"
    path.write_bytes(content)
    assert probe_facts(path).boxes.missing_bytes == 0
    path.write_bytes(content[: len(content) // 2])
    assert probe_facts(path).boxes.missing_bytes > 0


def test_a_length_in_64_bits_is_understood(tmp_path: Path) -> None:
    content = video(movflags="").read_bytes()
    at = content.index(b"mdat") - 4
    length = struct.unpack(">I", content[at : at + 4])[0]
    assert content[at - 8 : at] == b"\x00\x00\x00\x08free"  # the writer left room for the long form
    long = content[: at - 8] + struct.pack(">I4sQ", 1, b"mdat", length + 8) + content[at + 8 :]
    path = tmp_path / "long.mp4"
    path.write_bytes(long)
    facts = probe_facts(path)
    assert facts.readable
    assert (facts.boxes.missing_bytes, facts.boxes.index_first) == (0, False)


def test_brands_tell_mp4_from_quicktime() -> None:
    assert "isom" in probe_facts(video()).boxes.brands
    assert probe_facts(video(container="mov")).boxes.brands[0] == "qt  "


def test_an_old_quicktime_file_without_brands_is_quicktime(tmp_path: Path) -> None:
    content = video(container="mov", movflags="").read_bytes()
    length = struct.unpack(">I", content[:4])[0]
    assert content[4:8] == b"ftyp"
    path = tmp_path / "old.mp4"
    path.write_bytes(struct.pack(">I", length) + b"wide" + bytes(length - 8) + content[length:])
    assert probe_facts(path).container == "mov"
