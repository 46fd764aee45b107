"""Answers ``POST /beats``: a heartbeat is acknowledged once it is on the disk. Never asks the database, never blocks a page."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

from django.conf import settings

from lifelong.journals.journal import Journal
from lifelong.learning.beats.keeper import Keeper
from lifelong.learning.beats.rules import LARGEST, beat_of
from lifelong.media.ranges import Answer, Header, words
from lifelong.media.tus.bodies import whole
from lifelong.media.tus.rules import Refused

RETRY = ("retry-after", "15")
logger = logging.getLogger(__name__)
HEADERS = [("content-type", "application/json"), ("cache-control", "no-store")]
COUNTED = {told: json.dumps({"ok": True, "counting": told}).encode() for told in (True, False)}


class Beats:
    """One per worker."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        folder = Path(settings.DATA) / "beats"
        self.journal, self.keeper = Journal(folder, loop), Keeper(folder)

    async def answer(self, method: str, header: Header, body: AsyncIterator[bytes]) -> Answer:
        if method != "POST":
            return words(405, "这里只接收学习心跳（POST）。", ("allow", "POST"))
        try:
            beat = beat_of(await whole(header, body, LARGEST), time.time())
        except Refused as refusal:
            return refusal.answer
        try:
            await self.journal.add(beat.line())
        except OSError:
            logger.exception("a heartbeat could not be written")
            return words(507, "学习记录暂时存不下，请稍后再试。", RETRY)
        counting = self.keeper.counts(beat.session)
        return Answer(200, HEADERS, None, COUNTED[counting])

    def close(self) -> None:
        self.journal.close()
        self.keeper.close()
