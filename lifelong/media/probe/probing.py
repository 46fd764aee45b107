"""What others call: open a file, have it measured in a child, get facts."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lifelong.media.probe.cage import Broken, Limits, run
from lifelong.media.probe.facts import Facts, WholeFacts

_FACTS_TIMEOUT_S, _FACTS_CPU_S = 60.0, 20  # a slow disk may take its time; a file that needs so much thinking is none
_WHOLE_LEAST_S, _WHOLE_MOST_S = 300.0, 12 * 3600.0
FULL_UP_TO_S = 20 * 60  # longer files are decoded in part first, in full by a later job


class Unopenable(Exception):
    """The path leads to nothing that can be read. ``reason``: missing | folder | not_a_file | no_permission."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def probe_facts(path: str | Path, *, timeout_s: float = _FACTS_TIMEOUT_S, sha256: bool = False) -> Facts:
    """First pass: 15–25 ms for a file of minutes. ``sha256`` also reads the whole file for its hash (1.3 GB/s).

    Raises ``cage.Interrupted`` where the probing itself was shut down: nothing is known of the file then.
    """
    try:
        with opened(path) as (fd, size):
            digest = sha256_of(path) if sha256 else ""
            try:
                limits = Limits(wall_s=timeout_s, cpu_s=_FACTS_CPU_S, nice=0)  # a reporter waits
                answer = run("lifelong.media.probe.first_pass:measure", [fd], limits=limits, values={"size": size})
                return replace(Facts.from_json(answer), sha256=digest, size_bytes=size)
            except Broken as broken:
                return Facts(False, size, broken.reason, sha256=digest, detail=broken.detail)
            except (TypeError, KeyError, ValueError):  # an answer no honest child gives
                return Facts(False, size, "crashed", sha256=digest)
    except Unopenable as unopenable:
        return Facts(False, reason=unopenable.reason)


def probe_whole(
    path: str | Path, facts: Facts, *, full: bool = False, progress: Callable[[float], None] | None = None
) -> WholeFacts:
    """Second pass. Up to 20 minutes every frame is decoded; longer files get every packet read, all key frames and two
    seconds in every minute decoded, unless ``full``. ``progress`` is told the share done, 0 to 1. Raises ``cage.Interrupted``.
    """
    if not facts.readable:
        return WholeFacts(reason=facts.reason)
    method = "full" if full or (facts.duration_s or 0) <= FULL_UP_TO_S else "sampled"
    length = facts.duration_s or 0.0
    wall = min(max(_WHOLE_LEAST_S, 6 * length), _WHOLE_MOST_S)
    limits = Limits(wall_s=wall, cpu_s=int(wall * (os.cpu_count() or 1)), memory_bytes=2 << 30)
    try:
        with opened(path) as (fd, _size):
            values = {"facts": facts.to_json(), "method": method}
            answer = run(
                "lifelong.media.probe.second_pass:measure", [fd], limits=limits, values=values, progress=progress
            )
            return WholeFacts.from_json(answer)
    except Unopenable as unopenable:
        return WholeFacts(method=method, reason=unopenable.reason)
    except Broken as broken:
        return WholeFacts(method=method, reason=broken.reason, detail=broken.detail)
    except (TypeError, KeyError, ValueError):
        return WholeFacts(method=method, reason="crashed")


def sha256_of(path: str | Path) -> str:
    """Hexadecimal digest of a regular file's bytes; of a device or a pipe the end never comes. Raises Unopenable."""
    with opened(path) as (fd, _size), open(fd, "rb", closefd=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(path: str | Path) -> Iterator[tuple[int, int]]:
    """Descriptor and size of a regular file, opened for reading only. Raises Unopenable."""
    try:
        _check_kind(os.stat(path).st_mode)  # before opening: to open a device or a pipe can have effects of its own
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        raise Unopenable("no_permission") from None
    except (OSError, ValueError):
        raise Unopenable("missing") from None
    try:
        found = os.fstat(fd)
        _check_kind(found.st_mode)
        yield fd, found.st_size
    finally:
        os.close(fd)


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise Unopenable("folder")
    if not stat.S_ISREG(mode):
        raise Unopenable("not_a_file")
