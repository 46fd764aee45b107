"""What is done to a file, in full: two files with one recipe are made alike. Plain values, no opinion."""

from dataclasses import dataclass

from lifelong.media.probe.record import Record


@dataclass(frozen=True)
class Picture(Record):
    """H.264 High, 8 bit, 4:2:0, every frame at its own time, of the size it has; ``bit_rate`` is the average and the most."""

    bit_rate: int


@dataclass(frozen=True)
class Tone(Record):
    """Of sound that is coded; channels stay as they are. Bit/s and Hz."""

    bit_rate: int
    sample_rate: int


@dataclass(frozen=True)
class Recipe(Record):
    """``kind``: faststart (the index moves to the front) · rewrap (as it is, into an MP4) · code (an MP4, of which
    ``picture`` and the sound tracks named in ``tones`` are coded anew) · mp3 (``tones`` has the one).
    """

    kind: str
    picture: Picture | None = None
    tones: tuple[Tone | None, ...] = ()  # by track, in the file's order; None: as it is

    @property
    def suffix(self) -> str:
        return ".mp3" if self.kind == "mp3" else ".mp4"
