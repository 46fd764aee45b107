"""Adaptive playback: stretches cut at key frames, rungs that grow piece by piece, names that go with the rest."""

import re
from pathlib import Path

import av
import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifelong.media import actions, making, queries, serving, sprites, storage
from lifelong.media.adaptive import ladder, playlists
from lifelong.media.adaptive.fragments import CannotStream
from lifelong.media.adaptive.playlists import Rung, Stretch
from lifelong.media.models import MediaFile, Rendition
from lifelong.media.probe import probe_facts
from lifelong.media.tests import cast, samples


def film(**wishes: object) -> Path:
    return samples.video(seconds=10.0, key_every=50, size=(1280, 720), **wishes)  # type: ignore[arg-type]


def streamed(folder: Path, source: Path) -> str:
    ladder.stream_copy(source, folder, probe_facts(source))
    return (folder / "720.m3u8").read_text()


def stretches_of(text: str) -> list[tuple[float, int, int]]:
    found = re.findall(r"#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)", text)
    return [(float(seconds), int(size), int(begin)) for seconds, size, begin in found]


def times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(p.pts * p.time_base) for p in container.demux(video=0) if p.pts is not None]


# Playlists


@given(st.lists(st.floats(0.5, 5), min_size=1, max_size=60))
def test_segments_lose_no_byte_and_no_second(lengths: list[float]) -> None:
    fragments = [Stretch(place * 100, place * 100 + 100, length) for place, length in enumerate(lengths)]
    parts = playlists.segments(fragments)
    assert [part.begin for part in parts] == [0, *(part.end for part in parts[:-1])]
    assert parts[-1].end == 100 * len(lengths)
    assert sum(part.seconds for part in parts) == pytest.approx(sum(lengths))


def test_the_first_segments_are_short_and_the_lowest_rung_comes_first() -> None:
    fragments = [Stretch(place * 100, place * 100 + 100, 2.0) for place in range(12)]
    assert [part.seconds for part in playlists.segments(fragments)] == [2, 2, 2, 6, 6, 6]
    texts = {
        name: playlists.rung_playlist(Rung(name, "avc1.4D401E,mp4a.40.2", 50, fragments, width, int(name)))
        for name, width in (("1080", 1920), ("360", 640))
    }
    master = playlists.master_playlist([*texts.items(), ("sound", "no rung")])
    assert [line for line in master.splitlines() if line.endswith(".m3u8")] == ["360.m3u8", "1080.m3u8"]


# The source as it is


def test_a_film_is_cut_at_its_key_frames_and_every_picture_stays(tmp_path: Path) -> None:
    text = streamed(tmp_path, film())
    whole, parts = (tmp_path / "720.m4s").read_bytes(), stretches_of(text)
    assert [round(seconds) for seconds, *_ in parts] == [2, 2, 2, 4]
    assert 'URI="720.m4s",BYTERANGE="' in text
    assert "://" not in text
    assert "/" not in text.replace("1/", "")
    for _, size, begin in parts:
        assert whole[begin + 4 : begin + 8] == b"moof"
        assert begin + size <= len(whole)
    assert parts[-1][1] + parts[-1][2] == len(whole)
    assert times(tmp_path / "720.m4s") == pytest.approx(times(film()), abs=0.002)
    assert (tmp_path / "sound.m3u8").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_film_with_pictures_out_of_order_plays_from_zero(tmp_path: Path) -> None:
    source = film(profile="high")
    streamed(tmp_path, source)
    with av.open(str(tmp_path / "720.m4s")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 250


@pytest.mark.parametrize("wishes", [{"rotation": 90}, {"audio": ("libmp3lame",)}])
def test_what_browsers_would_not_play_this_way_is_left_to_the_progressive_file(wishes: dict) -> None:
    assert not ladder.can_stream(probe_facts(samples.video(**wishes)))


def test_key_frames_too_far_apart_make_no_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "LONGEST_STRETCH_S", 1.0)
    with pytest.raises(CannotStream):
        streamed(tmp_path, film())
    assert not list(tmp_path.iterdir())


# Lower rungs


@pytest.fixture
def short_pieces(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.setattr(ladder, "PIECE_S", 4.0)
    settings.ADAPTIVE_LADDER = [(180, 200_000), (720, 1), (1080, 1)]


@pytest.mark.usefixtures("short_pieces")
def test_a_rung_grows_in_pieces_and_is_one_film(tmp_path: Path) -> None:
    source = film()
    facts = probe_facts(source)
    streamed(tmp_path, source)
    assert ladder.missing(tmp_path, facts) == ["180"]  # never the same size, never a larger one
    assert [ladder.grow(source, tmp_path, "180", facts) for _ in range(3)] == [False, False, True]
    assert ladder.missing(tmp_path, facts) == []
    assert "180.m3u8" in (tmp_path / "master.m3u8").read_text()
    assert times(tmp_path / "180.m4s") == pytest.approx(times(source), abs=0.002)
    with av.open(str(tmp_path / "180.m4s")) as container:
        keys = [float(p.pts * p.time_base) for p in container.demux(video=0) if p.is_keyframe and p.pts is not None]
    assert keys == pytest.approx([0, 2, 4, 6, 8], abs=0.05)


@pytest.mark.usefixtures("short_pieces")
def test_a_killed_piece_is_coded_again_and_nothing_else(tmp_path: Path) -> None:
    source = film()
    facts = probe_facts(source)
    ladder.grow(source, tmp_path, "180", facts)
    with (tmp_path / ".180.part").open("ab") as draft:
        draft.write(b"half a piece")  # written, and killed before it was noted down
    assert not (tmp_path / "180.m3u8").exists()
    while not ladder.grow(source, tmp_path, "180", facts):
        pass
    assert times(tmp_path / "180.m4s") == pytest.approx(times(source), abs=0.002)


@pytest.mark.usefixtures("short_pieces")
def test_two_workers_do_not_code_one_rung_at_once(tmp_path: Path) -> None:
    with ladder.alone(tmp_path / ".180.part"), pytest.raises(ladder.AtWork):
        ladder.grow(film(), tmp_path, "180", probe_facts(film()))


# Names


@pytest.fixture
def media_file(college, reporter) -> MediaFile:
    media_file = cast.stored(college, reporter, film())
    media_file.facts = probe_facts(media_file.location).to_json()
    media_file.save()
    for make in (making.movie_or_sound, making.streams, making.sprite):
        actions.record_renditions(media_file, made=make(media_file), at=timezone.now())
    return media_file


def get(address: str, **headers: str) -> int:
    return serving.answer("GET", address, headers.get).status


def test_every_file_of_the_folder_has_the_public_name_and_loses_it_at_once(media_file: MediaFile) -> None:
    row = Rendition.objects.get(kind="hls")
    assert queries.public_url(row) == ""
    [row] = actions.make_public([row], at=timezone.now())
    address = queries.public_url(row)
    beside = [address.replace("master.m3u8", name) for name in ("720.m3u8", "720.m4s", "sound.m3u8", "sound.m4s")]
    assert {get(one) for one in [address, *beside]} == {200}
    assert serving.answer("GET", beside[1], {"range": "bytes=0-7"}.get).status == 206
    assert get(address.replace("master", "../master")) == 404
    actions.make_private([row], at=timezone.now())
    assert {get(one) for one in [address, *beside]} == {404}
    assert not [path for path in Path(settings.PUBLIC_FILES).rglob("*") if path.is_file()]


def test_a_new_rung_is_shown_under_the_old_name(media_file: MediaFile) -> None:
    [row] = actions.make_public([Rendition.objects.get(kind="hls")], at=timezone.now())
    folder = queries.adaptive_folder(media_file)
    (folder / "180.m4s").write_bytes((folder / "720.m4s").read_bytes())
    (folder / "180.m3u8").write_text((folder / "720.m3u8").read_text().replace("720.m4s", "180.m4s"))
    ladder.write_master(folder)
    actions.make_public([row], at=timezone.now())
    address = queries.public_url(row)
    assert get(address.replace("master", "180")) == 200
    link = storage.public_path(str(row.public_name), ".master.m3u8")
    assert "180.m3u8" in link.read_text()


def test_the_sweep_knows_the_folder(media_file: MediaFile, monkeypatch: pytest.MonkeyPatch) -> None:
    from lifelong.media.actions import sweeping

    actions.make_public([Rendition.objects.get(kind="hls")], at=timezone.now())
    monkeypatch.setattr(sweeping, "is_young", lambda path, seconds: False)
    lost = queries.adaptive_folder(media_file) / ".360.part"
    lost.touch()
    assert actions.match_public_names() == (0, 0)
    actions.forget_orphans(at=timezone.now())
    assert not lost.exists()
    assert (queries.adaptive_folder(media_file) / "720.m4s").exists()


def test_small_pictures_are_one_small_sheet(media_file: MediaFile) -> None:
    row = Rendition.objects.get(kind="sprite")
    sheet = sprites.sheet_of(10.0)
    assert (sheet.count, sheet.columns, sheet.rows) == (2, 2, 1)
    assert (row.width, row.height) == (320, 90)
    assert row.size <= sprites.MOST_BYTES


def test_sound_has_a_waveform(college, reporter) -> None:
    media_file = cast.stored(college, reporter, samples.sound())
    media_file.facts = probe_facts(media_file.location).to_json()
    [made] = making.waveform(media_file)
    assert (made.kind, made.height) == ("waveform", 192)
    assert made.size < 20_000
