"""From the journals into the database, in the order in which heartbeats were received, each counted once.

One process per machine at a time. A kill between commit and removal is harmless: a session remembers the last number that
it took. Only what is older than ``RIPE_SECONDS`` is taken, so that no journal still holds something earlier.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lifelong.journals.draining import duty, hand_in_batches
from lifelong.learning.beats.rules import Beat, beat_in

RIPE_SECONDS = 2.0  # twice the turn of a journal
BATCH = 500
MOST_BYTES = 16 << 20  # of journals in memory at once
TakeIn = Callable[[Sequence[Beat]], object]


def drain(folder: Path, take_in: TakeIn, *, now: Callable[[], float] = time.time) -> int:
    """How many heartbeats were handed to ``take_in``; 0 at once where another process is at it."""
    with duty(folder) as mine:
        if not mine:
            return 0
        files, horizon = ready(folder, now() - RIPE_SECONDS)
        beats, done = read(files, horizon)
        hand_in_batches(beats, take_in, folder, size=BATCH)
        for path in done:
            path.unlink(missing_ok=True)
        return len(beats)


def ready(folder: Path, ripe: float) -> tuple[list[Path], float]:
    """Finished journals, oldest first, as many as fit into memory; and up to when nothing earlier lies elsewhere."""
    files = sorted(folder.glob("*.jsonl"))
    size = 0
    for place, path in enumerate(files):
        size += path.stat().st_size
        if size > MOST_BYTES and place:
            return files[:place], min(ripe, began(path))
    return files, ripe


def began(path: Path) -> float:
    stamp = path.name.partition("-")[0]
    return int(stamp) / 1000 if stamp.isdigit() else 0.0


def read(files: Sequence[Path], horizon: float) -> tuple[list[Beat], list[Path]]:
    """The heartbeats until the horizon, in their order, and the journals that hold no later one."""
    beats: list[Beat] = []
    done: list[Path] = []
    for path in files:
        found = [beat for line in path.read_bytes().splitlines() if (beat := beat_in(line))]
        ripe = [beat for beat in found if beat.received <= horizon or began(path) > horizon + CLOCK_STEP_SECONDS]
        beats += ripe
        if len(ripe) == len(found):
            done.append(path)
    return sorted(beats, key=lambda beat: (beat.received, beat.n)), done


CLOCK_STEP_SECONDS = 60.0  # a journal from the future was written before the clock was set back
