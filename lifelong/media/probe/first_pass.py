"""The first pass, inside the child: headers, boxes and index of one open file become Facts."""

import os
from fractions import Fraction
from typing import Any

import av

from lifelong.media.probe import boxes, mpeg_audio, sound
from lifelong.media.probe.facts import AudioTrack, Facts, VideoTrack
from lifelong.media.probe.keeper import Reporter
from lifelong.media.probe.sniff import HEAD_BYTES, Kind, kind_of

_TRACKS = 32  # more are not listed
_STILLS = {"mjpeg", "png", "bmp", "gif", "webp", "tiff"}  # beside a real picture track these are covers
_INTERLACED = (2, 3, 4, 5)
HDR = (16, 18)  # FFmpeg's numbers of PQ and HLG


def measure(report: Reporter, fd: int, *, size: int) -> dict[str, Any]:
    """The job: Facts of the file behind ``fd`` as JSON."""
    return facts_of(fd, size).to_json()


def facts_of(fd: int, size: int) -> Facts:
    if size == 0:
        return Facts(False, 0, "empty")
    begin = mpeg_audio.after_tags(fd, size)
    if begin >= size:
        return Facts(False, size, "damaged", "mp3")
    kind = kind_of(os.pread(fd, HEAD_BYTES, begin))
    if kind.demuxer == "mov":
        return _iso(fd, size, kind)
    if kind.demuxer:
        return _by_ffmpeg(fd, size, kind)
    if kind.reason == "unknown_format" and (walk := mpeg_audio.walk(fd, size)):
        return _mpeg(fd, size, walk)
    return Facts(False, size, kind.reason, kind.name)


def open_media(fd: int, demuxer: str) -> Any:
    """The open file as an av container: demuxer forced, no protocol but this very descriptor."""
    os.lseek(fd, 0, os.SEEK_SET)
    options = {"fd": str(fd), "protocol_whitelist": "fd"}
    return av.open("fd:", format=demuxer, options=options, metadata_errors="replace")


def main_video(container: Any) -> Any | None:
    """The picture track a player shows: attached pictures and covers are none."""
    tracks = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    moving = [s for s in tracks if _codec(s) not in _STILLS] or [s for s in tracks if s.frames != 1]
    return next((s for s in moving if s.disposition & s.disposition.default), moving[0] if moving else None)


def _mpeg(fd: int, size: int, walk: mpeg_audio.Walk) -> Facts:
    header = walk.header
    track = AudioTrack(
        codec=walk.codec,
        sample_rate=header.sample_rate,
        channels=header.channels,
        default=True,
        duration_s=walk.duration_s,
        bit_rate=walk.bit_rate,
    )
    return Facts(
        readable=True,
        size_bytes=size,
        container=walk.codec,
        duration_s=walk.duration_s,
        bit_rate=_rate(size, walk.duration_s),
        audio=(track,),
        mpeg=walk.frames,
        sound=sound.listen(fd, walk) if header.channels == 2 else None,
    )


def _iso(fd: int, size: int, kind: Kind) -> Facts:
    movie = boxes.walk(fd, size)
    if not movie.has_index or not movie.index_whole:
        return Facts(False, size, "no_index", kind.name, boxes=movie.boxes)
    return _by_ffmpeg(fd, size, kind, movie)


def _by_ffmpeg(fd: int, size: int, kind: Kind, movie: boxes.Movie | None = None) -> Facts:
    layout = movie.boxes if movie else None
    try:
        container = open_media(fd, kind.demuxer)
    except (av.FFmpegError, ValueError):
        return Facts(False, size, "damaged", kind.name, boxes=layout)
    with container:
        tracks = movie.tracks if movie else {}
        picture = main_video(container)
        video = _video(picture, tracks.get(picture.id)) if picture is not None else None
        audio = tuple(_audio(s, tracks.get(s.id)) for s in container.streams.audio[:_TRACKS])
        if video is None and not audio:
            return Facts(False, size, "no_tracks", kind.name, boxes=layout)
        duration = _duration(container, movie)
        return Facts(
            readable=True,
            size_bytes=size,
            container=kind.name,
            duration_s=duration,
            bit_rate=_rate(size, duration),
            video=video,
            video_tracks=sum(not s.disposition & s.disposition.attached_pic for s in container.streams.video),
            audio=audio,
            boxes=layout,
        )


def _video(stream: Any, track: boxes.Track | None) -> VideoTrack:
    context = stream.codec_context
    facts: dict[str, Any] = {}
    if track is not None:
        spacing = track.spacing
        facts = {
            "tag": track.tag,
            "rotation": track.rotation,
            "encrypted": track.encrypted,
            "frame_rate": spacing.rate(track.timescale),
            "nominal_rate": spacing.nominal(track.timescale),
            "variable": spacing.variable,
            "frames": spacing.frames or None,
        }
    return VideoTrack(
        codec=_codec(stream),
        profile=str(stream.profile or "") if context else "",
        pix_fmt=str(context.pix_fmt or "") if context else "",
        width=context.width if context else 0,
        height=context.height if context else 0,
        sample_aspect_ratio=_aspect(stream),
        frame_rate=facts.pop("frame_rate", None) or _fraction(stream.average_rate),
        nominal_rate=facts.pop("nominal_rate", None) or _fraction(stream.base_rate),
        frames=facts.pop("frames", None) or stream.frames or None,
        duration_s=_seconds(stream),
        bit_rate=(context.bit_rate if context else None) or None,
        interlaced=bool(context) and context.field_order in _INTERLACED,
        hdr=bool(context) and context.color_trc in HDR,
        **facts,
    )


def _audio(stream: Any, track: boxes.Track | None) -> AudioTrack:
    context = stream.codec_context
    return AudioTrack(
        codec=_codec(stream),
        tag=track.tag if track else "",
        profile=str(stream.profile or "") if context else "",
        sample_rate=context.sample_rate or 0 if context else 0,
        channels=context.layout.nb_channels if context and context.layout else 0,
        language=str(stream.language or ""),
        default=bool(stream.disposition & stream.disposition.default),
        duration_s=_seconds(stream),
        bit_rate=(context.bit_rate if context else None) or None,
        encrypted=track.encrypted if track else False,
    )


def _codec(stream: Any) -> str:
    context = stream.codec_context  # None where FFmpeg has no decoder
    return str(context.codec.canonical_name) if context is not None and context.codec is not None else ""


def _aspect(stream: Any) -> Fraction:
    ratio = stream.sample_aspect_ratio if stream.codec_context else None
    return Fraction(ratio) if ratio and ratio > 0 else Fraction(1)


def _duration(container: Any, movie: boxes.Movie | None) -> float | None:
    if movie is not None and movie.boxes.fragmented:
        lengths = [t.spacing.ticks / t.timescale for t in movie.tracks.values() if t.timescale]
        if any(lengths):
            return max(lengths)
    return container.duration / av.time_base if container.duration and container.duration > 0 else None


def _seconds(stream: Any) -> float | None:
    return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None


def _fraction(rate: Any) -> Fraction | None:
    return Fraction(rate) if rate else None


def _rate(size: int, duration_s: float | None) -> int | None:
    return round(size * 8 / duration_s) if duration_s else None
