"""The boxes of an ISO base media file (ISO/IEC 14496-12): what FFmpeg does not tell.

Where the index stands, whether the file ends before its boxes do, how the frames are really spaced, what is encrypted.
Reads by offset and never more than the index itself.
"""

import os
import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import atan2, degrees

from lifelong.media.probe.facts import Boxes

_INDEX_BYTES = 256 << 20  # a longer moov is not believed
_FRAGMENT_BYTES = 16 << 20
_TOP_BOXES = 1_000_000
_NO_DURATION = (0, (1 << 32) - 1, (1 << 64) - 1)
_INSIDE = {b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"edts"}


@dataclass
class Spacing:
    """How the frames of a track follow one another: lengths in ticks of its clock, and how many frames have each."""

    often: dict[int, int] = field(default_factory=dict)
    first: int | None = None
    last: int = 0

    def add(self, length: int, count: int = 1) -> None:
        self.often[length] = self.often.get(length, 0) + count
        self.first = length if self.first is None else self.first
        self.last = length

    @property
    def frames(self) -> int:
        return sum(self.often.values())

    @property
    def ticks(self) -> int:
        return sum(length * count for length, count in self.often.items())

    @property
    def common(self) -> int:
        return max(self.often, key=lambda length: self.often[length], default=0)

    def rate(self, timescale: int) -> Fraction | None:
        """Frames by time. A first or last frame that was stretched or cut to line up with the sound is left out."""
        frames, ticks, common = self.frames, self.ticks, self.common
        for end in (self.first or 0, self.last):
            if end != common and end < 4 * common and frames > 2:
                frames, ticks = frames - 1, ticks - end
        return Fraction(frames * timescale, ticks) if frames and ticks and timescale else None

    def nominal(self, timescale: int) -> Fraction | None:
        return Fraction(timescale, self.common) if self.common and timescale else None

    @property
    def variable(self) -> bool:
        """Whether frames between the first and the last differ by more than the rounding of a coarse clock."""
        between = dict(self.often)
        for end in (self.first, self.last):
            if end is not None and between.get(end):
                between[end] -= 1
        lengths = [length for length, count in between.items() if count > 0]
        return bool(lengths) and max(lengths) - min(lengths) > max(2, self.common // 10)


@dataclass
class Track:
    number: int = 0
    kind: str = ""  # vide | soun | …
    tag: str = ""  # four characters of the first sample entry
    encrypted: bool = False
    rotation: int = 0
    timescale: int = 0
    spacing: Spacing = field(default_factory=Spacing)
    last_chunk: int = 0  # byte offset of the chunk that lies farthest
    default_length: int = 0  # of a sample in fragments, ticks


@dataclass
class Movie:
    boxes: Boxes
    tracks: dict[int, Track]
    has_index: bool
    index_whole: bool = True


def walk(fd: int, size: int) -> Movie:
    """Walks the file. Whatever is malformed ends the walk there; nothing is raised for a file's faults."""
    brands: tuple[str, ...] = ()
    tracks: dict[int, Track] = {}
    duration = _Length()
    index_at = media_at = None
    fragmented = False
    index_whole = True
    begun = False
    reach = 0
    for kind, begin, body, end in top(fd, size):
        reach = max(reach, end)
        if kind == b"ftyp" and not brands:
            brands = _brands(os.pread(fd, min(end - body, 512), body))
        elif kind == b"moov" and index_at is None:
            index_at, index_whole = begin, end <= size
            duration = _index(os.pread(fd, min(end - body, _INDEX_BYTES), body), tracks)
            begun = any(track.spacing.frames for track in tracks.values())
        elif kind == b"mdat" and media_at is None:
            media_at = begin
        elif kind == b"sidx":
            reach = max(reach, end + _segments(os.pread(fd, min(end - body, _FRAGMENT_BYTES), body)))
        elif kind == b"moof":
            fragmented = True
            _fragment(os.pread(fd, min(end - body, _FRAGMENT_BYTES), body), tracks)
    reach = max(reach, *(track.last_chunk + 1 for track in tracks.values()), 0)
    first = index_at < media_at if index_at is not None and media_at is not None else None
    if fragmented and begun and not duration.of_all:
        duration = _Length()  # of what moov itself holds, the fragments not counted
    boxes = Boxes(brands, first, fragmented, max(reach - size, 0), duration.seconds)
    return Movie(boxes, tracks, index_at is not None, index_whole)


def top(fd: int, size: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Kind, begin, begin of the body and end of each box of the file's top level."""
    at = 0
    for _ in range(_TOP_BOXES):
        head = os.pread(fd, 16, at) if at < size else b""
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        body = at + 8
        if length == 1 and len(head) == 16:
            length, body = int.from_bytes(head[8:], "big"), at + 16
        elif length == 0:
            length = size - at  # reaches to the end
        if length < body - at or not kind.strip(b"\x00"):
            return  # no box: padding or rubbish after the last one
        yield kind, at, body, at + length
        at += length


def inner(data: bytes | memoryview, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of the body of each box in ``data``, descending into the plain containers."""
    at, end = begin, len(data) if end is None else end
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if length == 1 and at + 16 <= end:
            length, body = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        elif length == 0:
            length = end - at
        if length < body - at:
            return
        stop = min(at + length, end)
        yield kind, body, stop
        if kind in _INSIDE:
            yield from inner(data, body, stop)
        at += length


def _brands(body: bytes) -> tuple[str, ...]:
    fours = [body[:4], *(body[at : at + 4] for at in range(8, len(body) - 3, 4))]
    return tuple(dict.fromkeys(four.decode("latin-1") for four in fours if four.strip(b"\x00")))


@dataclass(frozen=True)
class _Length:
    """What the movie header states. ``of_all``: with every fragment (mehd)."""

    seconds: float | None = None
    of_all: bool = False


def _index(data: bytes, tracks: dict[int, Track]) -> _Length:
    """Reads moov into ``tracks``; gives the length that it states."""
    duration = _Length()
    track = Track()
    timescale = 0
    for kind, begin, end in inner(data):
        body = data[begin:end] if kind in _READERS or kind in (b"mvhd", b"mehd", b"trex") else b""
        if kind == b"mvhd":
            timescale, ticks = _clock(body)
            duration = _Length(ticks / timescale if timescale and ticks not in _NO_DURATION else None)
        elif kind == b"mehd":
            ticks = int.from_bytes(body[4 : 12 if body[:1] == b"\x01" else 8], "big")
            if timescale and ticks not in _NO_DURATION:
                duration = _Length(ticks / timescale, of_all=True)
        elif kind == b"trak":
            track = Track()
        elif kind == b"trex" and len(body) >= 24:
            number, _, length = struct.unpack_from(">III", body, 4)
            if number in tracks:
                tracks[number].default_length = length
        elif kind in _READERS:
            try:
                _READERS[kind](track, body)
            except (struct.error, IndexError):
                continue  # a box cut short says nothing
            if kind == b"tkhd":
                tracks[track.number] = track
    return duration


def _segments(body: bytes) -> int:
    """How many bytes after a segment index (sidx) the last thing lies that it lists."""
    head = 12 + (16 if body[:1] == b"\x01" else 8)
    if len(body) < head + 4:
        return 0
    first = struct.unpack_from(">Q" if body[0] == 1 else ">I", body, head - (8 if body[0] == 1 else 4))[0]
    count = struct.unpack_from(">H", body, head + 2)[0]
    sizes = numbers(body[head + 4 : head + 4 + 12 * count], 4)[::3]
    return first + sum(size & 0x7FFFFFFF for size in sizes)


def _clock(body: bytes) -> tuple[int, int]:
    """Ticks a second and duration in ticks, of mvhd or mdhd."""
    if len(body) >= 32 and body[0] == 1:
        return struct.unpack_from(">IQ", body, 20)
    if len(body) >= 20:
        return struct.unpack_from(">II", body, 12)
    return 0, 0


def _read_tkhd(track: Track, body: bytes) -> None:
    long = body[0] == 1
    track.number = struct.unpack_from(">I", body, 20 if long else 12)[0]
    a, b = struct.unpack_from(">ii", body, 52 if long else 40)
    track.rotation = round(degrees(atan2(b, a)) / 90) * 90 % 360 if (a or b) else 0


def _read_mdhd(track: Track, body: bytes) -> None:
    track.timescale = _clock(body)[0]


def _read_hdlr(track: Track, body: bytes) -> None:
    track.kind = track.kind or body[8:12].decode("latin-1")


def _read_stsd(track: Track, body: bytes) -> None:
    track.tag = body[12:16].decode("latin-1").strip()
    track.encrypted = track.tag in ("encv", "enca", "drmi", "drms")


def _read_stts(track: Track, body: bytes) -> None:
    pairs = numbers(body[8:], 4)
    counts, lengths = pairs[: len(pairs) // 2 * 2 : 2], pairs[1::2]
    track.spacing = Spacing()
    for count, length in zip(counts, lengths, strict=True):
        if count:
            track.spacing.add(length, count)


def _read_chunks(track: Track, body: bytes, width: int) -> None:
    track.last_chunk = max(numbers(body[8:], width), default=0)


def numbers(data: bytes, width: int) -> "array[int]":
    """Big-endian numbers of 4 or 8 bytes; a cut-off last one is dropped."""
    numbers = array("I" if width == 4 else "Q", data[: len(data) // width * width])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


_READERS = {
    b"tkhd": _read_tkhd,
    b"mdhd": _read_mdhd,
    b"hdlr": _read_hdlr,
    b"stsd": _read_stsd,
    b"stts": _read_stts,
    b"stco": lambda track, body: _read_chunks(track, body, 4),
    b"co64": lambda track, body: _read_chunks(track, body, 8),
}


def _fragment(data: bytes, tracks: dict[int, Track]) -> None:
    """Adds the samples of one moof to its tracks."""
    for kind, begin, end in inner(data):
        if kind != b"traf":
            continue
        track, length = None, 0
        for part, start, stop in inner(data, begin, end):
            try:
                if part == b"tfhd":
                    track, length = _read_tfhd(data[start:stop], tracks)
                elif part == b"trun" and track is not None:
                    _read_trun(track, length, data[start:stop])
            except (struct.error, IndexError):
                continue


def _read_tfhd(body: bytes, tracks: dict[int, Track]) -> tuple[Track | None, int]:
    flags, number = struct.unpack_from(">II", body)
    track = tracks.get(number)
    if not flags & 0x8:
        return track, track.default_length if track else 0
    at = 8 + 8 * (flags & 1) + 4 * (flags >> 1 & 1)
    return track, struct.unpack_from(">I", body, at)[0]


def _read_trun(track: Track, default: int, body: bytes) -> None:
    flags, count = struct.unpack_from(">II", body)
    if not flags & 0x100:
        if count:
            track.spacing.add(default, count)
        return
    step = bin(flags >> 8 & 0xF).count("1")
    begin = 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1)
    for length in numbers(body[begin : begin + count * step * 4], 4)[::step]:
        track.spacing.add(length)
