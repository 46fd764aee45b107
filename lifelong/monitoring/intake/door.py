"""Answers ``/events``: a batch of events is acknowledged once it is on the disk. Never asks the database, never blocks a page."""

import asyncio
import base64
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from lifelong.journals.journal import Journal
from lifelong.journals.keeper import Keeper
from lifelong.media.ranges import Answer, Header, Headers, words
from lifelong.media.tus.bodies import whole
from lifelong.media.tus.rules import Refused, refuse
from lifelong.monitoring.intake import visitors
from lifelong.monitoring.intake.drain import drain
from lifelong.monitoring.intake.robots import is_robot
from lifelong.monitoring.intake.rules import LARGEST, Batch, Event, Told, ticket_in, told_in
from lifelong.monitoring.lifecycle import EventKind, Standing

RETRY = ("retry-after", "30")
JSON, GIF = ("content-type", "application/json"), ("content-type", "image/gif")
UNKEPT = ("cache-control", "no-store")
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PICTURE = "/events/view.gif"  # for a page without scripts
# what became of a batch, for /metrics; "merged" was taken in, as of one visitor with others (visitors.py)
OUTCOMES = ("taken", "merged", "form", "ticket", "origin", "slow", "size", "disk")
BY_STATUS = {403: "ticket", 408: "slow", 410: "ticket", 411: "size", 413: "size", 507: "disk"}
logger = logging.getLogger(__name__)


class EventsKeeper(Keeper):
    def work(self) -> None:
        drain(self.folder)


class Events:
    """One per worker. ``may_be_new(address)``: whether one more visitor may come from there; ``tell(outcome)`` counts."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, may_be_new: Callable[[str], bool], tell: Callable[[str], None]
    ) -> None:
        folder = Path(settings.DATA) / "events"
        self.journal, self.keeper = Journal(folder, loop), EventsKeeper(folder)
        self.may_be_new, self.tell = may_be_new, tell

    async def answer(
        self, method: str, path: str, query: str, header: Header, address: str, body: AsyncIterator[bytes]
    ) -> Answer:
        try:
            if path == PICTURE:
                return await self.seen(method, query, header, address)
            return await self.told(method, header, address, body)
        except Stranger as stranger:
            self.tell("origin")
            return stranger.answer
        except Refused as refusal:
            self.tell(BY_STATUS.get(refusal.answer.status, "form"))
            return refusal.answer

    async def told(self, method: str, header: Header, address: str, body: AsyncIterator[bytes]) -> Answer:
        if method != "POST":
            raise refuse(405, "这里只接收使用事件（POST）。", ("allow", "POST"))
        content = await whole(header, body, LARGEST)
        come_from_our_pages(header("origin") or "", header)
        told = told_in(content)
        headers, kept = await self.keep(told, header, address)
        said = {"ok": True, "visitor": kept} if kept and told.visitor is not None else {"ok": True}
        return Answer(200, [JSON, UNKEPT, *headers], None, json.dumps(said).encode())

    async def seen(self, method: str, query: str, header: Header, address: str) -> Answer:
        """A view of a page whose scripts do not run."""
        if method != "GET":
            raise refuse(405, "这里只能读取（GET）。", ("allow", "GET"))
        if header("sec-fetch-site") != "same-origin":
            come_from_our_pages("" if header("sec-fetch-site") else (header("referer") or ""), header)
        ticket = ticket_in(parse_qs(query).get("use", [None])[0])
        event = Event(os.urandom(12).hex(), EventKind.VIEW)
        headers, _kept = await self.keep(Told(ticket, os.urandom(12).hex(), None, (event,)), header, address)
        return Answer(200, [GIF, UNKEPT, *headers], None, DOT)

    async def keep(self, told: Told, header: Header, address: str) -> tuple[Headers, str]:
        """On the disk when this returns: headers to send along, and the number for a page that keeps it itself."""
        received, agent = time.time(), header("user-agent") or ""
        visitor, new = self.visitor(told, header, address, agent, visitors.day_of(received))
        ticket = told.ticket
        standing = Standing.ROBOT.value if is_robot(agent) else ticket.standing
        batch = Batch(
            round(received, 3), ticket.resource, ticket.file, ticket.length_s, standing, ticket.person,
            visitor, told.session, told.events,
        )  # fmt: skip
        try:
            await self.journal.add(batch.line())
        except OSError:
            logger.exception("events could not be written")
            raise refuse(507, "暂时存不下，请稍后再试。", RETRY) from None
        self.tell("taken")
        self.keeper.wake()
        return [visitors.cookie(new, received)] if new and told.visitor is None else [], new

    def visitor(self, told: Told, header: Header, address: str, agent: str, day: str) -> tuple[str, str]:
        """The visitor's number, and what it is kept as where it is new."""
        if visitors.asks_to_be_left_alone(header):
            return visitors.crowd(address, agent, day), ""
        if known := visitors.genuine(visitors.brought(header) if told.visitor is None else told.visitor, day):
            return known, ""
        if not self.may_be_new(address):
            self.tell("merged")
            return visitors.crowd(address, agent, day), ""
        number = visitors.fresh(told.session, day)
        return number, visitors.signed(number, day)

    def close(self) -> None:
        self.journal.close()
        self.keeper.close()


class Stranger(Refused):
    """The page of another site."""


def come_from_our_pages(origin: str, header: Header) -> None:
    """Raises ``Stranger``. A browser names the page's origin with each POST and no script can change it."""
    try:
        place = urlsplit(origin).netloc
    except ValueError:
        place = ""
    if not place or place not in {header("host") or "", urlsplit(settings.SITE_URL).netloc}:
        raise Stranger(words(403, "使用情况只能由本平台的页面报告。"))
