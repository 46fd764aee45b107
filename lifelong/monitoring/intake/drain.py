"""From the journals into the database: each line once, however often it is begun anew, whatever the clock says.

One process per machine at a time. With each batch the database notes how far the journal has been read, in the same transaction.
"""

from dataclasses import dataclass
from pathlib import Path

from lifelong.journals.draining import duty, hand_in_batches
from lifelong.monitoring.actions import usage_intake

BATCH = 400


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` counts from 1 within its journal."""

    journal: str
    number: int
    content: bytes

    def line(self) -> bytes:
        return self.content + b"\n"


def drain(folder: Path) -> int:
    """How many lines were handed in; 0 at once where another process is at it."""
    count = 0
    with duty(folder) as mine:
        done = []
        for path in sorted(folder.glob("*.jsonl")) if mine else []:
            content = path.read_bytes().splitlines()
            lines = [Line(path.name, number, line) for number, line in enumerate(content, 1)]
            hand_in_batches(lines, usage_intake.take_in, folder, size=BATCH)
            path.unlink(missing_ok=True)
            done.append(path.name)
            count += len(lines)
        usage_intake.forget_journals(done)
    return count
