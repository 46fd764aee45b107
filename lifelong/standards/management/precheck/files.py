"""From paths to judged files: listing, probing, judging; one after the other, or facts of several at once."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lifelong.media.probe import Facts, Unopenable, WholeFacts, probe_facts, probe_whole, sha256_of
from lifelong.standards.technical import Finding, Standard, Verdict, judge, verdict_of

#: By its name somebody means this to be sound or film: judged whatever it is. Others in a folder are judged if they are.
_NAMED_AS_MEDIA = {
    "mp4", "m4v", "mov", "qt", "mkv", "webm", "avi", "flv", "f4v", "wmv", "asf", "mpg", "mpeg", "vob", "ts", "m2ts", "mts", "rm",
    "rmvb", "3gp", "3g2", "ogv", "mxf", "mp3", "m4a", "aac", "wav", "ogg", "oga", "opus", "flac", "wma", "ape", "amr", "aiff",
    "aif", "ac3",
}  # fmt: skip
_AT_ONCE = 2


@dataclass(frozen=True)
class Listed:
    """A file to look at. ``asked``: it was named itself, not met in a folder."""

    path: str
    asked: bool
    barred: bool = False  # a folder that may not be looked into: what is in it was not judged

    @property
    def named_as_media(self) -> bool:
        return Path(self.path).suffix[1:].lower() in _NAMED_AS_MEDIA


@dataclass(frozen=True)
class Result:
    """One judged file; ``supported`` False: met in a folder, and neither by content nor by name anything to judge."""

    path: str
    facts: Facts
    findings: list[Finding] = field(default_factory=list)
    whole: WholeFacts | None = None
    supported: bool = True

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)

    @property
    def duration_s(self) -> float | None:
        """As played, where the file was read to its end."""
        return self.whole.duration_s if self.whole and self.whole.duration_s else self.facts.duration_s


@dataclass(frozen=True)
class Judge:
    standard: Standard
    declared: Mapping[str, int]

    def judged(self, file: Listed, facts: Facts, whole: WholeFacts | None) -> Result:
        if not facts.readable and not file.asked and not file.named_as_media:
            return Result(file.path, facts, judge(facts, self.standard), supported=False)
        said = self._said(file)
        return Result(file.path, facts, judge(facts, self.standard, whole=whole, declared=said), whole)

    def _said(self, file: Listed) -> int | None:
        if not self.declared:
            return None
        from lifelong.standards.metadata import fold_file_name  # only a sheet needs it

        return self.declared.get(fold_file_name(Path(file.path).name))


def listed(paths: Sequence[str]) -> list[Listed]:
    """Files in the order given; those of a folder sorted by name, hidden ones left out."""
    return [file for path in paths for file in (_inside(path) if os.path.isdir(path) else [Listed(path, True)])]


def _inside(folder: str) -> Iterator[Listed]:
    barred: list[str] = []
    for place, folders, names in os.walk(folder, onerror=lambda error: barred.append(str(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Listed(os.path.join(place, name), False)
    for place in barred:
        yield Listed(place, True, barred=True)


def examine(
    files: Sequence[Listed],
    standard: Standard,
    *,
    facts_only: bool,
    hashed: bool,
    declared: Mapping[str, int] | None = None,
) -> Iterator[Result]:
    """Results in the order of ``files``, as they come. ``declared``: seconds by folded name, as a sheet says."""
    by = Judge(standard, declared or {})
    with _bar(files, facts_only=facts_only) as moved:
        if facts_only and len(files) > 1:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                yield from pool.map(lambda file: _facts(file, by, hashed, moved), files)
            return
        for file in files:
            yield _facts(file, by, hashed, moved) if facts_only else _whole(file, by, hashed, moved)


def _facts(file: Listed, by: "Judge", hashed: bool, moved: Callable[[str, float], None]) -> Result:
    facts = _probed(file, hashed)
    moved(file.path, 1.0)
    return by.judged(file, facts, None)


def _whole(file: Listed, by: "Judge", hashed: bool, moved: Callable[[str, float], None]) -> Result:
    facts = _probed(file, hashed)
    whole = probe_whole(file.path, facts, progress=lambda share: moved(file.path, share)) if facts.readable else None
    moved(file.path, 1.0)
    return by.judged(file, facts, whole)


def _probed(file: Listed, hashed: bool) -> Facts:
    """The hash is taken while the child works."""
    if file.barred:
        return Facts(False, reason="folder_barred")
    if not hashed:
        return probe_facts(file.path)
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(_digest, file.path)
        facts = probe_facts(file.path)
        return facts.with_sha256(digest.result())


def _digest(path: str) -> str:
    try:
        return sha256_of(path)
    except (OSError, Unopenable):
        return ""  # what hinders it stands in the facts


@contextmanager
def _bar(files: Sequence[Listed], *, facts_only: bool) -> Iterator[Callable[[str, float], None]]:
    """A progress bar in bytes on a terminal, else nothing. Gives what to call with a path and the share of it done."""
    if not files or not sys.stderr.isatty():
        yield lambda path, share: None
        return
    from tqdm import tqdm

    sizes = {file.path: _size(file.path) for file in files}
    done = dict.fromkeys(sizes, 0)
    with tqdm(total=sum(sizes.values()), unit="B", unit_scale=True, leave=False, file=sys.stderr) as bar:

        def moved(path: str, share: float) -> None:
            reached = int(sizes[path] * share)
            bar.set_postfix_str(Path(path).name[:30], refresh=False)
            bar.update(max(reached - done[path], 0))
            done[path] = max(reached, done[path])

        yield moved


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def names(files: Iterable[Listed]) -> list[str]:
    return [Path(file.path).name for file in files]


def shown_facts(facts: Facts) -> dict[str, Any]:
    """The facts that ``precheck --json`` prints (interfaces.md), and a few more."""
    video, audio = facts.video, facts.main_audio
    rate = video.frame_rate if video else None
    return {
        "duration_s": round(facts.duration_s, 3) if facts.duration_s is not None else None,
        "width": video.width if video else None,
        "height": video.height if video else None,
        "frame_rate": f"{rate.numerator}/{rate.denominator}" if rate is not None else None,
        "bit_rate": facts.bit_rate,
        "video_codec": (video.codec or None) if video else None,
        "audio_codec": (audio.codec or None) if audio else None,
        "container": facts.container or None,
        "size_bytes": facts.size_bytes,
        "display_width": video.display_size[0] if video else None,
        "display_height": video.display_size[1] if video else None,
        "pix_fmt": (video.pix_fmt or None) if video else None,
        "profile": (video.profile or None) if video else None,
        "video_bit_rate": video.bit_rate if video else None,
        "sample_rate": audio.sample_rate if audio else None,
        "channels": audio.channels if audio else None,
        "audio_tracks": [{"codec": track.codec, "default": track.default} for track in facts.audio],
    }
