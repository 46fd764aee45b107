"""The folder of one film: the rung that is its source, the sound alone, and lower rungs that grow piece by piece."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from lifelong.media.adaptive import playlists
from lifelong.media.adaptive.fragments import CannotStream
from lifelong.media.adaptive.playlists import MASTER, SOUND, Rung, Stretch
from lifelong.media.probe.cage import Limits, run
from lifelong.media.probe.facts import Facts
from lifelong.media.remux import appearing

PIECE_S = 60.0  # of content in one go: a kill loses no more, and whoever waits in the queue waits no longer
LONGEST_STRETCH_S = 30.0  # key frames farther apart: seeking would fetch too much, the progressive file does better
COPY_JOB = "lifelong.media.adaptive.fragments:copy"
CODE_JOB = "lifelong.media.adaptive.coding:code"
PLAYED_COLOURS = {"yuv420p", "yuvj420p"}
Progress = Callable[[float], None]


class AtWork(Exception):
    """Another worker is coding this very rung."""


def can_stream(facts: Facts) -> bool:
    """Whether pictures and sound can go as they are. Turned pictures lose their turn on the way, so they do not."""
    picture, sound = facts.video, facts.main_audio
    return (
        picture is not None and picture.codec == "h264" and picture.pix_fmt in PLAYED_COLOURS and not picture.rotation
        and not picture.encrypted and (sound is None or sound.codec == "aac")
    )  # fmt: skip


def stream_copy(source: Path, folder: Path, facts: Facts, *, progress: Progress | None = None) -> None:
    """``source``, an MP4, as it is, in stretches; and its sound alone. Raises ``CannotStream``, ``cage.Broken``, OSError."""
    if facts.video is None:
        raise CannotStream("no picture")
    width, height = facts.video.display_size
    name = str(min(width, height))
    if not (folder / f"{name}.m3u8").exists():
        _copy(source, folder, name, width, height, progress)
    if facts.audio and not (folder / f"{SOUND}.m3u8").exists():
        _copy(source, folder, SOUND, 0, 0, None)
    write_master(folder)


def _copy(source: Path, folder: Path, name: str, width: int, height: int, progress: Progress | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    size = source.stat().st_size
    wall = 60 + size / (4 << 20)
    limits = Limits(wall_s=wall, cpu_s=int(wall), write_bytes=size + size // 8 + (16 << 20))
    with source.open("rb") as film, appearing(folder / f"{name}.m4s") as out:
        values = {"size": size, "picture": bool(width)}
        told = run(COPY_JOB, [film.fileno(), out], limits=limits, values=values, progress=progress)
        rung = rung_of(name, told, width, height)
        os.ftruncate(out, rung.stretches[-1].end)
    write_playlist(folder, rung)


def rung_of(name: str, told: dict[str, Any], width: int, height: int) -> Rung:
    """Out of what the child told. Raises ``CannotStream`` where players would do badly with it."""
    if told.get("refused"):
        raise CannotStream(str(told["refused"]))
    stretches = [Stretch(int(begin), int(end), float(seconds)) for begin, end, seconds in told["stretches"]]
    if not stretches or any(one.seconds <= 0 or one.end <= one.begin for one in stretches):
        raise CannotStream("no stretches")
    if max(one.seconds for one in stretches) > LONGEST_STRETCH_S:
        raise CannotStream("key frames too far apart")
    return Rung(name, str(told["codecs"]), int(told["init"]), stretches, width, height)


def write_playlist(folder: Path, rung: Rung) -> None:
    write_text(folder / f"{rung.name}.m3u8", playlists.rung_playlist(rung))


def write_master(folder: Path) -> None:
    """Over every rung that is whole."""
    rungs = [(path.stem, path.read_text()) for path in folder.glob("*.m3u8") if path.stem != MASTER]
    write_text(folder / f"{MASTER}.m3u8", playlists.master_playlist(rungs))


def write_text(target: Path, text: str) -> None:
    if target.exists() and target.read_text() == text:
        return
    with appearing(target) as out:
        os.write(out, text.encode())


# Lower rungs


def wanted(facts: Facts) -> dict[str, tuple[int, int, int]]:
    """``{"360": (640, 360, 500000)}``: the rungs of the settings that are truly lower than the source."""
    if facts.video is None:
        return {}
    width, height = facts.video.display_size
    short = min(width, height)
    rungs = {}
    for side, bit_rate in settings.ADAPTIVE_LADDER:
        if side < short:
            rungs[str(side)] = (even(width * side / short), even(height * side / short), bit_rate)
    return rungs


def even(side: float) -> int:
    return max(round(side / 2) * 2, 2)


def missing(folder: Path, facts: Facts) -> list[str]:
    return [
        name
        for name in wanted(facts)
        if not (folder / f"{name}.m3u8").exists() and not (folder / f".{name}.refused").exists()
    ]


def give_up(folder: Path, name: str) -> None:
    """The film does not let itself be coded: no other attempt for this rung."""
    (folder / f".{name}.refused").touch()


@dataclass
class Growing:
    """How far a rung has come: what lies in its draft up to the last whole piece."""

    next_s: float = 0.0
    init: int = 0
    codecs: str = ""
    stretches: list[list[float]] | None = None

    @property
    def size(self) -> int:
        return int(self.stretches[-1][1]) if self.stretches else 0


def grow(source: Path, folder: Path, name: str, facts: Facts, *, progress: Progress | None = None) -> bool:
    """One more piece of a rung; True when it is whole. Killed at any moment, the next attempt goes on from the last piece.

    Raises ``AtWork``, ``CannotStream``, ``cage.Broken``, OSError.
    """
    width, height, bit_rate = wanted(facts)[name]
    length = facts.duration_s or 0.0
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / f".{name}.part") as draft:
        known = read_state(folder, name, os.fstat(draft).st_size)
        end = known.next_s + PIECE_S
        if length - end < PIECE_S / 4:
            end = length + PIECE_S  # the rest is no piece of its own
        share = share_of(known.next_s, min(end, length), length, progress)
        piece = code_piece(source, folder, width, height, bit_rate, known.next_s, end, share)
        append(draft, known, *piece)
        known.next_s = end
        if end < length:
            write_text(state_path(folder, name), json.dumps(vars(known)))
            return False
        told = {"init": known.init, "codecs": known.codecs, "stretches": known.stretches or []}
        rung = rung_of(name, told, width, height)
        os.ftruncate(draft, known.size)
        os.fsync(draft)
        (folder / f".{name}.part").replace(folder / f"{name}.m4s")
        write_playlist(folder, rung)
        state_path(folder, name).unlink(missing_ok=True)
    write_master(folder)
    return True


def share_of(begin: float, end: float, length: float, progress: Progress | None) -> Progress | None:
    if progress is None:
        return None
    return lambda done: progress((begin + (end - begin) * done) / (length or 1.0))


def code_piece(
    source: Path,
    folder: Path,
    width: int,
    height: int,
    bit_rate: int,
    begin: float,
    end: float,
    progress: Progress | None,
) -> tuple[dict[str, Any], bytes]:
    wall = 60 + 20 * (end - begin)
    room = int(bit_rate * 2 * (end - begin) / 8) + (32 << 20)
    limits = Limits(wall_s=wall, cpu_s=int(wall), memory_bytes=2 << 30, write_bytes=room, nice=15)
    place = folder / f".piece-{os.getpid()}"
    values = {"width": width, "height": height, "bit_rate": bit_rate, "begin": begin, "end": end}
    try:
        with source.open("rb") as film, place.open("w+b") as out:
            told = run(CODE_JOB, [film.fileno(), out.fileno()], limits=limits, values=values, progress=progress)
            out.seek(0)
            return told, out.read()
    finally:
        place.unlink(missing_ok=True)


def append(draft: int, known: Growing, told: dict[str, Any], content: bytes) -> None:
    """A piece behind the others; of its own beginning, which is the same in all of them, nothing is kept."""
    if told.get("refused"):
        raise CannotStream(str(told["refused"]))
    found = told["stretches"]
    if not found:
        return  # the film ended a little earlier than it said
    start = int(found[0][0])
    if not known.stretches:
        known.init, known.codecs, known.stretches = int(told["init"]), str(told["codecs"]), []
        os.ftruncate(draft, 0)
        os.pwrite(draft, content[:start], 0)
    shift = (known.size or start) - start
    rest, at = memoryview(content)[start : int(found[-1][1])], start + shift
    while rest:
        written = os.pwrite(draft, rest, at)
        rest, at = rest[written:], at + written
    os.fsync(draft)
    known.stretches += [[int(begin) + shift, int(end) + shift, float(seconds)] for begin, end, seconds in found]


def state_path(folder: Path, name: str) -> Path:
    return folder / f".{name}.json"


def read_state(folder: Path, name: str, size: int) -> Growing:
    """From the beginning where nothing is known, or where the draft is shorter than it should be."""
    try:
        known = Growing(**json.loads(state_path(folder, name).read_text()))
    except (OSError, ValueError, TypeError):
        return Growing()
    return known if known.size <= size else Growing()


@contextmanager
def alone(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AtWork(path.name) from None
        yield fd
    finally:
        os.close(fd)
