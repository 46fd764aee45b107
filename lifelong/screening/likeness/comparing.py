"""One film against many: first which are worth a look, then how alike they are. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lifelong.screening.likeness.prints import NEAR_BITS, Array, same_pictures, same_sound

ASKED = 12  # pictures of a film that the whole library is asked for
COMMON = 8  # marks in common that are worth a look
SHOTS, SEEN = 3, 0.5  # that look alike: one slide alone proves nothing
MARKS, HEARD = 20, 0.25  # at one distance in time: tunes on the same notes and beat reach two thirds of it


class Packed(NamedTuple):
    """A fingerprint as the database keeps it, with the number of its file."""

    number: int
    pictures: bytes
    marks: bytes
    places: bytes = b""


@dataclass(frozen=True)
class Alike:
    """How much of the shorter of two is in the other: ``picture`` and ``sound`` from 0 to 1."""

    number: int
    picture: float
    sound: float

    @property
    def most(self) -> float:
        return max(self.picture, self.sound)


def pack(pictures: Sequence[int], sound: Sequence[int]) -> tuple[bytes, bytes, bytes]:
    """Pictures, marks and places of ``reading.read`` as bytes."""
    sketch = np.array(sound, np.uint64)
    marks, places = (sketch >> np.uint64(32)).astype("<u4"), sketch.astype("<u4")
    return np.array(pictures, "<u8").tobytes(), marks.tobytes(), places.tobytes()


def worth_a_look(one: Packed, others: Sequence[Packed]) -> list[int]:
    """Numbers of those that share a picture or some marks; a hundred thousand in some tenths of a second."""
    if not others:
        return []
    shared = _with_pictures(one, others) | _with_marks(one, others)
    return [others[index].number for index in np.flatnonzero(shared).tolist() if others[index].number != one.number]


def _with_pictures(one: Packed, others: Sequence[Packed]) -> Array:
    mine = np.frombuffer(one.pictures, "<u8")
    all_, owner = _joined([each.pictures for each in others], "<u8")
    asked = mine[np.unique(np.linspace(0, mine.size - 1, ASKED).astype(int))] if mine.size else mine
    found = np.zeros(len(others), int)
    for picture in asked:
        found[np.unique(owner[np.bitwise_count(all_ ^ picture) <= NEAR_BITS])] += 1
    return found >= max(min(2, asked.size), 1)


def _with_marks(one: Packed, others: Sequence[Packed]) -> Array:
    mine = np.frombuffer(one.marks, "<u4")
    all_, owner = _joined([each.marks for each in others], "<u4")
    ends = np.zeros(1 << 16, bool)  # by its last 16 bits nearly every other mark is passed over
    ends[mine & 0xFFFF] = True
    likely = np.flatnonzero(ends[all_ & 0xFFFF])
    same = owner[likely[np.isin(all_[likely], mine)]]
    return np.bincount(same, minlength=len(others)) >= COMMON


def _joined(parts: Sequence[bytes], kind: str) -> tuple[Array, Array]:
    """All values in one array, and for each the index of the part it is from."""
    values = np.frombuffer(b"".join(parts), kind)
    return values, np.repeat(np.arange(len(parts)), [len(part) // values.itemsize for part in parts])


def compare(one: Packed, other: Packed) -> Alike | None:
    """How alike two are; None where a person need not look.

    ``sound`` is 0 where it is not the same: lessons of one series look alike and say other things.
    """
    picture, shots = same_pictures(np.frombuffer(one.pictures, "<u8"), np.frombuffer(other.pictures, "<u8"))
    sound, marks = same_sound(_sketch(one), _sketch(other))
    seen = shots >= SHOTS and picture >= SEEN
    heard = marks >= MARKS and sound >= HEARD
    return Alike(other.number, picture, sound if heard else 0.0) if seen or heard else None


def _sketch(of: Packed) -> Array:
    marks, places = np.frombuffer(of.marks, "<u4"), np.frombuffer(of.places, "<u4")
    return marks.astype(np.uint64) << np.uint64(32) | places.astype(np.uint64)
