"""A recipe followed: from the original to a new file beside it, in a child that can reach nothing else."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import lifelong
from lifelong.media import remux
from lifelong.media.probe.cage import Broken, Limits, run
from lifelong.media.probe.facts import Facts
from lifelong.media.probe.probing import Unopenable, opened
from lifelong.media.repair.recipe import Recipe

SLOWEST = 30  # seconds of work for one of film, on one processor that does other things too
Progress = Callable[[float], None]


class CannotRepair(ValueError):
    """``reason``: unreadable | incomplete | codec | layout | damaged | interlaced | hdr | crashed | timed_out | out_of_memory."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def follow(recipe: Recipe, source: Path, target: Path, facts: Facts, *, progress: Progress | None = None) -> None:
    """Writes ``target`` by ``recipe``; it appears only when whole. ``facts`` are those of ``source``.

    Raises CannotRepair, ``cage.Interrupted`` or OSError.
    """
    try:
        if recipe.kind == "faststart":
            remux.faststart(source, target, progress=progress)
        elif recipe.kind == "rewrap":
            remux.rewrap(source, target, progress=progress)
        else:
            _code(recipe, source, target, facts, progress)
    except remux.CannotRemux as cannot:
        raise CannotRepair(cannot.reason) from cannot
    except Broken as broken:
        raise CannotRepair(broken.reason) from broken


def _code(recipe: Recipe, source: Path, target: Path, facts: Facts, progress: Progress | None) -> None:
    length = facts.duration_s or 0.0
    wall = 120 + SLOWEST * length
    try:
        with (
            opened(source) as (film, size),
            remux.appearing(target) as out,
            tempfile.TemporaryFile(dir=target.parent) as between,
        ):
            limits = Limits(
                wall_s=wall, cpu_s=int(wall), memory_bytes=3 << 30, write_bytes=size + size // 8 + (64 << 20)
            )
            values: dict[str, Any] = {
                "recipe": recipe.to_json(), "length": length, "rotation": facts.video.rotation if facts.video else 0,
            }  # fmt: skip
            answer = run(
                "lifelong.media.repair.coding:code", [film, out, between.fileno()], limits=limits, values=values,
                progress=progress,
            )  # fmt: skip
            if answer.get("refused"):
                raise CannotRepair(str(answer["refused"]))
    except Unopenable as error:
        raise CannotRepair("unreadable") from error


@cache
def program() -> str:
    """What does the work, with versions, for the record of what was done."""
    import av

    codec = ".".join(map(str, av.library_versions["libavcodec"]))
    return f"Lifelong {lifelong.__version__} · PyAV {av.__version__} · libavcodec {codec}"
