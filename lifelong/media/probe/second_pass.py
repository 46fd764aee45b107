"""The second pass, inside the child: the file is read to its end and decoded, wholly or in part."""

import os
import time
from dataclasses import dataclass, field
from typing import Any

import av

from lifelong.media.probe import mpeg_audio
from lifelong.media.probe.facts import Facts, WholeFacts
from lifelong.media.probe.first_pass import main_video, open_media
from lifelong.media.probe.keeper import Reporter
from lifelong.media.probe.sniff import HEAD_BYTES, kind_of
from lifelong.media.probe.sound import Ear

_THREADS = 8  # at most; memory grows with each
_HEARD_EVERY = 8  # one audio frame in eight is enough to compare channels
_WINDOW_S, _EVERY_S = 2.0, 60.0  # a sampled pass decodes two seconds in every minute
_REPORT_S = 0.2


@dataclass
class _Sum:
    """What was met so far. Times in seconds on the file's own clock."""

    size: int
    packets: int = 0
    pictures: int = 0
    damaged: int = 0
    first_damage_s: float | None = None
    read_error: bool = False
    begin_s: float | None = None
    end_s: float = 0.0
    decoded_s: float = 0.0
    samples: int = 0
    sample_rate: int = 0
    ear: Ear = field(default_factory=Ear)

    def damage(self, at: float | None) -> None:
        self.damaged += 1
        if self.first_damage_s is None:
            self.first_damage_s = at


def measure(report: Reporter, fd: int, *, facts: dict[str, Any], method: str) -> dict[str, Any]:
    """The job: WholeFacts as JSON."""
    return whole_of(report, fd, Facts.from_json(facts), method).to_json()


def whole_of(report: Reporter, fd: int, facts: Facts, method: str) -> WholeFacts:
    total = _Sum(facts.size_bytes)
    try:
        container = open_media(fd, _demuxer(fd, facts))
    except (av.FFmpegError, ValueError):
        return WholeFacts(method, read_error=True)
    with container:
        picture = main_video(container)
        if picture is None:
            _Sounds(container, total, report).run()
        elif method == "full":
            _Pictures(container, picture, total, report).run()
        else:
            _SampledPictures(container, picture, total, report).run()
    length = total.samples / total.sample_rate if picture is None and total.sample_rate else None
    return WholeFacts(
        method=method if picture is not None else "full",
        duration_s=length if length is not None else max(total.end_s - (total.begin_s or 0.0), 0.0),
        frames=total.pictures,
        packets=total.packets,
        damaged=total.damaged,
        first_damage_s=total.first_damage_s,
        read_error=total.read_error,
        decoded_s=total.decoded_s if total.decoded_s else length or 0.0,
        sound=total.ear.verdict(everything=True) if picture is None else None,
    )


def _demuxer(fd: int, facts: Facts) -> str:
    if facts.mpeg is not None:
        return "mp3"
    return kind_of(os.pread(fd, HEAD_BYTES, mpeg_audio.after_tags(fd, facts.size_bytes))).demuxer


class _Reading:
    """Every packet of the chosen tracks, with progress and without an exception: a read error ends it."""

    def __init__(self, container: Any, total: _Sum, report: Reporter) -> None:
        self.container, self.total, self.report = container, total, report
        self._next_report = time.monotonic() + _REPORT_S

    def packets(self, streams: list[Any]) -> Any:
        total = self.total
        source = self.container.demux(*streams)
        while True:
            try:
                packet = next(source)
            except StopIteration:
                return
            except (av.FFmpegError, IndexError):  # IndexError: a track that appears on the way confuses PyAV
                total.read_error = True
                return
            if packet.dts is None and packet.size == 0:
                yield packet  # the flush at the end of a track
                continue
            total.packets += 1
            if packet.is_corrupt:
                total.damage(_time(packet))
            if not total.packets & 63:
                self._tell(packet)
            yield packet

    def _tell(self, packet: Any) -> None:
        now = time.monotonic()
        if now >= self._next_report and packet.pos and self.total.size:
            self._next_report = now + _REPORT_S
            self.report.progress(min(packet.pos / self.total.size, 1.0))


class _Pictures(_Reading):
    """Every frame of the main picture track and every sound track. A picture that nobody can decode is only read."""

    def __init__(self, container: Any, picture: Any, total: _Sum, report: Reporter) -> None:
        super().__init__(container, total, report)
        self.picture, self.decoder = picture, picture.codec_context
        self.sounds = [s for s in container.streams.audio if s.codec_context is not None]
        self.heard = {s.index for s in self.sounds}
        rate = picture.average_rate if self.decoder is not None else None
        self.usual_s = float(1 / rate) if rate else 0.0
        if self.decoder is not None:
            self.decoder.thread_type = "AUTO"
            self.decoder.thread_count = min(os.cpu_count() or 1, _THREADS)

    def run(self) -> None:
        for packet in self.packets([self.picture, *self.sounds]):
            if packet.stream_index in self.heard:
                self.hear(self.decoded(packet))
            elif packet.stream_index != self.picture.index:
                continue  # a track that appeared on the way
            elif self.decoder is not None:
                self.see(self.decoded(packet))
            else:
                self.pass_by(packet)

    def decoded(self, packet: Any) -> list[Any]:
        try:
            frames: list[Any] = packet.decode()
        except (av.FFmpegError, UnicodeDecodeError):
            self.total.damage(_time(packet))
            return []
        return frames

    def pass_by(self, packet: Any) -> float | None:
        """Counts a packet's time without decoding it; where it begins."""
        at = _time(packet)
        if at is not None:
            _reach(self.total, at, at + (float(packet.duration * packet.time_base) if packet.duration else 0.0))
        return at

    def see(self, frames: list[Any]) -> None:
        total, base = self.total, self.picture.time_base
        for frame in frames:
            if not isinstance(frame, av.VideoFrame):
                continue
            total.pictures += 1
            base = frame.time_base or base  # what a drained decoder gives has none of its own
            at = float(frame.pts * base) if frame.pts is not None and base else None
            length = float(frame.duration * base) if frame.duration and base else self.usual_s
            total.decoded_s += length
            if frame.is_corrupt:
                total.damage(at)
            if at is not None:
                _reach(total, at, at + length)

    def hear(self, frames: list[Any]) -> None:
        total = self.total
        for frame in frames:
            if not isinstance(frame, av.AudioFrame):
                continue  # a broken file may change what a track is
            if frame.is_corrupt:
                total.damage(frame.time)
            if frame.time is not None and frame.sample_rate:
                _reach(total, frame.time, frame.time + frame.samples / frame.sample_rate)


class _SampledPictures(_Pictures):
    """Every packet is read; pictures are decoded where they are key frames or lie in the two seconds of a minute."""

    def run(self) -> None:
        if self.decoder is None:
            return super().run()
        window_end, next_window = 0.0, 0.0
        for packet in self.packets([self.picture, *self.sounds]):
            at = self.pass_by(packet)
            if at is None:
                continue
            if packet.stream_index != self.picture.index:
                if at < window_end and packet.stream_index in self.heard:
                    self.hear(self.decoded(packet))
                continue
            if packet.is_keyframe and at >= next_window:
                self.drain()
                window_end, next_window = at + _WINDOW_S, (at // _EVERY_S + 1) * _EVERY_S
            if at < window_end:
                self.see(self.decoded(packet))
            elif packet.is_keyframe:
                self.drain()
                self.see(self.decoded(packet))
        self.drain()
        return None

    def drain(self) -> None:
        """Takes out what the decoder still holds and lets it begin anew: the next frame is no neighbour."""
        try:
            self.see(self.decoder.decode(None))
        except av.FFmpegError:
            self.total.damage(self.total.end_s)
        self.decoder.flush_buffers()


class _Sounds(_Reading):
    """Every sound track of a file without pictures; the default one gives length and channels."""

    def run(self) -> None:
        tracks = [s for s in self.container.streams.audio if s.codec_context is not None]
        if not tracks:
            return
        main = next((s for s in tracks if s.disposition & s.disposition.default), tracks[0])
        total, count = self.total, 0
        for packet in self.packets(tracks):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                total.damage(_time(packet))
                continue
            if packet.stream_index != main.index:
                continue
            for frame in frames:
                if not isinstance(frame, av.AudioFrame):
                    continue
                count += 1
                total.sample_rate = total.sample_rate or frame.sample_rate
                total.samples += frame.samples
                if count % _HEARD_EVERY == 0:
                    total.ear.hear(frame)


def _reach(total: _Sum, begin: float, end: float) -> None:
    total.end_s = max(total.end_s, end)
    if total.begin_s is None or begin < total.begin_s:
        total.begin_s = begin


def _time(packet: Any) -> float | None:
    ticks = packet.pts if packet.pts is not None else packet.dts
    return float(ticks * packet.time_base) if ticks is not None and packet.time_base else None
