"""What a player is told of a rung and of the ladder. Pure: lists of stretches in, text out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

FIRST_S, LATER_S = 2.0, 6.0  # a film starts within a second on a thin line; later fewer requests count for more
SHORT_ONES = 3
SLACK_S = 0.1  # key frames of 29.97 pictures a second do not fall on full seconds
ABOUT = "# "  # a comment in a rung's playlist that the ladder repeats: one place for what is known of it
MASTER, SOUND = "master", "sound"


@dataclass(frozen=True)
class Stretch:
    """Bytes from ``begin`` to before ``end``, and how long they play."""

    begin: int
    end: int
    seconds: float


@dataclass(frozen=True)
class Rung:
    """``name`` is the shorter side of the picture, or ``sound``; ``init_bytes`` is what stands before the first stretch."""

    name: str
    codecs: str
    init_bytes: int
    stretches: Sequence[Stretch]
    width: int = 0
    height: int = 0


def segments(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Fragments put together: the first few of about two seconds, the rest of about six."""
    done: list[Stretch] = []
    kept: Stretch | None = None
    for one in stretches:
        kept = Stretch(kept.begin, one.end, kept.seconds + one.seconds) if kept else one
        if kept.seconds >= (FIRST_S if len(done) < SHORT_ONES else LATER_S) - SLACK_S:
            done.append(kept)
            kept = None
    return [*done, kept] if kept else done


def rung_playlist(rung: Rung) -> str:
    parts = segments(rung.stretches)
    lines = [
        "#EXTM3U", ABOUT + about(rung, parts), "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(ceil(part.seconds) for part in parts)}",
        "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{rung.name}.m4s",BYTERANGE="{rung.init_bytes}@0"',
    ]  # fmt: skip
    for part in parts:
        lines += [f"#EXTINF:{part.seconds:.5f},", f"#EXT-X-BYTERANGE:{part.end - part.begin}@{part.begin}"]
        lines.append(f"{rung.name}.m4s")
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def about(rung: Rung, parts: Sequence[Stretch]) -> str:
    """Peak and average bit rate as RFC 8216 4.3.4.2 counts them, over segments."""
    length = sum(part.seconds for part in parts)
    peak = max(ceil((part.end - part.begin) * 8 / part.seconds) for part in parts)
    average = ceil(sum(part.end - part.begin for part in parts) * 8 / length)
    told = f'BANDWIDTH={max(peak, average)},AVERAGE-BANDWIDTH={average},CODECS="{rung.codecs}"'
    return f"{told},RESOLUTION={rung.width}x{rung.height}" if rung.width else told


def master_playlist(rungs: Iterable[tuple[str, str]]) -> str:
    """``rungs`` are names and their playlists; the lowest comes first, where players without an own mind begin."""
    known = sorted((int(name), attributes(text)) for name, text in rungs if name.isdecimal())
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for name, told in known:
        lines += [f"#EXT-X-STREAM-INF:{told}", f"{name}.m3u8"]
    return "\n".join([*lines, ""])


def attributes(playlist: str) -> str:
    """What ``about`` wrote into a rung's playlist."""
    found = next((line for line in playlist.splitlines() if line.startswith(ABOUT)), "")
    if not found:
        raise ValueError("not a playlist of ours")
    return found.removeprefix(ABOUT)
