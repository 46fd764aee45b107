"""Listens whether two channels are really two: levels of each and of their difference."""

import os
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import sub
from typing import Any

import av

from lifelong.media.probe.facts import Sound
from lifelong.media.probe.mpeg_audio import Walk, next_frame

_STRIDE = 8  # every eighth sample tells a level as well as all of them
_AUDIBLE = 0.001  # mean amplitude, 1.0 is full scale: -60 dB
_SILENT_SHARE = 0.01  # of the louder channel: what joint stereo leaks into an empty one stays below
_SAME_SHARE = 0.005  # difference against level: 46 dB down, one channel twice
_FULL_SCALE = {"fltp": 1.0, "s16p": 32768.0}  # taken as they are; other formats are turned into the first
_PLACES, _FRAMES_A_PLACE, _WARM_UP_FRAMES = 3, 44, 4  # 1.1 s each; the first lean on frames that were not read


@dataclass
class Ear:
    """Adds up what it hears of the first two channels."""

    left: float = 0.0
    right: float = 0.0
    apart: float = 0.0
    samples: int = 0
    seconds: float = 0.0

    def hear(self, frame: Any) -> None:
        """An av.AudioFrame; one with other than two channels is passed over."""
        if frame.layout.nb_channels != 2 or not frame.samples:
            return
        one, two = _channels(frame)
        scale = _FULL_SCALE.get(frame.format.name, 1.0)
        self.left += sum(map(abs, one)) / scale
        self.right += sum(map(abs, two)) / scale
        self.apart += sum(map(abs, map(sub, one, two))) / scale
        self.samples += len(one)
        self.seconds += frame.samples / (frame.sample_rate or 1)

    def verdict(self, *, everything: bool) -> Sound | None:
        """None where nothing was to be heard and more may follow (``everything`` False)."""
        if not self.samples:
            return None
        levels = (self.left / self.samples, self.right / self.samples)
        loud = max(levels)
        if loud < _AUDIBLE:
            return Sound(self.seconds, (1, 2)) if everything else None
        silent = tuple(number for number, level in enumerate(levels, 1) if level < loud * _SILENT_SHARE)
        return Sound(self.seconds, silent, not silent and self.apart / self.samples < loud * _SAME_SHARE)


def _channels(frame: Any) -> tuple[Sequence[float], Sequence[float]]:
    """Every ``_STRIDE``th sample of both channels, as numbers of the scale that ``_FULL_SCALE`` names."""
    if frame.format.name not in _FULL_SCALE:
        frame = av.AudioResampler(format="fltp").resample(frame)[0]
    code, width = ("f", 4) if frame.format.name == "fltp" else ("h", 2)
    one, two = (array(code, bytes(plane)[: frame.samples * width])[::_STRIDE] for plane in frame.planes)
    return one, two


def listen(fd: int, walk: Walk) -> Sound | None:
    """A sample of an MPEG audio file: about a second in three places, without a demuxer."""
    ear = Ear()
    span = walk.end - walk.begin
    for number in range(_PLACES):
        at = next_frame(fd, walk.begin + span * (2 * number + 1) // (2 * _PLACES + 2), walk.end, walk.lengths)
        if at is not None:
            _listen_at(fd, at, walk, ear)
    return ear.verdict(everything=False)


def _listen_at(fd: int, at: int, walk: Walk, ear: Ear) -> None:
    decoder = av.CodecContext.create(walk.codec, "r")
    for number in range(_FRAMES_A_PLACE):
        four = os.pread(fd, 4, at)
        length = walk.lengths[four[1] << 8 | four[2]] if len(four) == 4 and four[0] == 0xFF else 0
        if not length or at + length > walk.end:
            return
        try:
            frames = decoder.decode(av.Packet(os.pread(fd, length, at)))  # type: ignore[attr-defined]
        except av.FFmpegError:
            frames = []
        if number >= _WARM_UP_FRAMES:
            for frame in frames:
                ear.hear(frame)
        at += length
