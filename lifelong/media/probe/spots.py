"""Does it play? Some seconds at a few places of a file are really decoded, inside the child."""

import os
from typing import Any

import av

from lifelong.media.probe import mpeg_audio
from lifelong.media.probe.first_pass import main_video, open_media
from lifelong.media.probe.keeper import Reporter
from lifelong.media.probe.sniff import HEAD_BYTES, kind_of


def measure(report: Reporter, fd: int, *, size: int, places: list[float], seconds: float) -> dict[str, Any]:
    """The job. ``places`` are shares of the length from 0 to 1. ``{"length_s", "spots": [{"at_s", "decoded_s", "damaged"}]}``"""
    begin = mpeg_audio.after_tags(fd, size)
    demuxer = kind_of(os.pread(fd, HEAD_BYTES, begin)).demuxer or "mp3"
    try:
        container = open_media(fd, demuxer)
    except (av.FFmpegError, ValueError) as error:
        return {"length_s": 0.0, "spots": [], "failure": str(error)[:200]}
    with container:
        length = (container.duration or 0) / av.time_base
        track = main_video(container) or next(iter(container.streams.audio), None)
        if track is None or track.codec_context is None:
            return {"length_s": length, "spots": [], "failure": "no track"}
        starts = [max(0.0, min(place * length, length - seconds)) for place in places]
        return {"length_s": length, "spots": [_spot(container, track, start, min(seconds, length)) for start in starts]}


def _spot(container: Any, track: Any, start: float, wanted: float) -> dict[str, Any]:
    """From the key frame before ``start``; ``decoded_s`` is what came out of what was wanted from there on."""
    base = float(track.time_base)
    begin = float((track.start_time or 0) * track.time_base)
    seen: set[int] = set()
    damaged, last, first = 0, None, None
    try:
        container.seek(int((begin + start) / base), stream=track)
        for packet in container.demux(track):
            if packet.is_corrupt:
                damaged += 1
            try:
                frames = packet.decode()
            except av.FFmpegError:
                damaged += 1
                continue
            for frame in frames:
                damaged += bool(frame.is_corrupt)
                if frame.pts is None or frame.pts in seen:
                    continue
                seen.add(frame.pts)
                at = float(frame.pts * (frame.time_base or track.time_base))
                first = at if first is None else first
                last = at + _length(frame, track)
            if last is not None and last >= begin + start + wanted:
                break
    except (av.FFmpegError, ValueError, IndexError):
        damaged += 1
    reached = 0.0 if last is None or first is None else last - max(first, begin + start)
    return {"at_s": round(start, 2), "decoded_s": round(max(0.0, min(reached, wanted)), 2), "damaged": damaged}


def _length(frame: Any, track: Any) -> float:
    if isinstance(frame, av.AudioFrame):
        return frame.samples / frame.sample_rate
    return float(1 / track.average_rate) if track.average_rate else 0.0
