"""What has been seen of a file, as a union of intervals, and how much of it a heartbeat may earn. Touches no database.

All in tenths of a second, so that sums are exact: a union is ``[[from, to], …]``, sorted, apart, none empty.
"""

from collections.abc import Iterable, Sequence
from math import floor

TENTHS = 10
LONGEST_GAP_S = 600.0  # what a buffer may have played while the line was down
SLOWEST, FASTEST = 0.25, 2.0
MOST_PIECES = 1_000  # of one file; who watches has dozens, who forges would make the row grow without end
DONE_SHARE = 0.9  # of the length: credits and silence at the end need not be seen

Span = tuple[float, float]
Union = list[list[int]]


def in_tenths(seconds: float) -> int:
    return floor(seconds * TENTHS + 1e-6)


def as_tenths(spans: Iterable[Sequence[float]]) -> Union:
    """Spans in seconds as a union."""
    return union((in_tenths(start), in_tenths(end)) for start, end in spans)


def as_seconds(seen: Union) -> list[list[float]]:
    return [[start / TENTHS, end / TENTHS] for start, end in seen]


def union(spans: Iterable[Sequence[int]]) -> Union:
    found: Union = []
    for start, end in sorted((start, end) for start, end in spans if start < end):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def length(seen: Union) -> int:
    return sum(end - start for start, end in seen)


def new_pieces(seen: Union, wanted: Union) -> Union:
    """What of ``wanted`` is not in ``seen``; both are unions."""
    found: Union = []
    place = 0
    for begin, end in wanted:
        start = begin
        while place < len(seen) and seen[place][1] <= start:
            place += 1
        here = place
        while here < len(seen) and seen[here][0] < end:
            if seen[here][0] > start:
                found.append([start, seen[here][0]])
            start = max(start, seen[here][1])
            here += 1
        if start < end:
            found.append([start, end])
    return found


def first(pieces: Union, most: int) -> Union:
    """The first ``most`` tenths of the pieces."""
    found: Union = []
    for start, end in pieces:
        if most <= 0:
            break
        found.append([start, min(end, start + most)])
        most -= end - start
    return found


def allowed(elapsed_s: float, speed: float) -> int:
    """Tenths that may be earned after so many seconds by the server's clock; a clock that stepped back allows nothing."""
    return in_tenths(min(max(elapsed_s, 0.0), LONGEST_GAP_S) * rate(speed))


def rate(speed: float) -> float:
    return min(max(speed, SLOWEST), FASTEST)


def earned(seen: Union, spans: Iterable[Span], elapsed_s: float, speed: float) -> tuple[Union, int]:
    """The new union and what it gained: what was never seen before, never more than the time that passed allows."""
    gained = first(new_pieces(seen, as_tenths(spans)), allowed(elapsed_s, speed))
    if not gained:
        return seen, 0
    after = union([*seen, *gained])
    if len(after) > max(MOST_PIECES, len(seen)):
        return seen, 0
    return after, length(gained)


def spent(spans: Iterable[Span], elapsed_s: float, speed: float) -> float:
    """Seconds that a person really spent on these spans: not the pause before them, not more than passed."""
    played = length(as_tenths(spans)) / TENTHS / rate(speed)
    return max(0.0, min(elapsed_s, LONGEST_GAP_S, played))
