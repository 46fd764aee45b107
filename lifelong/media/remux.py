"""Lossless repair: the index to the front, or a better wrapping; not one coded byte of picture or sound is touched.

Both run in the probe's cage: the child gets the open source and open, nameless or temporary, targets, and can reach nothing else.
"""

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lifelong.media.probe import boxes
from lifelong.media.probe.cage import Limits, run
from lifelong.media.probe.keeper import Reporter
from lifelong.media.probe.probing import Unopenable, opened

_PIECE_BYTES = 8 << 20
_INDEX_BYTES = 256 << 20
_CODECS = ("h264", "aac")
Progress = Callable[[float], None]


class CannotRemux(ValueError):
    """The file cannot be mended without coding it anew. ``reason``: unreadable | incomplete | codec | layout."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def faststart(src: str | Path, dst: str | Path, *, progress: Progress | None = None) -> None:
    """Writes ``src``, an MP4, to ``dst`` with its index before the media; every other byte stays as it is.

    A fragmented file, or one whose layout cannot be shifted in place, is wrapped anew. ``dst`` appears only when whole.
    Raises CannotRemux, ``cage.Broken``, ``cage.Interrupted`` or OSError.
    """
    _remux("lifelong.media.remux:write_faststart", src, dst, progress)


def rewrap(src: str | Path, dst: str | Path, *, progress: Progress | None = None) -> None:
    """Writes the H.264 picture and AAC sound of ``src`` (MKV, MOV, FLV, …) to ``dst`` as MP4 with the index in front.

    Raises CannotRemux where another codec is inside, ``cage.Broken``, ``cage.Interrupted`` or OSError.
    """
    _remux("lifelong.media.remux:write_rewrapped", src, dst, progress)


def _remux(job: str, src: str | Path, dst: str | Path, progress: Progress | None) -> None:
    target = Path(dst)
    try:
        with (
            opened(src) as (source, size),
            appearing(target) as out,
            tempfile.TemporaryFile(dir=target.parent) as between,
        ):
            room = size + size // 8 + (16 << 20)
            wall = 60 + size / (4 << 20)
            limits = Limits(wall_s=wall, cpu_s=int(wall) + 1, write_bytes=room)
            fds = [source, out, between.fileno()]
            answer = run(job, fds, limits=limits, values={"size": size}, progress=progress)
            if answer.get("refused"):
                raise CannotRemux(str(answer["refused"]))
    except Unopenable:
        raise CannotRemux("unreadable") from None


@contextmanager
def appearing(target: Path) -> Iterator[int]:
    """A descriptor to write to, under a name of this attempt alone; it takes the target's name when all went well."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        yield fd
        os.fsync(fd)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)


# In the child ----------------------------------------------------------------------------------------------------


def write_faststart(report: Reporter, source: int, out: int, between: int, *, size: int) -> dict[str, Any]:
    try:
        pieces = _shifted(source, size)
    except _Unshiftable:
        return write_rewrapped(report, source, out, between, size=size)
    except CannotRemux as cannot:
        return {"refused": cannot.reason}
    _write(report, source, out, pieces, begin=0.0)
    return {}


def write_rewrapped(report: Reporter, source: int, out: int, between: int, *, size: int) -> dict[str, Any]:
    try:
        _wrap_anew(report, source, between, size)
    except CannotRemux as cannot:
        return {"refused": cannot.reason}
    return index_first(report, between, out, begin=0.5)


def index_first(report: Reporter, between: int, out: int, *, begin: float = 0.98) -> dict[str, Any]:
    """The end of the work on an MP4 that was written in one go; ``begin`` is the share done so far."""
    try:
        pieces = _shifted(between, os.fstat(between).st_size)
    except (CannotRemux, _Unshiftable) as cannot:
        return {"refused": getattr(cannot, "reason", "layout")}
    _write(report, between, out, pieces, begin=begin)
    return {}


class _Unshiftable(Exception):
    """The index cannot be moved without FFmpeg: fragments, a compressed index, offsets that would not fit."""


Piece = bytes | tuple[int, int]  # bytes, or begin and end of a stretch of the source


def _shifted(fd: int, size: int) -> list[Piece]:
    """The file in its new order: what comes before the media, the index with its offsets moved, the media."""
    top = list(boxes.top(fd, size))
    kinds = [kind for kind, *_ in top]
    if not top or kinds.count(b"moov") != 1 or b"mdat" not in kinds or top[-1][3] > size:
        raise CannotRemux("incomplete")
    if b"moof" in kinds or b"sidx" in kinds or b"meta" in kinds:
        raise _Unshiftable
    _, begin, body, end = top[kinds.index(b"moov")]
    media = min(start for kind, start, *_ in top if kind == b"mdat")
    if begin < media:
        return [(0, size)]
    if end - begin > _INDEX_BYTES:
        raise _Unshiftable
    front = top[0][3] if kinds[0] == b"ftyp" else 0
    index = bytearray(os.pread(fd, end - begin, begin))
    _move_offsets(index, body - begin, front, begin, end)
    return [(0, front), bytes(index), (front, begin), (end, size)]


def _move_offsets(index: bytearray, body: int, front: int, begin: int, end: int) -> None:
    """Chunks between the new and the old place of the index move back by its length; those behind it stay."""
    shift = end - begin
    for kind, start, stop in boxes.inner(memoryview(bytes(index)), body):
        if kind == b"cmov":
            raise _Unshiftable
        if kind not in (b"stco", b"co64"):
            continue
        width = 4 if kind == b"stco" else 8
        places = boxes.numbers(bytes(index[start + 8 : stop]), width)
        for number, place in enumerate(places):
            if front <= place < begin:
                places[number] = place + shift
                if width == 4 and place + shift >= 1 << 32:
                    raise _Unshiftable
        if sys.byteorder == "little":
            places.byteswap()
        index[start + 8 : start + 8 + len(places) * width] = places.tobytes()


def _write(report: Reporter, source: int, out: int, pieces: list[Piece], *, begin: float) -> None:
    total = sum(len(piece) if isinstance(piece, bytes) else piece[1] - piece[0] for piece in pieces) or 1
    done = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            _write_all(out, piece)
            done += len(piece)
            continue
        at, end = piece
        while at < end:
            stretch = os.pread(source, min(_PIECE_BYTES, end - at), at)
            if not stretch:
                raise OSError("the source ended early")
            _write_all(out, stretch)
            at += len(stretch)
            done += len(stretch)
            report.progress(begin + (1.0 - begin) * done / total)


def _write_all(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _wrap_anew(report: Reporter, source: int, out: int, size: int) -> None:
    """Packets of the main picture and all sound, unchanged, into a new MP4 with the index at its end."""
    import av

    from lifelong.media.probe.first_pass import main_video, open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

    kind = kind_of(os.pread(source, HEAD_BYTES, 0))
    if not kind.demuxer:
        raise CannotRemux("unreadable")
    with open_media(source, kind.demuxer) as container, os.fdopen(os.dup(out), "wb", buffering=0) as file:
        picture = main_video(container)
        chosen = [s for s in (picture, *container.streams.audio) if s is not None]
        if not chosen:
            raise CannotRemux("unreadable")
        if any(s.codec_context is None or s.codec_context.codec.canonical_name not in _CODECS for s in chosen):
            raise CannotRemux("codec")
        with av.open(file, "w", format="mp4", buffer_size=1 << 20) as target:
            twins = {s.index: twin(target, s) for s in chosen}
            for number, packet in enumerate(container.demux(*chosen)):
                if packet.dts is None:
                    continue
                timed(packet, container.streams[packet.stream_index])
                packet.stream = twins[packet.stream_index]
                target.mux(packet)
                if number % 512 == 0 and packet.pos:
                    report.progress(0.5 * min(packet.pos / size, 1.0))


def timed(packet: Any, stream: Any) -> None:
    """AVI says when pictures are decoded, not when they are shown; the same where none waits for a later one."""
    if packet.pts is None:
        if getattr(stream.codec_context, "has_b_frames", 0):
            raise CannotRemux("layout")
        packet.pts = packet.dts


def twin(target: Any, stream: Any) -> Any:
    """A track of ``target`` for the packets of ``stream`` as they are."""
    track = target.add_stream_from_template(stream)
    track.disposition = stream.disposition
    if stream.language:
        track.metadata["language"] = stream.language
    return track
