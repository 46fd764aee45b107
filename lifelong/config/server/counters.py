"""What the workers have done since the start, for ``/metrics``: one stretch of a shared file per worker, summed up.

A worker owns the stretch on which it holds a lock; the next process that gets it counts on, so sums never fall.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from lifelong.monitoring.intake.door import OUTCOMES

WAYS = ("page", "media", "static", "upload", "beat", "event")
CLASSES = (2, 3, 4, 5)
BOUNDS = (0.005, 0.02, 0.1, 0.3, 1.0, 5.0)
NUMBERS = len(WAYS) * (len(CLASSES) + len(BOUNDS) + 2) + 2 + len(OUTCOMES)
STRETCH = NUMBERS * 8
STRETCHES = 64
NUMBER = struct.Struct("d")
PER_WAY = len(CLASSES) + len(BOUNDS) + 2  # … requests slower than the last bound, seconds in all
QUEUED = len(WAYS) * PER_WAY
TAKEN = QUEUED + 1
EVENTS = TAKEN + 1  # … one for each outcome of a batch of events


class Counters:
    """Counts of this worker. Not locked: the event loop alone writes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != STRETCH * STRETCHES:
                os.ftruncate(handle, STRETCH * STRETCHES)
            self.table = mmap.mmap(handle, STRETCH * STRETCHES)
        finally:
            os.close(handle)
        # A file of its own: closing any handle of a locked file ends the lock, and /metrics opens the numbers.
        self.lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        self.base = next((n * STRETCH for n in range(STRETCHES) if self.owns(n)), 0)
        self.put(QUEUED, 0)

    def owns(self, number: int) -> bool:
        try:
            fcntl.lockf(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def add(self, index: int, amount: float) -> None:
        offset = self.base + 8 * index
        NUMBER.pack_into(self.table, offset, NUMBER.unpack_from(self.table, offset)[0] + amount)

    def put(self, index: int, amount: float) -> None:
        NUMBER.pack_into(self.table, self.base + 8 * index, amount)

    def answered(self, way: int, status: int, seconds: float) -> None:
        """One request of ``WAYS[way]`` is done."""
        first = way * PER_WAY
        self.add(first + min(max(status // 100, 2), 5) - 2, 1)
        slower = sum(seconds > bound for bound in BOUNDS)
        self.add(first + len(CLASSES) + slower, 1)
        self.add(first + PER_WAY - 1, seconds)

    def queued(self, length: int) -> None:
        self.put(QUEUED, length)

    def taken(self, count: int) -> None:
        self.add(TAKEN, count)

    def batch(self, outcome: str) -> None:
        """Of events: one of ``OUTCOMES``."""
        self.add(EVENTS + OUTCOMES.index(outcome), 1)


def sums(path: Path) -> list[float]:
    """The numbers of all workers, added."""
    if not path.is_file():
        return [0.0] * NUMBERS
    content = path.read_bytes().ljust(STRETCH * STRETCHES, b"\0")
    totals = [0.0] * NUMBERS
    for number in range(STRETCHES):
        for index, value in enumerate(struct.unpack_from(f"{NUMBERS}d", content, number * STRETCH)):
            totals[index] += value
    return totals


def exposition(path: Path) -> Iterator[str]:
    """Lines for Prometheus."""
    totals = sums(path)
    yield "# TYPE lifelong_requests_total counter"
    for way, name in enumerate(WAYS):
        for index, status in enumerate(CLASSES):
            yield f'lifelong_requests_total{{way="{name}",status="{status}xx"}} {totals[way * PER_WAY + index]:.0f}'
    yield "# TYPE lifelong_request_seconds histogram"
    for way, name in enumerate(WAYS):
        first, seen = way * PER_WAY + len(CLASSES), 0.0
        for index, bound in enumerate((*BOUNDS, "+Inf")):
            seen += totals[first + index]
            yield f'lifelong_request_seconds_bucket{{way="{name}",le="{bound}"}} {seen:.0f}'
        yield f'lifelong_request_seconds_sum{{way="{name}"}} {totals[way * PER_WAY + PER_WAY - 1]:.6f}'
        yield f'lifelong_request_seconds_count{{way="{name}"}} {seen:.0f}'
    yield "# TYPE lifelong_pages_queued gauge"
    yield f"lifelong_pages_queued {totals[QUEUED]:.0f}"
    yield "# TYPE lifelong_upload_bytes_total counter"
    yield f"lifelong_upload_bytes_total {totals[TAKEN]:.0f}"
    yield "# TYPE lifelong_event_batches_total counter"
    for index, outcome in enumerate(OUTCOMES):
        yield f'lifelong_event_batches_total{{outcome="{outcome}"}} {totals[EVENTS + index]:.0f}'
