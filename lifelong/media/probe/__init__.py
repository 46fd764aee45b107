"""Measures media files from strangers, in a child process that can do nothing else.

``probe_facts`` reads headers, boxes and index; ``probe_whole`` reads and decodes. Both give plain facts and never raise for
what is wrong with a file: the reason stands in the facts.
"""

from lifelong.media.probe.cage import warm_up
from lifelong.media.probe.facts import UNREADABLE, AudioTrack, Boxes, Facts, MpegFrames, Sound, VideoTrack, WholeFacts
from lifelong.media.probe.probing import Unopenable, probe_facts, probe_whole, sha256_of

__all__ = [
    "UNREADABLE",
    "AudioTrack",
    "Boxes",
    "Facts",
    "MpegFrames",
    "Sound",
    "Unopenable",
    "VideoTrack",
    "WholeFacts",
    "probe_facts",
    "probe_whole",
    "sha256_of",
    "warm_up",
]
