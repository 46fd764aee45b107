"""What a batch of events says, or why it is refused; and its line in the journal. The page tells no times: they are the server's."""

import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from lifelong.learning import intervals
from lifelong.learning.beats.rules import object_in, span
from lifelong.media.tus.rules import refuse
from lifelong.monitoring.intake import tickets
from lifelong.monitoring.intake.tickets import Ticket
from lifelong.monitoring.lifecycle import EventKind

LARGEST = 8192  # bytes of a body
MOST_EVENTS = 20
MOST_SPANS = 20
LONGEST_S = 86_400.0  # of a file whose length nobody knows
KEY = re.compile(r"[A-Za-z0-9_-]{12,32}")
KINDS = (EventKind.VIEW, EventKind.PLAY, EventKind.WATCH, EventKind.GO)  # that a page may tell of
SAYS = {"use", "session", "visitor", "events"}


class Event(NamedTuple):
    key: str
    kind: str
    spans: tuple[tuple[float, float], ...] = ()


class Batch(NamedTuple):
    """``received`` in seconds since 1970, by the server. ``visitor`` is not yet the name of the day."""

    received: float
    resource: int
    file: int
    length_s: float
    standing: str
    person: str
    visitor: str
    session: str
    events: tuple[Event, ...]

    def line(self) -> bytes:
        return json.dumps(self, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Told:
    """A body that was read. ``visitor``: what a page that may keep no cookie keeps itself; None where a cookie will do."""

    ticket: Ticket
    session: str
    visitor: str | None
    events: tuple[Event, ...]


def batch_in(line: bytes) -> Batch | None:
    """A line of a journal; None for one that was torn by a power cut, which nobody was told of."""
    try:
        *head, events = json.loads(line)
        found = tuple(Event(key, kind, tuple((start, end) for start, end in spans)) for key, kind, spans in events)
        told: list[Any] = [*head, found]
        return Batch(*told)
    except (ValueError, TypeError):
        return None


def told_in(body: bytes) -> Told:
    """Reads ``{use, session, visitor?, events: [{key, kind, spans?}, …]}``. Raises ``Refused``."""
    said = object_in(body)
    if unknown := set(said) - SAYS:
        raise refuse(422, f"不认识的内容：{sorted(unknown)[0][:40]}。时间、访客和身份由服务器记录。")
    ticket = ticket_in(said.get("use"))
    session, visitor, events = said.get("session"), said.get("visitor"), said.get("events")
    if not isinstance(session, str) or not KEY.fullmatch(session):
        raise refuse(422, "session 应是 12 至 32 个字母、数字。")
    if visitor is not None and not isinstance(visitor, str):
        raise refuse(422, "visitor 应是文字。")
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
        raise refuse(422, f"events 应是 1 至 {MOST_EVENTS} 个事件。")
    return Told(ticket, session, visitor, tuple(event_in(each, ticket) for each in events))


def ticket_in(text: Any) -> Ticket:
    if not isinstance(text, str):
        raise refuse(403, "缺少页面凭证：使用情况只能由资源页面报告。")
    try:
        return tickets.read(text)
    except tickets.NotGenuine:
        raise refuse(403, "页面凭证无效，请刷新页面。") from None
    except tickets.OutOfDate:
        raise refuse(410, "页面凭证已过期，请刷新页面。") from None


def event_in(said: Any, ticket: Ticket) -> Event:
    if not isinstance(said, dict) or set(said) - {"key", "kind", "spans"}:
        raise refuse(422, "事件应写成 {key, kind, spans}，时间由服务器记录。")
    key, kind, spans = said.get("key"), said.get("kind"), said.get("spans", [])
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise refuse(422, "key 应是 12 至 32 个字母、数字，每个事件不同。")
    if kind not in KINDS:
        raise refuse(422, f"kind 应是 {'、'.join(KINDS)} 之一。")
    if not isinstance(spans, list) or len(spans) > MOST_SPANS or bool(spans) != (kind == EventKind.WATCH):
        raise refuse(422, f"spans 只随 watch，应是 [[起, 止], …]，最多 {MOST_SPANS} 段。")
    ran = intervals.as_tenths(span(pair, ticket.length_s or LONGEST_S) for pair in spans)
    if spans and not ran:
        raise refuse(422, "片段太短，没有播放的内容。")
    return Event(key, kind, tuple((start, end) for start, end in intervals.as_seconds(ran)))
