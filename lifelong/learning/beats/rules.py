"""What a heartbeat says, or why it is refused; and its line in the journal."""

import json
import math
from dataclasses import astuple, dataclass
from typing import Any

from lifelong.learning.beats import tickets
from lifelong.learning.beats.tickets import Ticket
from lifelong.learning.intervals import Span
from lifelong.media.tus.rules import refuse

LARGEST = 4096  # bytes of a body
MOST_SPANS = 100  # a line away for ten minutes, with a jump every six seconds
LARGEST_NUMBER = 10_000_000
SLACK_S = 1.0  # a player rounds the end of a file up


@dataclass(frozen=True, slots=True)
class Beat:
    """``received`` in seconds since 1970, by the server. ``spans``: what really ran, in seconds of the file."""

    received: float
    session: str
    user: int
    resource: int
    file: int
    progress: int
    length_s: float
    n: int
    spans: tuple[Span, ...]
    speed: float
    place: float

    @property
    def is_sound(self) -> bool:
        end = self.length_s + SLACK_S
        return bool(self.spans) and all(0 <= start < stop <= end for start, stop in self.spans)

    def line(self) -> bytes:
        return json.dumps(astuple(self), separators=(",", ":")).encode() + b"\n"


def beat_in(line: bytes) -> Beat | None:
    """A line of a journal; None for one that was torn by a power cut, which nobody was told of."""
    try:
        *head, spans, speed, place = json.loads(line)
        told: list[Any] = [*head, tuple((start, end) for start, end in spans), speed, place]
        return Beat(*told)
    except (ValueError, TypeError):
        return None


def beat_of(body: bytes, received: float) -> Beat:
    """Reads ``{ticket, n, from, to, speed, place}``; ``also`` holds further ``[from, to]``. Raises ``Refused``."""
    said = object_in(body)
    ticket = _ticket(said.get("ticket"))
    n = said.get("n")
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= LARGEST_NUMBER:
        raise refuse(422, "n 应是从 1 起递增的整数。")
    also = said.get("also", [])
    if not isinstance(also, list) or len(also) >= MOST_SPANS:
        raise refuse(422, f"also 应是 [[起, 止], …]，最多 {MOST_SPANS - 1} 段。")
    spans = tuple(span(pair, ticket.length_s) for pair in [[said.get("from"), said.get("to")], *also])
    speed = number(said.get("speed", 1), "speed")
    place = min(max(number(said.get("place", spans[-1][1]), "place"), 0.0), ticket.length_s)
    return Beat(
        round(received, 3), ticket.session, ticket.user, ticket.resource, ticket.file, ticket.progress, ticket.length_s,
        n, spans, speed, place,
    )  # fmt: skip


def object_in(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise refuse(400, "应是一个 JSON 对象。") from None
    if not isinstance(said, dict):
        raise refuse(400, "应是一个 JSON 对象。")
    return said


def _ticket(text: Any) -> Ticket:
    if not isinstance(text, str):
        raise refuse(403, "缺少学习凭证：学习要从资源页面开始。")
    try:
        return tickets.read(text)
    except tickets.NotGenuine:
        raise refuse(403, "学习凭证无效，请刷新页面后继续学习。") from None
    except tickets.OutOfDate:
        raise refuse(410, "学习凭证已过期，请刷新页面后继续学习。") from None


def span(pair: Any, length_s: float) -> Span:
    if not isinstance(pair, list) or len(pair) != 2:
        raise refuse(422, "每一段应写成 [起, 止]（秒）。")
    start, end = number(pair[0], "from"), number(pair[1], "to")
    if not 0 <= start < end <= length_s + SLACK_S:
        raise refuse(422, f"片段应在 0 与 {length_s:.1f} 秒之间，起点在前。")
    return round(start, 3), round(end, 3)


def number(value: Any, name: str) -> float:
    """JSON as Python reads it knows NaN, infinities, and integers that no float holds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(422, f"{name} 应是数字。")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise refuse(422, f"{name} 应是数字。")
    return found
