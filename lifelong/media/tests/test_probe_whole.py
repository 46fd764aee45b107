"""The second pass: read to the end, decoded wholly or in part, and what is broken is found."""

import random
from pathlib import Path

import pytest

from lifelong.media.probe import probe_facts, probe_whole
from lifelong.media.tests import samples
from lifelong.media.tests.samples import sound, video


@pytest.fixture(scope="module")
def long_film() -> Path:
    """21 minutes, small and slow, so that it is made quickly."""
    return video(size=(64, 48), rate=5, seconds=21 * 60.0, key_every=50, bit_rate=50_000, audio=())


def whole_of(path: Path, **wishes):
    return probe_whole(path, probe_facts(path), **wishes)


def test_a_sound_film_is_decoded_frame_by_frame() -> None:
    whole = whole_of(video())
    assert (whole.method, whole.frames, whole.damaged, whole.read_error, whole.reason) == ("full", 50, 0, False, "")
    assert whole.duration_s == pytest.approx(2.0, abs=0.05)
    assert whole.decoded_s == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    "wishes",
    [
        {"container": "mov"},
        {"container": "mkv"},
        {"movflags": "+frag_keyframe+empty_moov"},
        {"codec": "libx265"},
        {"interlaced": True},
    ],
)
def test_other_sound_films_are_undamaged_too(wishes: dict) -> None:
    whole = whole_of(video(**wishes))
    assert (whole.frames, whole.damaged, whole.read_error) == (50, 0, False)


@pytest.mark.parametrize(
    "wishes", [{}, {"quality": 4}, {"xing": False, "quality": 4}, {"sample_rate": 48000}, {"layout": "mono"}]
)
def test_the_length_of_sound_is_what_is_played(wishes: dict) -> None:
    assert whole_of(sound(seconds=5.0, **wishes)).duration_s == pytest.approx(5.0, abs=0.1)


def test_channels_are_compared_over_the_whole_length() -> None:
    assert whole_of(sound(channels="identical")).sound.identical
    assert whole_of(sound(channels="left_only")).sound.silent == (2,)
    assert whole_of(sound(channels="silent")).sound.silent == (1, 2)
    assert whole_of(sound()).sound.silent == ()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_off_film_is_shorter_than_it_says(share: float) -> None:
    path = samples.cut(video(seconds=4.0), share)
    facts = probe_facts(path)
    whole = probe_whole(path, facts)
    assert facts.duration_s == pytest.approx(4.0, abs=0.05)
    assert whole.duration_s < facts.duration_s
    assert whole.damaged > 0 or whole.read_error or whole.duration_s < facts.duration_s - 0.02


def test_a_hole_in_the_picture_is_found_with_its_place(tmp_path: Path) -> None:
    content = bytearray(video(seconds=4.0).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 5000] = bytes(5000)
    path = tmp_path / "hole.mp4"
    path.write_bytes(content)
    whole = whole_of(path)
    assert whole.damaged > 0
    assert whole.first_damage_s == pytest.approx(2.0, abs=0.5)


def test_a_long_film_is_read_wholly_and_decoded_in_part(long_film: Path) -> None:
    facts = probe_facts(long_film)
    whole = probe_whole(long_film, facts)
    assert whole.method == "sampled"
    assert whole.packets == facts.video.frames == 21 * 60 * 5
    assert whole.damaged == 0
    assert whole.duration_s == pytest.approx(21 * 60, abs=1)
    key_frames, in_windows = 21 * 60 * 5 // 50, 21 * 10
    assert key_frames <= whole.frames <= key_frames + in_windows + 21
    assert whole.decoded_s == pytest.approx(whole.frames / 5)


def test_a_long_film_can_be_decoded_wholly(long_film: Path) -> None:
    whole = probe_whole(long_film, probe_facts(long_film), full=True)
    assert (whole.method, whole.frames, whole.damaged) == ("full", 21 * 60 * 5, 0)


def test_a_long_film_that_was_cut_is_found_out_by_its_packets(long_film: Path) -> None:
    path = samples.cut(long_film, 0.7)
    whole = whole_of(path)
    assert whole.method == "sampled"
    assert whole.duration_s < 0.8 * 21 * 60


def test_progress_grows_and_stays_within_bounds(long_film: Path) -> None:
    told: list[float] = []
    probe_whole(long_film, probe_facts(long_film), full=True, progress=told.append)
    assert told == sorted(told)
    assert all(0 <= share <= 1 for share in told)
    assert told, "nothing was told"


def test_an_encrypted_film_does_not_stop_the_pass() -> None:
    key = "00112233445566778899aabbccddeeff"
    options = (("encryption_scheme", "cenc-aes-ctr"), ("encryption_key", key), ("encryption_kid", key))
    assert whole_of(video(options=options)).reason == ""


def test_what_is_unreadable_has_no_second_pass(tmp_path: Path) -> None:
    path = tmp_path / "letter.mp4"
    path.write_text("hello")
    assert whole_of(path).reason == "text"


def test_a_file_that_went_away_between_the_passes_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "gone.mp4"
    path.write_bytes(video().read_bytes())
    facts = probe_facts(path)
    path.unlink()
    assert probe_whole(path, facts).reason == "missing"


def test_a_file_that_was_exchanged_between_the_passes_harms_nobody(tmp_path: Path) -> None:
    path = tmp_path / "changing.mp4"
    path.write_bytes(video().read_bytes())
    facts = probe_facts(path)
    for content in (b"", b"#EXTM3U\n", random.Random(1).randbytes(5000), sound().read_bytes()):
        path.write_bytes(content)
        whole = probe_whole(path, facts)
        assert whole.reason or whole.read_error or whole.frames == 0
