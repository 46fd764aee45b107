"""The walk over MPEG audio frames: exact length, constant or not, cut off or not."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.media.probe import mpeg_audio
from lifelong.media.tests import samples
from lifelong.media.tests.samples import sound


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "a.mp3"


def walk(path: Path) -> mpeg_audio.Walk:
    found = walk_or_none(path)
    assert found is not None
    return found


def walk_or_none(path: Path) -> mpeg_audio.Walk | None:
    fd = os.open(path, os.O_RDONLY)
    try:
        return mpeg_audio.walk(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)


def frame(bits: int = 9, rate: int = 0, padding: int = 0, version: int = 3, layer: int = 1, mode: int = 0) -> bytes:
    """A frame with an empty body; the numbers are those of the header's fields (layer 1 is III)."""
    four = bytes((0xFF, 0xE0 | version << 3 | layer << 1 | 1, bits << 4 | rate << 2 | padding << 1, mode << 6))
    header = mpeg_audio.parse(four)
    assert header is not None
    return four + bytes(header.length - 4)


def test_constant_and_variable_rate_are_told_apart() -> None:
    assert walk(sound()).frames.constant_bit_rate
    assert walk(sound()).frames.header == "Info"
    variable = walk(sound(quality=4, seconds=10.0))
    assert not variable.frames.constant_bit_rate
    assert variable.frames.header == "Xing"


def test_a_variable_file_without_its_header_still_has_its_true_length() -> None:
    path = sound(quality=4, xing=False, seconds=10.0)
    with av.open(str(path)) as container:
        guess = container.duration / av.time_base
    found = walk(path)
    assert found.frames.header == ""
    assert found.duration_s == pytest.approx(10.0, abs=0.1)
    assert abs(guess - 10.0) > 0.5, "FFmpeg's guess has become good: the walk is no longer needed for it"


def test_the_length_leaves_out_what_the_encoder_added() -> None:
    assert walk(sound()).duration_s == pytest.approx(2.0, abs=0.001)


def test_a_cut_off_file_ends_in_the_middle_of_a_frame_and_lacks_declared_ones() -> None:
    whole, cut = walk(sound()), walk(samples.cut(sound(), 0.6))
    assert not whole.frames.cut_off
    assert whole.frames.frames == whole.frames.declared_frames
    assert cut.frames.cut_off
    assert cut.frames.frames < cut.frames.declared_frames


@pytest.mark.parametrize(
    "tag",
    [
        b"TAG" + bytes(125),
        b"APETAGEX"
        + struct.pack("<IIII8x", 2000, 64, 1, 0xA0000000)
        + b"x" * 32
        + b"APETAGEX"
        + struct.pack("<IIII8x", 2000, 64, 1, 0x80000000),
        b"LYRICSBEGIN" + b"x" * 40 + b"000051LYRICS200",
        b"LYRICSBEGIN" + b"x" * 40 + b"000051LYRICS200" + b"TAG" + bytes(125),
    ],
)
def test_tags_behind_the_sound_are_no_cut_off_frame(place: Path, tag: bytes) -> None:
    place.write_bytes(sound(xing=False).read_bytes() + tag)
    found = walk(place)
    assert found.end == place.stat().st_size - len(tag)
    assert (found.frames.cut_off, found.frames.gaps) == (False, 0)


def test_padding_behind_the_sound_is_no_gap_but_rubbish_inside_is(place: Path) -> None:
    place.write_bytes(frame() * 20 + bytes(500))
    assert walk(place).frames.gaps == 0
    place.write_bytes(frame() * 20 + b"rubbish" * 100 + frame() * 20)
    assert (walk(place).frames.gaps, walk(place).frames.frames) == (1, 40)


def test_a_change_of_the_sample_rate_on_the_way_is_seen_and_the_length_is_right(place: Path) -> None:
    place.write_bytes(frame(rate=0) * 100 + frame(rate=2) * 100)
    found = walk(place)
    assert found.frames.mixed
    assert found.duration_s == pytest.approx(100 * 1152 / 44100 + 100 * 1152 / 32000)


@pytest.mark.parametrize(("layer", "codec"), [(1, "mp3"), (2, "mp2"), (3, "mp1")])
def test_the_layers_are_told_apart(place: Path, layer: int, codec: str) -> None:
    place.write_bytes(frame(layer=layer) * 30)
    assert walk(place).codec == codec


def test_free_format_is_walked_by_the_distance_of_its_headers(place: Path) -> None:
    one = bytes((0xFF, 0xFB, 0x00, 0x00)) + bytes(700)
    place.write_bytes(one * 50)
    found = walk(place)
    assert found.frames.free_format
    assert found.frames.frames == 50


def test_a_few_bytes_that_look_like_a_header_are_no_sound(place: Path) -> None:
    for content in (b"", b"\xff\xfb", frame(), b"\xff\xfb\x90\x00" * 2000, bytes(10_000), b"\xff" * 10_000):
        place.write_bytes(content)
        assert walk_or_none(place) is None


def test_frames_that_straddle_the_reading_window_are_counted_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write_bytes(b"".join(frame(bits=1 + n % 14, padding=n % 2) for n in range(400)))
    whole = walk(place).frames
    monkeypatch.setattr(mpeg_audio, "_WINDOW_BYTES", 1000)
    assert walk(place).frames == whole
    assert whole.frames == 400


def headers() -> Iterator[tuple[int, int, int]]:
    return ((version, layer, rate) for version in (0, 2, 3) for layer in (1, 2, 3) for rate in (0, 1, 2))


@pytest.mark.parametrize(("version", "layer", "rate"), list(headers()))
def test_every_version_layer_and_rate_is_walked_exactly(place: Path, version: int, layer: int, rate: int) -> None:
    frames = [frame(bits, rate, padding, version, layer) for bits in range(1, 15) for padding in (0, 1)]
    place.write_bytes(b"".join(frames))
    found = walk(place)
    assert found.frames.frames == len(frames)
    assert found.duration_s == pytest.approx(len(frames) * found.header.samples / found.header.sample_rate)
    assert not found.frames.cut_off


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 14), st.integers(0, 1)), min_size=5, max_size=60),
    st.binary(max_size=200).filter(lambda junk: b"\xff" not in junk and not junk.startswith(b"ID3")),
    st.integers(0, 300),
)
def test_any_run_of_frames_is_counted_exactly_and_a_cut_is_seen(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[tuple[int, int]], before: bytes, lost: int
) -> None:
    frames = [frame(bits, 0, padding) for bits, padding in kinds]
    lost = min(lost, len(frames[-1]) - 4)
    content = before + b"".join(frames)
    path = tmp_path_factory.mktemp("run") / "a.mp3"
    path.write_bytes(content[: len(content) - lost])
    found = walk(path)
    assert found.frames.leading_bytes == len(before)
    assert found.frames.cut_off == (lost > 0)
    assert found.frames.frames == len(frames) - (lost > 0)
