"""One file before the judge, and the small words that findings share."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from lifelong.media.probe.facts import AudioTrack, Facts, WholeFacts
from lifelong.standards.findings import Finding, Verdict
from lifelong.standards.technical.standard import Requirement

BROKEN = ("crashed", "timed_out", "out_of_memory")

CONTAINERS = {
    "mp4": "MP4", "mov": "QuickTime MOV", "mkv": "Matroska MKV", "webm": "WebM", "avi": "AVI", "flv": "FLV", "wmv": "WMV",
    "ts": "MPEG-TS", "mpg": "MPEG-PS", "3gp": "3GP", "mp3": "MP3", "mp2": "MPEG Layer II", "mp1": "MPEG Layer I",
    "aac": "AAC (ADTS)", "wav": "WAV", "ogg": "OGG", "flac": "FLAC", "aiff": "AIFF", "amr": "AMR", "ape": "APE", "rm": "RealMedia",
}  # fmt: skip
CODECS = {
    "h264": "H.264", "hevc": "H.265/HEVC", "vp8": "VP8", "vp9": "VP9", "av1": "AV1", "mpeg4": "MPEG-4 Part 2",
    "mpeg2video": "MPEG-2", "mpeg1video": "MPEG-1", "wmv1": "WMV", "wmv2": "WMV", "wmv3": "WMV", "vc1": "VC-1", "prores": "ProRes",
    "mjpeg": "Motion JPEG", "aac": "AAC", "mp3": "MP3", "mp2": "MP2", "ac3": "AC-3", "eac3": "E-AC-3", "opus": "Opus",
    "vorbis": "Vorbis", "flac": "FLAC", "alac": "ALAC", "pcm_s16le": "PCM", "amr_nb": "AMR", "amr_wb": "AMR-WB",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    facts: Facts
    whole: WholeFacts | None = None
    declared: float | None = None

    @property
    def readable(self) -> bool:
        return self.facts.readable and not (self.whole and self.whole.reason in BROKEN)

    @property
    def encrypted(self) -> bool:
        video = self.facts.video
        return bool(video and video.encrypted) or any(track.encrypted for track in self.facts.audio)


Rule = Callable[[Case, Requirement], Finding | None]


def finding(
    rule: Requirement, verdict: Verdict, required: str, measured: str, message: str, remedy: str = ""
) -> Finding:
    return Finding(rule.id, verdict, required, measured, message, remedy)


def container_name(name: str) -> str:
    return CONTAINERS.get(name, name.upper())


def codec_name(codec: str, tag: str = "") -> str:
    return CODECS.get(codec, codec) or tag or _("无法识别的编码")


def any_of(names: tuple[str, ...], words: Callable[[str], str]) -> str:
    return _("或").join(words(name) for name in names)


def track_words(track: AudioTrack) -> str:
    """A sound track in a few signs: codec, channels, rate, language."""
    parts = [codec_name(track.codec, track.tag), _("%(n)d 声道") % {"n": track.channels}, f"{track.sample_rate} Hz"]
    if track.language and track.language != "und":
        parts.append(track.language)
    return " ".join(parts)


def clock(seconds: float) -> str:
    """hh:mm:ss, rounded half up to the second."""
    whole = int(seconds + 0.5)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def decimal(number: Fraction | float, places: int = 3) -> str:
    """At most so many places, cut and never rounded up to look better than it is; no trailing zeros."""
    scaled = int(Fraction(number) * 10**places)
    text = f"{scaled // 10**places}.{scaled % 10**places:0{places}d}".rstrip("0").rstrip(".")
    return text or "0"


def fps(rate: Fraction) -> str:
    """25, or 23.976 (24000/1001)."""
    return decimal(rate) if rate.denominator == 1 else f"{decimal(rate)} ({rate.numerator}/{rate.denominator})"


def mbps(bit_rate: int) -> str:
    return f"{decimal(Fraction(bit_rate, 1_000_000))} Mbps"


def grouped(number: int) -> str:
    return f"{number:,}"
