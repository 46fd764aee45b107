"""In the child: coded pictures and sound, as they are, into a fragmented MP4 that is cut at key frames."""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lifelong.media.probe import boxes
from lifelong.media.probe.keeper import Reporter

LEAST_US = 1_900_000  # a fragment; playlists put several together
SOUND_US = 4_000_000
FLAGS = "empty_moov+default_base_moof+negative_cts_offsets"
PICTURE_CODECS, SOUND_CODECS = ("h264",), ("aac",)
_INDEX_BYTES = 16 << 20


class CannotStream(ValueError):
    """Nothing in it that could be cut and played as it is."""


def copy(report: Reporter, source: int, out: int, *, size: int, picture: bool) -> dict[str, Any]:
    """The job. ``picture`` False keeps the sound alone."""
    from lifelong.media.probe.first_pass import main_video, open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

    kind = kind_of(os.pread(source, HEAD_BYTES, 0))
    with open_media(source, kind.demuxer) as container, fragmented(out, picture=picture) as target:
        video = main_video(container) if picture else None
        audio = main_audio(container)
        chosen = [stream for stream in (video, audio) if stream is not None]
        if not chosen or (picture and video is None) or not all(copyable(stream) for stream in chosen):
            return {"refused": "codec"}
        twins = {stream.index: target.add_stream_from_template(stream) for stream in chosen}
        for number, packet in enumerate(container.demux(*chosen)):
            if packet.dts is None or is_lead_in(packet, audio):
                continue
            packet.stream = twins[packet.stream_index]
            if packet.pos and number % 512 == 0:
                report.progress(min(packet.pos / size, 1.0))
            target.mux(packet)
    return told(out)


def copyable(stream: Any) -> bool:
    context = stream.codec_context
    return context is not None and context.codec.canonical_name in (*PICTURE_CODECS, *SOUND_CODECS)


def main_audio(container: Any) -> Any | None:
    tracks = list(container.streams.audio)
    return next((s for s in tracks if s.disposition & s.disposition.default), tracks[0] if tracks else None)


def is_lead_in(packet: Any, audio: Any) -> bool:
    """Sound from before the beginning, which an AAC coder puts there to warm up: no fragment can say that it is not heard."""
    return audio is not None and packet.stream_index == audio.index and packet.dts < 0


@contextmanager
def fragmented(out: int, *, picture: bool, goes_on: bool = False) -> Iterator[Any]:
    """``goes_on``: a piece from the middle of a film, whose times are counted from the film's beginning."""
    import av

    cut = {"movflags": f"frag_keyframe+{FLAGS}", "min_frag_duration": str(LEAST_US)}
    if not picture:
        cut = {"movflags": FLAGS, "frag_duration": str(SOUND_US)}
    if goes_on:
        cut["movflags"] += "+frag_discont"
    with (
        os.fdopen(os.dup(out), "wb", buffering=0) as file,
        av.open(file, "w", format="mp4", options=cut, buffer_size=1 << 20) as target,
    ):
        yield target


def told(out: int) -> dict[str, Any]:
    """What was written, told from its boxes: codecs, and each fragment with its bytes and its seconds."""
    size = os.fstat(out).st_size
    index, init, fragments = b"", 0, []
    for kind, begin, body, end in boxes.top(out, size):
        if kind == b"moov":
            index, init = os.pread(out, min(end - body, _INDEX_BYTES), body), end
        elif kind == b"moof":
            fragments.append((begin, os.pread(out, min(end - body, _INDEX_BYTES), body)))
        elif kind == b"mdat":
            size = end  # what stands behind the last one is no media
    clock = clocks(index)
    if not clock or not fragments:
        raise CannotStream("no fragments")
    spans = [span(data, clock) for _, data in fragments]
    main = next(iter(clock))
    ends = [begin for begin, _ in fragments[1:]] + [size]
    stretches = []
    for place, (begin, _) in enumerate(fragments):
        start, length = spans[place].get(main, (0.0, 0.0))
        after = spans[place + 1].get(main) if place + 1 < len(spans) else None
        stretches.append([begin, ends[place], round(after[0] - start if after else length, 6)])
    return {"init": init, "stretches": stretches, "codecs": codecs(index), "size": size}


def clocks(index: bytes) -> dict[int, tuple[int, int]]:
    """Ticks a second and the usual ticks of a sample, by track; the picture's track comes first."""
    found: dict[int, tuple[int, int]] = {}
    numbers, scales, kinds, usual = [], [], [], {}
    for kind, begin, end in boxes.inner(index):
        body = index[begin:end]
        wide = bool(body and body[0])
        if kind == b"tkhd":
            numbers.append(struct.unpack_from(">I", body, 20 if wide else 12)[0])
        elif kind == b"mdhd":
            scales.append(struct.unpack_from(">I", body, 20 if wide else 12)[0])
        elif kind == b"hdlr":
            kinds.append(body[8:12])
        elif kind == b"trex":
            usual[struct.unpack_from(">I", body, 4)[0]] = struct.unpack_from(">I", body, 12)[0]
    for number, scale, _kind in sorted(zip(numbers, scales, kinds, strict=True), key=lambda one: one[2] != b"vide"):
        if scale:
            found[number] = (scale, usual.get(number, 0))
    return found


def span(moof: bytes, clock: dict[int, tuple[int, int]]) -> dict[int, tuple[float, float]]:
    """Begin and length in seconds of each track in a fragment."""
    found = {}
    for kind, begin, end in boxes.inner(moof):
        if kind != b"traf":
            continue
        number = start = length = 0
        usual = None
        for inside, at, stop in boxes.inner(moof, begin, end):
            body = moof[at:stop]
            flags = int.from_bytes(body[1:4], "big")
            if inside == b"tfhd":
                number = struct.unpack_from(">I", body, 4)[0]
                if flags & 8:
                    usual = struct.unpack_from(">I", body, 8 + 8 * (flags & 1) + 4 * (flags >> 1 & 1))[0]
            elif inside == b"tfdt":
                start = struct.unpack_from(">Q" if body[0] else ">I", body, 4)[0]
            elif inside == b"trun":
                length += run_length(body, flags, clock.get(number, (1, 0))[1] if usual is None else usual)
        if number in clock:
            scale = clock[number][0]
            found[number] = (start / scale, length / scale)
    return found


def run_length(body: bytes, flags: int, usual: int) -> int:
    count = struct.unpack_from(">I", body, 4)[0]
    if not flags & 0x100:
        return count * usual
    at = 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1)
    each = 4 * sum(1 for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit)
    return sum(struct.unpack_from(">I", body, at + place * each)[0] for place in range(count))


def codecs(index: bytes) -> str:
    """As RFC 6381 writes them."""
    named = []
    if (at := index.find(b"avcC")) >= 0:
        named.append(f"avc1.{index[at + 5 : at + 8].hex().upper()}")
    if index.find(b"mp4a") >= 0:
        named.append("mp4a.40.2")
    return ",".join(named)
