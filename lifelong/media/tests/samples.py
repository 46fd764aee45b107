"""Sample media of every kind, made on the spot with PyAV and kept for the test session.

``video()`` and ``sound()`` give the path of a file with the asked properties, by default one that keeps the technical standard;
the same call gives the same file. Copy it before changing it. ``renamed()`` and ``written()`` make files with wrong names or bytes.
"""

import atexit
import hashlib
import math
import shutil
import struct
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np

_SECONDS = 2.0


@cache
def folder() -> Path:
    """This process' folder of samples; gone when it ends."""
    place = Path(tempfile.mkdtemp(prefix="lifelong-samples-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


@cache
def video(
    *,
    size: tuple[int, int] = (1280, 720),
    rate: Fraction | int = 25,
    seconds: float = _SECONDS,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    profile: str = "",
    bit_rate: int = 3_000_000,
    still: bool = False,
    frame_ticks: tuple[int, ...] = (),
    sample_aspect_ratio: Fraction = Fraction(1),
    rotation: int = 0,
    interlaced: bool = False,
    audio: tuple[str, ...] = ("aac",),
    default_audio: int = 0,
    layout: str = "stereo",
    sample_rate: int = 44100,
    container: str = "mp4",
    suffix: str = "",
    movflags: str = "+faststart",
    options: tuple[tuple[str, str], ...] = (),
    key_every: int = 25,
    seed: int = 1,
) -> Path:
    """A film. ``frame_ticks`` are lengths of frames in 1/90000 s, repeated, for a variable rate; ``still`` is a slide that
    does not move (and so falls far below its ``bit_rate``); ``options`` go to the container's writer.
    """
    path = _place("video", locals(), suffix or container)
    muxing = {"movflags": movflags, **dict(options)} if container in ("mp4", "mov") and movflags else dict(options)
    with av.open(str(path), "w", format=_WRITERS.get(container, container), options=muxing) as out:
        picture = out.add_stream(codec, rate=Fraction(rate))
        picture.width, picture.height, picture.pix_fmt = *size, pix_fmt
        picture.bit_rate = bit_rate
        picture.gop_size = key_every
        picture.codec_context.time_base = Fraction(1, 90000) if frame_ticks else 1 / Fraction(rate)
        picture.codec_context.sample_aspect_ratio = sample_aspect_ratio
        picture.codec_context.options = _encoding(codec, profile, still, interlaced, bit_rate)
        if rotation:
            picture.set_display_rotation(rotation)
        tracks = []
        for number, name in enumerate(audio):
            track = out.add_stream(name, rate=sample_rate, layout=layout)
            track.bit_rate = 128_000
            default = type(track.disposition).default
            track.disposition = default if number == default_audio else track.disposition & ~default
            tracks.append(track)
        _interleave(
            out, picture, tracks, _frames(size, pix_fmt, Fraction(rate), seconds, frame_ticks, still, seed), seconds
        )
    return path


@cache
def sound(
    *,
    codec: str = "libmp3lame",
    container: str = "mp3",
    suffix: str = "",
    seconds: float = _SECONDS,
    sample_rate: int = 44100,
    layout: str = "stereo",
    bit_rate: int = 128_000,
    quality: int | None = None,
    channels: str = "different",
    joint: bool = True,
    xing: bool = True,
    seed: int = 1,
) -> Path:
    """A recording. ``quality`` 0–9 asks for variable bit rate; ``channels`` is different | identical | left_only | silent;
    the sound changes between loud and soft, so that a variable rate really varies.
    """
    path = _place("sound", locals(), suffix or container)
    muxing = (
        {"write_xing": "1" if xing else "0", "id3v2_version": "0" if not xing else "4"} if container == "mp3" else {}
    )
    with av.open(str(path), "w", format=_WRITERS.get(container, container), options=muxing) as out:
        track = out.add_stream(codec, rate=sample_rate, layout=layout)
        if quality is None:
            track.bit_rate = bit_rate
        else:
            track.codec_context.qscale = True
            track.codec_context.global_quality = quality * 118
        if codec == "libmp3lame":
            track.codec_context.options = {"joint_stereo": "1" if joint else "0"}
        for frame in _waves(sample_rate, layout, seconds, channels, seed):
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return path


def renamed(source: Path, name: str) -> Path:
    """The same bytes under another name."""
    path = folder() / name
    if not path.exists():
        shutil.copyfile(source, path)
    return path


def written(name: str, content: bytes) -> Path:
    path = folder() / name
    path.write_bytes(content)
    return path


def cut(source: Path, share: float, *, suffix: str = "") -> Path:
    """The first part of a file, as a broken-off upload leaves it."""
    content = source.read_bytes()
    name = f"{source.stem}-{share:g}{suffix or source.suffix}"
    return written(name, content[: int(len(content) * share)])


def with_id3(source: Path, *, picture_bytes: int = 2000, name: str = "") -> Path:
    """An MP3 with an ID3v2 tag that carries a cover picture of about that many bytes."""
    jpeg = _jpeg() + bytes(max(picture_bytes - len(_jpeg()), 0))
    body = b"\x00image/jpeg\x00\x03\x00" + jpeg
    frame = b"APIC" + struct.pack(">I", len(body)) + b"\x00\x00" + body
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return written(
        name or f"{source.stem}-id3-{picture_bytes}.mp3", b"ID3\x03\x00\x00" + size + frame + source.read_bytes()
    )


_WRITERS = {
    "mkv": "matroska",
    "aac": "adts",
    "ts": "mpegts",
    "mpg": "mpeg",
    "m4a": "ipod",
    "wmv": "asf",
    "hevc": "hevc",
}


def _place(kind: str, wishes: dict[str, Any], suffix: str) -> Path:
    digest = hashlib.sha256(repr(sorted(wishes.items())).encode()).hexdigest()[:16]
    return folder() / f"{kind}-{digest}.{suffix}"


def _encoding(codec: str, profile: str, still: bool, interlaced: bool, bit_rate: int) -> dict[str, str]:
    options = {"profile": profile} if profile else {}
    if codec == "libx264":
        options |= {"preset": "ultrafast"}
        if not still:
            options |= {"minrate": str(bit_rate), "maxrate": str(bit_rate), "bufsize": str(bit_rate), "nal-hrd": "cbr"}
        if interlaced:
            options |= {"flags": "+ildct+ilme", "x264-params": "tff=1"}
    elif codec == "libx265":
        options |= {"preset": "ultrafast", "x265-params": "log-level=none"}
    elif codec == "libvpx-vp9":
        options |= {"deadline": "realtime", "cpu-used": "8"}
    elif codec == "libsvtav1":
        options |= {"preset": "12"}
    return options


def _frames(
    size: tuple[int, int], pix_fmt: str, rate: Fraction, seconds: float, ticks: tuple[int, ...], still: bool, seed: int
) -> Iterator[tuple[Any, float]]:
    """Frames with their time. They are grain that rolls, so that an encoder has something to do."""
    width, height = size
    grain = np.random.default_rng(seed).integers(60, 190, (height, width, 3), dtype=np.uint8)
    pictures: list[Any] = []
    for roll in range(1 if still else 8):
        flat = np.zeros_like(grain) + 90 if still else np.roll(grain, roll * 37, axis=1)
        pictures.append(av.VideoFrame.from_ndarray(flat, format="rgb24").reformat(format=pix_fmt))
    at, number = 0, 0
    step = Fraction(1, 90000) if ticks else 1 / rate
    while at * step < seconds:
        frame = pictures[number % len(pictures)]
        frame.pts, frame.time_base = at, step
        yield frame, float(at * step)
        at += ticks[number % len(ticks)] if ticks else 1
        number += 1


def _waves(sample_rate: int, layout: str, seconds: float, channels: str, seed: int) -> Iterator[Any]:
    """Tones and noise, loud and soft by turns, in blocks of 1024 samples."""
    count = av.AudioLayout(layout).nb_channels
    noise = np.random.default_rng(seed).standard_normal(sample_rate)
    total = int(seconds * sample_rate)
    for begin in range(0, total, 1024):
        places = np.arange(begin, min(begin + 1024, total))
        time = places / sample_rate
        loud = 0.5 + 0.4 * math.sin(begin / sample_rate * 2.5)
        voice = (0.3 * np.sin(2 * np.pi * (220 + 40 * seed) * time) + 0.05 * noise.take(places, mode="wrap")) * loud
        other = 0.3 * np.sin(2 * np.pi * 331 * time) * (1.0 - loud * 0.5)
        both = {
            "different": (voice, other),
            "identical": (voice, voice),
            "left_only": (voice, voice * 0),
            "silent": (voice * 0, voice * 0),
        }[channels]
        frame = av.AudioFrame.from_ndarray(
            np.array((both * count)[:count], dtype=np.float32), format="fltp", layout=layout
        )
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, begin, Fraction(1, sample_rate)
        yield frame


def _interleave(out: Any, picture: Any, tracks: list[Any], frames: Iterator[tuple[Any, float]], seconds: float) -> None:
    waves = [
        _waves(track.codec_context.sample_rate, track.codec_context.layout.name, seconds, "different", 1)
        for track in tracks
    ]
    clocks = [0.0] * len(tracks)
    for frame, at in frames:
        frame.pict_type = 0
        out.mux(picture.encode(frame))
        for number, track in enumerate(tracks):
            while clocks[number] <= at and (wave := next(waves[number], None)) is not None:
                clocks[number] = wave.time
                out.mux(track.encode(wave))
    out.mux(picture.encode(None))
    for number, track in enumerate(tracks):
        for wave in waves[number]:
            out.mux(track.encode(wave))
        out.mux(track.encode(None))


@cache
def _jpeg() -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 64, "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 120, np.uint8), format="rgb24").reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
