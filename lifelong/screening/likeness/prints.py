"""What a picture and a sound are known by, whatever they were coded, scaled or cut with. Pure arithmetic on arrays.

Pictures: 64 bits of the lowest frequencies (pHash) of every shot. Sound: pairs of peaks in the spectrum (as Wang, *An industrial-strength
audio search algorithm*, 2003), of which the smallest ``SKETCH`` by a hash are kept (a bottom-k sketch): what two recordings
have in common is found in both sketches, all at one distance in time, wherever in them it begins.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

SIDE, KEPT = 32, 8  # a picture is taken as 32 × 32, its 8 × 8 lowest frequencies are kept
FLAT = 8.0  # standard deviation of brightness: a blank or black picture tells nothing
DARK = 28  # brightness below which an edge is a bar
NEAR_BITS = 10  # of 64 in which one picture may differ from itself, coded or cropped anew
SAME_SHOT = 6
MOST_PICTURES = 48

HZ = 8000
WINDOW, HOP = 1024, 128  # samples: 128 ms, every 16 ms
BINS = 256  # up to 2 kHz, where speech and music have their strength
AROUND = (24, 16)  # a peak is the highest of so many windows and bins on either side
PAIRED, NEAREST, FARTHEST = 4, 8, 128  # with how many later peaks, and how many windows later
STEP = 8  # windows: how finely the distance of two peaks is told
SKETCH = 96
FEWEST = 32  # marks; less is too little to compare by
DRIFT = 12  # windows by which marks of one recording may have moved against each other


def picture_print(grey: Array) -> int | None:
    """64 bits of a grey picture without its bars (8 bits each, rows × columns); None where it is blank."""
    small = _shrunk(grey.astype(np.float32), SIDE)
    if small.std() < FLAT:
        return None
    waves = _cosines() @ small @ _cosines().T
    low = waves.ravel()
    bits = low > np.median(low[1:])
    bits[0] = False  # the mean brightness is no feature
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def bars(pictures: Iterable[Array]) -> tuple[slice, slice]:
    """What of the pictures of one film lies inside the black bars that all of them have."""
    brightest: Array | None = None
    for picture in pictures:
        brightest = picture.copy() if brightest is None else np.maximum(brightest, picture)
    if brightest is None:
        return slice(None), slice(None)
    rows = np.flatnonzero(np.median(brightest, axis=1) > DARK)
    columns = np.flatnonzero(np.median(brightest, axis=0) > DARK)
    if rows.size < brightest.shape[0] // 3 or columns.size < brightest.shape[1] // 3:
        return slice(None), slice(None)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def shots(prints: Iterable[int | None]) -> list[int]:
    """One of each run of pictures that are alike, at most ``MOST_PICTURES`` spread over the film."""
    kept: list[int] = []
    for one in prints:
        if one is not None and not any((one ^ other).bit_count() <= SAME_SHOT for other in kept[-3:]):
            kept.append(one)
    if len(kept) > MOST_PICTURES:
        kept = [kept[index] for index in np.linspace(0, len(kept) - 1, MOST_PICTURES).astype(int)]
    return kept


@cache
def _cosines() -> Array:
    """The ``KEPT`` lowest rows of the cosine transform."""
    wave, place = np.mgrid[0:KEPT, 0:SIDE].astype(np.float32)
    return np.cos(np.pi * wave * (2 * place + 1) / (2 * SIDE))


def _shrunk(grey: Array, side: int) -> Array:
    """Mean brightness in ``side`` × ``side`` fields, whatever the shape."""
    for axis in (0, 1):
        edges = np.linspace(0, grey.shape[axis], side + 1)
        sums = np.insert(np.cumsum(grey, axis=axis), 0, 0, axis=axis)
        low = np.floor(edges).astype(int)
        share = (edges - low).astype(np.float32)
        high = np.minimum(low + 1, grey.shape[axis])
        share = share[:, None] if axis == 0 else share[None, :]
        at = np.take(sums, low, axis) * (1 - share) + np.take(sums, high, axis) * share
        grey = np.diff(at, axis=axis) / (edges[1] - edges[0])
    return grey


class Ear:
    """Takes samples as they come and keeps the marks of what it hears."""

    def __init__(self) -> None:
        self._parts: list[Array] = []
        self._size = 0
        self._begin = 0  # of the parts, in windows
        self._marks: list[Array] = []

    def hear(self, samples: Array) -> None:
        self._parts.append(samples.astype(np.float32))
        self._size += samples.size
        if self._size >= HZ * 60:
            heard = self._listen()
            done = (heard.size - HZ * 4) // HOP  # pairs across the border are found in the next piece
            self._parts, self._begin = [heard[done * HOP :]], self._begin + done
            self._size = heard.size - done * HOP

    def sketch(self) -> Array:
        """The smallest marks, ascending, each above the window in which it begins (32 bits each); empty where there is too
        little to compare."""
        if self._size >= WINDOW:
            self._listen()
        found = first_of_each(np.concatenate(self._marks)) if self._marks else np.zeros(0, np.uint64)
        return found[:SKETCH] if found.size >= FEWEST else found[:0]

    def _listen(self) -> Array:
        samples = np.concatenate(self._parts)
        frames, bins = peaks(samples)
        self._marks.append(first_of_each(marks_of(frames, bins, self._begin))[:SKETCH])
        return samples


def first_of_each(marks: Array) -> Array:
    """Ascending, of each mark the place where it is first heard."""
    marks = np.sort(marks)
    return marks[np.insert(np.diff(marks >> np.uint64(32)) > 0, 0, True)] if marks.size else marks


def peaks(samples: Array) -> tuple[Array, Array]:
    """(window, bin) of the peaks of the spectrum, in the order of time."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW).astype(np.float32), axis=1))[:, 2 : BINS + 2]
    level = np.log1p(power.astype(np.float32) * 50)
    highest = _dilated(_dilated(level, 0, AROUND[0]), 1, AROUND[1])
    loud = level > np.maximum(level.mean() + level.std(), 0.5)
    frames, bins = np.nonzero((level >= highest) & loud)
    return frames, bins


def _dilated(level: Array, axis: int, reach: int) -> Array:
    """The highest within ``reach`` on either side, along an axis; in steps that double."""
    found, done = level, 0
    while done < reach:
        step = min(done + 1, reach - done)
        padded = np.pad(found, [(step, step) if each == axis else (0, 0) for each in (0, 1)], constant_values=-1)
        size = found.shape[axis]
        found = np.maximum(
            found,
            np.maximum(np.take(padded, range(size), axis), np.take(padded, range(2 * step, size + 2 * step), axis)),
        )
        done += step
    return found


def marks_of(frames: Array, bins: Array, begin: int) -> Array:
    """A hash of each pair of peaks (two heights and how far apart, in steps that survive another grid) above its window."""
    found = [np.zeros(0, np.uint64)]
    for step in range(1, PAIRED + 1):
        apart = frames[step:] - frames[:-step]
        near = (apart >= NEAREST) & (apart <= FARTHEST)
        one, two, steps = bins[:-step][near], bins[step:][near], (apart[near] + STEP // 2) // STEP
        mark = scattered((one << 16 | two << 6 | steps).astype(np.uint32))
        found.append(mark.astype(np.uint64) << np.uint64(32) | (frames[:-step][near] + begin).astype(np.uint64))
    return np.concatenate(found)


def scattered(words: Array) -> Array:
    """Each 32-bit word as another one that looks like chance; none becomes another's."""
    words = words.astype(np.uint32)
    words = (words ^ (words >> np.uint32(16))) * np.uint32(0x7FEB352D)
    words = (words ^ (words >> np.uint32(15))) * np.uint32(0x846CA68B)
    return words ^ (words >> np.uint32(16))


def same_pictures(one: Array, other: Array) -> tuple[float, int]:
    """The share of the shorter film's pictures that the other has too, and how many; of 64-bit prints."""
    if not one.size or not other.size:
        return 0.0, 0
    near = np.bitwise_count(one[:, None] ^ other[None, :]) <= NEAR_BITS
    matched = min(int(near.any(axis=1).sum()), int(near.any(axis=0).sum()))
    return matched / min(one.size, other.size), matched


def same_sound(one: Array, other: Array) -> tuple[float, int]:
    """The share of the shorter sketch that the other has too, all at one distance in time, and how many marks that is."""
    if not one.size or not other.size:
        return 0.0, 0
    low = np.uint64(0xFFFFFFFF)
    _marks, mine, theirs = np.intersect1d(one >> np.uint64(32), other >> np.uint64(32), return_indices=True)
    apart = np.sort((one[mine] & low).astype(np.int64) - (other[theirs] & low).astype(np.int64))
    together = np.searchsorted(apart, apart + DRIFT, side="right") - np.arange(apart.size)
    most = int(together.max(initial=0))
    return most / min(one.size, other.size), most
