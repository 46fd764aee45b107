"""Lossless repair: every coded packet stays, the index moves to the front, and half a result never appears."""

import hashlib
import struct
from pathlib import Path

import av
import pytest

from lifelong.media import remux
from lifelong.media.probe import probe_facts, probe_whole
from lifelong.media.probe.cage import Broken
from lifelong.media.remux import CannotRemux, faststart, rewrap
from lifelong.media.tests import samples
from lifelong.media.tests.samples import sound, video


def packets(path: Path) -> list[list[tuple[str, float | None]]]:
    """Hash and time of every packet, track by track."""
    with av.open(str(path)) as container:
        tracks: dict[int, list[tuple[str, float | None]]] = {s.index: [] for s in container.streams}
        for packet in container.demux():
            if packet.dts is not None:
                at = round(float(packet.pts * packet.time_base), 3) if packet.pts is not None else None
                tracks[packet.stream_index].append((hashlib.sha256(bytes(packet)).hexdigest(), at))
    return list(tracks.values())


def contents(path: Path) -> list[list[str]]:
    return [[digest for digest, _ in track] for track in packets(path)]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"rotation": 90},
        {"audio": ("aac", "aac"), "default_audio": 1},
        {"audio": ()},
        {"rate": 30, "frame_ticks": (3000, 6000)},
    ],
)
def test_the_index_moves_to_the_front_and_nothing_else_changes(wishes: dict, tmp_path: Path) -> None:
    source, target = video(movflags="", **wishes), tmp_path / "out.mp4"
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    faststart(source, target)
    old, new = probe_facts(source), probe_facts(target)
    assert (old.boxes.index_first, new.boxes.index_first) == (False, True)
    assert packets(source) == packets(target)
    assert (new.video, new.audio, new.duration_s) == (old.video, old.audio, old.duration_s)
    assert source.stat().st_size == target.stat().st_size
    assert probe_whole(target, new).damaged == 0
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    assert leftovers(tmp_path) == ["out.mp4"]


def test_a_fragmented_film_becomes_progressive_with_the_same_packets(tmp_path: Path) -> None:
    source, target = video(movflags="+frag_keyframe+empty_moov+default_base_moof"), tmp_path / "out.mp4"
    faststart(source, target)
    assert probe_facts(target).boxes.fragmented is False
    assert probe_facts(target).boxes.index_first is True
    assert contents(source) == contents(target)


def test_a_film_whose_index_is_in_front_already_is_copied(tmp_path: Path) -> None:
    faststart(video(), tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == video().read_bytes()


@pytest.mark.parametrize(
    "wishes", [{"container": "mkv"}, {"container": "mov"}, {"container": "mov", "rotation": 90}, {"container": "flv"}]
)
def test_h264_and_aac_in_another_wrapping_become_mp4_with_the_same_packets(wishes: dict, tmp_path: Path) -> None:
    source, target = video(**wishes), tmp_path / "out.mp4"
    rewrap(source, target)
    old, new = probe_facts(source), probe_facts(target)
    assert new.container == "mp4"
    assert new.boxes.index_first is True
    assert contents(source) == contents(target)
    assert new.video.rotation == old.video.rotation
    assert new.video.frame_rate == 25
    assert probe_whole(target, new).damaged == 0


@pytest.mark.parametrize(
    "wishes",
    [
        {"codec": "libx265"},
        {"container": "webm", "codec": "libvpx-vp9", "audio": ()},
        {"container": "mkv", "audio": ("libmp3lame",)},
    ],
)
def test_other_codecs_are_refused(wishes: dict, tmp_path: Path) -> None:
    with pytest.raises(CannotRemux) as caught:
        rewrap(video(size=(160, 120), **wishes), tmp_path / "out.mp4")
    assert caught.value.reason == "codec"
    assert leftovers(tmp_path) == []


def test_a_film_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    for broken in (samples.cut(video(), 0.7), samples.cut(video(movflags=""), 0.7)):
        with pytest.raises(CannotRemux) as caught:
            faststart(broken, tmp_path / "out.mp4")
        assert caught.value.reason == "incomplete"
    assert leftovers(tmp_path) == []


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    for path in (
        samples.written("letter.mp4", b"hello\n" * 100),
        samples.written("nothing.mp4", b""),
        tmp_path / "none.mp4",
    ):
        for repair in (faststart, rewrap):
            with pytest.raises(CannotRemux):
                repair(path, tmp_path / "out.mp4")
    assert leftovers(tmp_path) == []


def test_a_broken_child_leaves_neither_result_nor_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.mp4").write_bytes(b"as it was")

    def broken(*_args: object, **_options: object) -> dict[str, object]:
        raise Broken("timed_out")

    monkeypatch.setattr(remux, "run", broken)
    with pytest.raises(Broken):
        faststart(video(movflags=""), tmp_path / "out.mp4")
    assert leftovers(tmp_path) == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"as it was"


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    faststart(video(movflags=""), tmp_path / "out.mp4", progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_boxes_between_media_and_index_keep_their_places(tmp_path: Path) -> None:
    content = video(movflags="").read_bytes()
    at = content.index(b"moov") - 4
    path = tmp_path / "in.mp4"
    path.write_bytes(
        content[:at]
        + struct.pack(">I4s", 24, b"uuid")
        + b"sixteen bytes id"
        + content[at:]
        + struct.pack(">I4s", 8, b"free")
    )
    faststart(path, tmp_path / "out.mp4")
    assert packets(tmp_path / "out.mp4") == packets(path)


def test_offsets_in_64_bits_are_moved_too(tmp_path: Path) -> None:
    """As a writer of files above 4 GiB makes them."""
    content = video(movflags="", audio=()).read_bytes()
    at = content.index(b"stco") - 4
    length, _, flags, count = struct.unpack(">I4sII", content[at : at + 16])
    places = struct.unpack(f">{count}I", content[at + 16 : at + length])
    wide = struct.pack(">I4sII", 16 + 8 * count, b"co64", flags, count) + struct.pack(f">{count}Q", *places)
    grown = bytearray(content[:at] + wide + content[at + length :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        place = grown.index(box) - 4
        grown[place : place + 4] = struct.pack(
            ">I", struct.unpack(">I", grown[place : place + 4])[0] + len(wide) - length
        )
    path = tmp_path / "in.mp4"
    path.write_bytes(grown)
    faststart(path, tmp_path / "out.mp4")
    assert packets(tmp_path / "out.mp4") == packets(video(movflags="", audio=()))


def test_sound_alone_can_be_wrapped_anew(tmp_path: Path) -> None:
    rewrap(sound(codec="aac", container="m4a"), tmp_path / "out.mp4")
    assert probe_facts(tmp_path / "out.mp4").main_audio.codec == "aac"
