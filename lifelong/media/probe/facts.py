"""What a probe measured of a file: plain values, no opinion. The technical standard judges them."""

from dataclasses import dataclass, replace
from fractions import Fraction

from lifelong.media.probe.record import Record

#: Why a file is not readable, or why a pass did not come to its end; the judge says it in words.
UNREADABLE = (
    "missing",  # no such file
    "folder",
    "not_a_file",  # a device, a pipe, a socket
    "no_permission",
    "folder_barred",  # a folder that may not be looked into
    "empty",
    "playlist",  # a text that names other files (HLS, ffconcat, …): never followed
    "text",
    "picture",
    "document",
    "archive",
    "unknown_format",
    "no_index",  # an MP4 without its moov box
    "damaged",  # the right first bytes, but it does not open
    "no_tracks",  # it opens and holds neither picture nor sound
    "crashed",
    "timed_out",
    "out_of_memory",
)


@dataclass(frozen=True)
class VideoTrack(Record):
    codec: str = ""  # FFmpeg's canonical name: h264, hevc, vp9; empty where nobody knows it
    tag: str = ""  # the four characters in the container: avc1, hvc1
    profile: str = ""
    pix_fmt: str = ""
    width: int = 0  # as stored, in pixels
    height: int = 0
    sample_aspect_ratio: Fraction = Fraction(1)
    rotation: int = 0  # clockwise, 0 90 180 270
    frame_rate: Fraction | None = None  # average: frames / duration
    nominal_rate: Fraction | None = None  # of the most common frame length; only a hint
    variable: bool = False  # frames differ in length by more than rounding
    frames: int | None = None
    duration_s: float | None = None
    bit_rate: int | None = None  # of this track alone, bit/s
    encrypted: bool = False
    interlaced: bool = False
    hdr: bool = False  # PQ or HLG: more light than an ordinary screen shows

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height as a viewer sees them: after sample aspect ratio and rotation."""
        width = round(self.width * self.sample_aspect_ratio)
        return (self.height, width) if self.rotation % 180 else (width, self.height)


@dataclass(frozen=True)
class AudioTrack(Record):
    codec: str = ""  # aac, mp3, …
    tag: str = ""
    profile: str = ""
    sample_rate: int = 0  # Hz
    channels: int = 0
    language: str = ""
    default: bool = False
    duration_s: float | None = None
    bit_rate: int | None = None
    encrypted: bool = False


@dataclass(frozen=True)
class Boxes(Record):
    """Layout of an ISO base media file (MP4, MOV)."""

    brands: tuple[str, ...] = ()  # the major one first
    index_first: bool | None = None  # moov before mdat; None where one of the two is not there
    fragmented: bool = False
    missing_bytes: int = 0  # how far boxes or samples reach beyond the end of the file
    movie_duration_s: float | None = None  # as the movie header says; may lie


@dataclass(frozen=True)
class MpegFrames(Record):
    """What a walk over every MPEG audio frame header found."""

    frames: int = 0
    layer: int = 3
    version: str = "1"  # "1", "2" or "2.5"
    mode: str = ""  # stereo | joint stereo | dual channel | mono
    constant_bit_rate: bool = True
    free_format: bool = False
    header: str = ""  # Xing | Info | VBRI, or empty
    declared_frames: int | None = None  # as that header says
    leading_bytes: int = 0  # before the first frame and after the ID3v2 tag: not sound
    gaps: int = 0  # places inside where the chain of frames was broken
    cut_off: bool = False  # the last frame is not all there
    mixed: bool = False  # sample rate or number of channels changes on the way


@dataclass(frozen=True)
class Sound(Record):
    """Whether two channels are really two, by listening."""

    listened_s: float = 0.0
    silent: tuple[int, ...] = ()  # numbers of the silent channels, from 1
    identical: bool = False


@dataclass(frozen=True)
class Facts(Record):
    """First pass: headers, boxes, index. ``readable`` False carries ``reason``, one of UNREADABLE, and nothing else counts."""

    readable: bool
    size_bytes: int = 0
    reason: str = ""
    looks_like: str = ""  # what an unreadable or foreign file seems to be: pdf, jpeg, html, …
    detail: str = ""  # what the child said when it broke, for whoever looks into it
    sha256: str = ""
    container: str = ""  # mp4 | mov | mkv | webm | mp3 | aac | wav | … by content, never by name
    duration_s: float | None = None
    bit_rate: int | None = None  # of the whole file: bytes × 8 / duration
    video: VideoTrack | None = None  # the main one; attached pictures are none
    video_tracks: int = 0
    audio: tuple[AudioTrack, ...] = ()
    boxes: Boxes | None = None
    mpeg: MpegFrames | None = None
    sound: Sound | None = None

    @property
    def type(self) -> str | None:
        """A01 video, A02 audio, by content; None where the file is not readable."""
        if not self.readable:
            return None
        return "A01" if self.video else "A02"

    @property
    def main_audio(self) -> AudioTrack | None:
        """The track a player chooses: the first marked as default, else the first."""
        return next((track for track in self.audio if track.default), self.audio[0] if self.audio else None)

    def with_sha256(self, digest: str) -> "Facts":
        return replace(self, sha256=digest)


@dataclass(frozen=True)
class WholeFacts(Record):
    """Second pass: the file read to its end. ``reason`` is set where the pass itself broke off."""

    method: str = "full"  # full: every frame decoded · sampled: every packet read, key frames and 2 s a minute decoded
    reason: str = ""
    detail: str = ""
    duration_s: float | None = None  # as played
    frames: int = 0  # pictures decoded
    packets: int = 0
    damaged: int = 0  # frames or packets that came out broken
    first_damage_s: float | None = None
    read_error: bool = False  # the file could not be read to its end
    decoded_s: float = 0.0  # how much of it was decoded
    sound: Sound | None = None
